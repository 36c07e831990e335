import RAGCore

/// How runs of one set are measured: alike for lanes, runs of others, and the baseline.
public struct Evaluation: Sendable {
  /// The judged set.
  public var set: JudgedSet
  /// What is measured.
  public let metrics: [RetrievalMetric]
  /// Whether a document with the id of the query is left out.
  public let ignoresIdenticalIDs: Bool
  /// What is compared with; nil: nothing.
  public let baseline: Baseline?

  /// Makes an evaluation.
  public init(
    set: JudgedSet, metrics: [RetrievalMetric], ignoresIdenticalIDs: Bool = false,
    baseline: Baseline? = nil
  ) {
    self.set = set
    self.metrics = metrics
    self.ignoresIdenticalIDs = ignoresIdenticalIDs
    self.baseline = baseline
  }

  /// How many documents a lane gives for a query: as many as the deepest metric looks at, and 100
  /// at least.
  public var depth: Int { metrics.compactMap(\.cutoff).reduce(100, max) }

  /// Looks for ids that do not match, and for a baseline that cannot be compared, before anything
  /// is measured.
  ///
  /// - Parameters:
  ///   - runs: the runs to measure.
  ///   - lanes: the names of all that is measured.
  ///   - corpus: the ids of the documents that can be found; nil where they are not known.
  /// - Returns: what does not match.
  /// - Throws: ``RAGError`` of code `invalidInput` when the baseline has none of the lanes, or of
  ///   the metrics.
  public func missingIDs(
    runs: [Run], lanes: [String], corpus: [String]?
  ) throws -> MissingIDs {
    try baseline?.requireAny(of: lanes, metrics: metrics.map(\.name), set: set.name)
    var missing = MissingIDs()
    if let corpus { missing.add(set.missingIDs(corpus: corpus)) }
    for run in runs { missing.add(run.missingIDs(qrels: set.qrels, corpus: corpus)) }
    if let baseline { missing.add(baseline.missingIDs(set: set, corpus: corpus)) }
    return missing
  }

  /// Runs every query of the set in a lane, twice, and calls `onQuery` after each.
  ///
  /// - Throws: what the lane throws.
  public func run(
    _ lane: Lane, onQuery: () -> Void = {}
  ) async throws -> (run: Run, latency: Latency) {
    let (run, latency) = try await lane.measure(
      set.queries, depth: depth + (ignoresIdenticalIDs ? 1 : 0), onQuery: onQuery)
    return ((ignoresIdenticalIDs ? run.ignoringIdenticalIDs() : run).prefix(depth), latency)
  }

  /// Measures a run, and compares it with the baseline.
  ///
  /// - Throws: ``RAGError`` of code `invalidInput`.
  public func report(
    lane: String, run: Run, latency: Latency? = nil
  ) throws -> EvaluationReport.LaneReport {
    let scores = try scores(of: run)
    let before = try baseline?.scores(lane: lane, set: set.name, measure: self.scores)
    return EvaluationReport.LaneReport(
      lane: lane, scores: scores, run: run, latency: latency,
      comparisons: before.map { Comparison.all(of: scores, against: $0) })
  }

  private func scores(of run: Run) throws -> Scores {
    let lists = (ignoresIdenticalIDs ? run.ignoringIdenticalIDs() : run).lists
    return try Scores(metrics, of: lists, judged: set.qrels.grades)
  }
}
