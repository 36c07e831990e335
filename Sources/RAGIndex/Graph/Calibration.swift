/// Which slack of a walk gives which recall, measured on the graph itself.
struct Calibration: Sendable, Hashable {
  /// The slacks that were tried.
  static let slacks: [Float] = [1, 1.03, 1.06, 1.09, 1.12, 1.16, 1.2, 1.25, 1.32, 1.4, 1.6, 2]
  /// The hits whose recall was measured.
  static let k = 10

  /// `[slacks.count]`: recall@10, from 0 to 1, rising.
  var recalls: [Float]
  /// `[slacks.count]`: scores computed on a walk, on average.
  var distances: [Float]

  /// Measured on embeddings of passages of text; stands in until a graph is calibrated.
  static let standard = Calibration(
    recalls: [0.72, 0.79, 0.86, 0.91, 0.94, 0.965, 0.98, 0.988, 0.994, 0.997, 0.999, 1],
    distances: [600, 750, 950, 1_250, 1_650, 2_400, 3_400, 5_000, 8_000, 12_000, 25_000, 60_000])

  /// Whether the numbers can be what was measured.
  var isSound: Bool {
    recalls.allSatisfy { (0...1).contains($0) }
      && distances.allSatisfy { (0..<Float.infinity).contains($0) }
  }

  /// The least slack that reached a recall, between two that were tried in proportion.
  func slack(recall: Double) -> Float {
    let recall = Float(recall)
    guard let upper = recalls.firstIndex(where: { $0 >= recall }) else {
      return Self.slacks[Self.slacks.count - 1]
    }
    guard upper > 0, recalls[upper] > recalls[upper - 1] else { return Self.slacks[upper] }
    let part = (recall - recalls[upper - 1]) / (recalls[upper] - recalls[upper - 1])
    return Self.slacks[upper - 1] + part * (Self.slacks[upper] - Self.slacks[upper - 1])
  }

  /// The scores that a walk computes, on average.
  func scores(_ limits: WalkLimits, count: Int) -> Double {
    // About 18 scores for each node whose links are followed, and the way down.
    let byCapacity = 150 + 18 * Double(limits.capacity)
    guard limits.slack < .infinity else { return min(byCapacity, Double(count)) }
    let upper = Self.slacks.firstIndex { $0 >= limits.slack } ?? Self.slacks.count - 1
    let wide = Double(limits.anchor) / 16
    return min(min(Double(distances[upper]) * max(1, wide), byCapacity), Double(count))
  }
}

extension SearchEffort {
  var isExact: Bool {
    switch self {
    case .exact: true
    case .recall(let recall): recall >= 1
    case .ef: false
    }
  }
}

extension GraphView {
  /// The limits of a walk of some effort.
  func limits(
    for effort: SearchEffort, k: Int, queryLength: Float
  ) -> WalkLimits {
    let ceiling: Float =
      switch vectors.metric {
      case .cosine: 1
      case .squaredL2: 0
      case .innerProduct: queryLength * largestLength
      }
    var limits = WalkLimits(capacity: count, slack: .infinity, anchor: k, ceiling: ceiling)
    switch effort {
    case .ef(let ef): limits.capacity = min(max(ef, k), count)
    case .recall(let recall):
      limits.capacity = min(WalkLimits.widest(k: k), count)
      limits.slack = calibration.slack(recall: recall)
      limits.anchor = WalkLimits.anchor(k: k)
    case .exact: break
    }
    return limits
  }
}
