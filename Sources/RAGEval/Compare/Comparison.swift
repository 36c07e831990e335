/// How scores stand against those of a baseline, in one metric.
public struct Comparison: Sendable, Hashable, Codable {
  /// The metric.
  public var metric: String
  /// The mean of the baseline.
  public var baseline: Double
  /// How much higher the mean is than the baseline's.
  public var difference: Double
  /// The p-value of the paired randomisation test.
  public var p: Double
  /// Whether the test looked at all choices of signs.
  public var isExact: Bool
  /// Queries that do better than in the baseline.
  public var won: Int
  /// Queries that do worse.
  public var lost: Int

  /// Compares scores over the queries and metrics that both have.
  public static func all(of scores: Scores, against baseline: Scores) -> [Comparison] {
    let ids = scores.queryIDs.filter { baseline.queries[$0] != nil }
    let known = Set(baseline.metrics)
    guard !ids.isEmpty else { return [] }
    return scores.metrics.filter(known.contains).map { metric in
      let before = ids.map { baseline.queries[$0]?[metric] ?? 0 }
      let differences = zip(ids, before).map { id, before in
        let difference = (scores.queries[id]?[metric] ?? 0) - before
        // Another machine's logarithms may differ in the last bit; nobody won by that.
        return abs(difference) < 1e-12 ? 0 : difference
      }
      let test = PairedRandomization(differences: differences)
      return Comparison(
        metric: metric, baseline: before.reduce(0, +) / Double(ids.count),
        difference: differences.reduce(0, +) / Double(ids.count), p: test.p,
        isExact: test.isExact, won: differences.count { $0 > 0 },
        lost: differences.count { $0 < 0 })
    }
  }
}
