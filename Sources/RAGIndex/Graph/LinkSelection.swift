/// Chooses the links of a node among candidates (SELECT-NEIGHBORS-HEURISTIC, Algorithm 4, with a
/// second, more lenient round as in DiskANN's RobustPrune, NeurIPS 2019).
struct LinkSelection {
  /// The candidates for one node; the same slot may be there twice.
  var candidates: [Candidate] = []
  /// What was chosen, the strict choices first.
  private(set) var chosen: [UInt32] = []
  private var pruned: [Candidate] = []
  private var scores = Array(repeating: Float(0), count: group)

  /// Nodes that a candidate is compared with at once: most are pruned by the first few.
  private static let group = 4
  /// How much nearer to a chosen node than to the node itself, in squared distances, a candidate
  /// has to be to be pruned in the second round. Longer links save hops.
  private static let lenience: Float = 1.1

  /// Adds candidates for a node, with their scores by byte codes.
  mutating func append(
    _ count: Int, near node: UInt32, _ codes: ByteCodes, _ scratch: SearchScratch,
    slot: (Int) -> UInt32
  ) {
    for start in stride(from: 0, to: count, by: SearchScratch.batch) {
      let batch = min(SearchScratch.batch, count - start)
      for index in 0..<batch { scratch.slots[index] = slot(start + index) }
      codes.scores(of: node, scratch.slots, batch, into: scratch.scores)
      for index in 0..<batch {
        candidates.append(Candidate(score: scratch.scores[index], slot: scratch.slots[index]))
      }
    }
  }

  /// Whether a candidate is pruned in both rounds by a chosen node, given their score and that of
  /// the candidate.
  static func prunes(_ score: Float, _ candidate: Float) -> Bool {
    lenience * score >= candidate
  }

  /// Leaves in `chosen` at most `limit` candidates that are each nearer to the node than to any
  /// other chosen one, so that links spread in all directions; then, while there is room, those
  /// that are nearly so; then, as the paper's keepPrunedConnections, the nearest of the others up
  /// to `minimum`.
  ///
  /// Scores of candidates are negated squared distances. Ties go to the higher id, the newer
  /// vector as a rule: among equal vectors each links to another part of them, where the lowest
  /// id would make all link to the same few.
  mutating func select(
    limit: Int, minimum: Int, codes: ByteCodes, ids: UnsafePointer<Int64>
  ) {
    sort(ids)
    chosen.removeAll(keepingCapacity: true)
    pruned.removeAll(keepingCapacity: true)
    var previous = GraphView.none
    for candidate in candidates where candidate.slot != previous {
      previous = candidate.slot
      if chosen.count == limit { return }
      if isSpread(candidate, 1, codes) {
        chosen.append(candidate.slot)
      } else {
        pruned.append(candidate)
      }
    }
    var left = 0
    for candidate in pruned where chosen.count < limit {
      if isSpread(candidate, Self.lenience, codes) {
        chosen.append(candidate.slot)
      } else {
        pruned[left] = candidate
        left += 1
      }
    }
    let missing = max(0, min(minimum, limit) - chosen.count)
    chosen += pruned[..<min(left, missing)].lazy.map(\.slot)
  }

  /// Adds a link to those chosen, in place of the last where there is no room.
  mutating func add(_ slot: UInt32, limit: Int) {
    if chosen.count == limit { chosen.removeLast() }
    chosen.append(slot)
  }

  private mutating func sort(_ ids: UnsafePointer<Int64>) {
    candidates.sort { a, b in
      a.score > b.score || (a.score == b.score && ids[Int(a.slot)] > ids[Int(b.slot)])
    }
  }

  private mutating func isSpread(
    _ candidate: Candidate, _ lenience: Float, _ codes: ByteCodes
  ) -> Bool {
    var start = 0
    while start < chosen.count {
      let count = min(Self.group, chosen.count - start)
      let isSpread = chosen.withUnsafeBufferPointer { chosen in
        scores.withUnsafeMutableBufferPointer { scores in
          // Neither is empty here.
          guard let slots = chosen.baseAddress, let room = scores.baseAddress else { return true }
          codes.scores(of: candidate.slot, slots + start, count, into: room)
          return scores[..<count].allSatisfy { lenience * $0 < candidate.score }
        }
      }
      if !isSpread { return false }
      start += count
    }
    return true
  }
}
