/// What was measured: the JSON of `rag eval`, and a baseline of later ones.
public struct EvaluationReport: Sendable, Codable {
  /// What was measured on one set.
  public struct SetReport: Sendable, Codable {
    /// The name of the set.
    public var set: String
    /// Documents of the corpus; nil where only runs were measured.
    public var documents: Int?
    /// Which of the queries were measured.
    public var part: QueryPart
    /// The judged queries, on which the means are taken.
    public var judgedQueries: Int
    /// Bytes of the index; nil where only runs were measured.
    public var indexBytes: Int?
    /// How near the vector search comes to an exact one, apart from what is relevant.
    public var nearestNeighbours: EffortCurve.Point?
    /// Ids that did not match, where that was allowed.
    public var missing: [MissingIDs.Finding]
    /// The ways of searching that were measured, in the order of the report.
    public var lanes: [LaneReport]

    /// Makes a report without lanes.
    public init(set: JudgedSet, part: QueryPart, missing: MissingIDs = MissingIDs()) {
      self.set = set.name
      self.part = part
      judgedQueries = set.qrels.grades.count
      self.missing = missing.findings
      lanes = []
    }
  }

  /// What was measured on one way of searching.
  public struct LaneReport: Sendable, Codable {
    /// Its name: the mode of search, or the file of a run.
    public var lane: String
    /// The means over all queries, by metric.
    public var metrics: [String: Double]
    /// Times of a search; nil for runs.
    public var latency: Latency?
    /// Whether it knows what the corpus does not answer; nil where that was not measured.
    public var abstention: Abstention?
    /// What its answers cite; nil where that was not measured.
    public var answers: AnswerQuality?
    /// How it stands against the baseline; nil where there is none.
    public var comparisons: [Comparison]?
    /// Judged queries for which nothing was found; they count 0.
    public var unanswered: Int
    /// Values by query id and metric.
    public var queries: [String: [String: Double]]

    /// Makes the report of a lane.
    public init(
      lane: String, scores: Scores, run: Run, latency: Latency? = nil,
      comparisons: [Comparison]? = nil
    ) {
      self.lane = lane
      metrics = scores.means
      self.latency = latency
      self.comparisons = comparisons
      unanswered = scores.queries.keys.count { run.lists[$0]?.entries.isEmpty ?? true }
      queries = scores.queries
    }
  }

  /// One report a set.
  public var sets: [SetReport]

  /// Makes a report.
  public init(sets: [SetReport]) { self.sets = sets }
}
