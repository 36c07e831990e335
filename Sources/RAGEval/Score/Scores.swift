import RAGCore

/// Values of metrics, query by query.
public struct Scores: Sendable, Hashable {
  /// The names of the metrics, in the order they were asked for.
  public let metrics: [String]
  /// Values by query id and metric.
  public let queries: [String: [String: Double]]

  /// The ids of the queries, in order.
  public var queryIDs: [String] { queries.keys.sorted() }

  /// Measures outcomes against judgments.
  ///
  /// Every judged query counts, with zeros where it has no outcome; others do not count.
  /// - Throws: ``RAGError`` of code `invalidInput` when nothing is judged.
  public init<M: Metric>(
    _ metrics: [M], of outcomes: [String: M.Outcome], judged judgments: [String: M.Judgment]
  ) throws {
    let pairs = judgments.map { queryID, judgment in
      let values = metrics.map { metric in
        (metric.name, outcomes[queryID].map { metric.value(of: $0, judged: judgment) } ?? 0)
      }
      return (queryID, Dictionary(values) { first, _ in first })
    }
    try self.init(
      metrics: metrics.map(\.name), queries: Dictionary(pairs) { first, _ in first })
  }

  /// Makes scores of values that were measured before.
  ///
  /// - Throws: ``RAGError`` of code `invalidInput` when there are none.
  public init(metrics: [String], queries: [String: [String: Double]]) throws {
    guard !queries.isEmpty else {
      throw RAGError(.invalidInput, "there are no judgments to measure against")
    }
    self.metrics = metrics
    self.queries = queries
  }

  /// The mean over all queries, by metric. Sums run in the order of ids, so that equal scores have
  /// equal means.
  public var means: [String: Double] {
    let ids = queryIDs
    let pairs = metrics.map { metric in
      (metric, ids.reduce(0) { $0 + (queries[$1]?[metric] ?? 0) } / Double(ids.count))
    }
    return Dictionary(pairs) { first, _ in first }
  }
}
