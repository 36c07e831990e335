/// When a walk ends.
///
/// Two rules: the pool keeps `capacity` nodes (ef of HNSW), and nodes are given up that are farther
/// from the query than the `anchor`-th best so far by more than `slack` times (the rule of
/// distance-adaptive beam search, arXiv:2505.15636, on squared distances). The second spends on
/// each query what it needs: little where few vectors are near, more where many are.
struct WalkLimits {
  var capacity: Int
  /// At least 1; infinity leaves the end to the capacity alone.
  var slack: Float
  var anchor: Int
  /// The score at distance zero.
  var ceiling: Float
  /// What rounding may add to a score or take from it: nodes that are worse by no more than that
  /// are not given up.
  var margin: Float = 0

  /// The lowest score that is still of interest.
  @inline(__always)
  func floor(_ pool: borrowing CandidatePool) -> Float {
    guard slack < .infinity, pool.count >= anchor else { return -.infinity }
    let score = pool[anchor &- 1].score
    return score - (slack - 1) * max(0, ceiling - score) - margin
  }
}

extension WalkLimits {
  /// The capacity of a walk that ends by its slack: what the hardest queries may cost.
  static func widest(k: Int) -> Int { max(768, 6 * k) }

  /// A few more than `k`, since the first pass misjudges the order somewhat.
  static func anchor(k: Int) -> Int { max(k, 16) }

  static func capacityOnly(_ capacity: Int) -> WalkLimits {
    WalkLimits(capacity: capacity, slack: .infinity, anchor: 1, ceiling: 0)
  }
}
