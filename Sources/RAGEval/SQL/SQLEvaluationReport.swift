/// What was measured of questions to databases: the JSON of `rag eval --sql`.
public struct SQLEvaluationReport: Sendable, Codable {
  /// What was measured on one set.
  public struct SetReport: Sendable, Codable {
    /// The name of the set.
    public var set: String
    /// Its questions.
    public var questions: Int
    /// What a model's queries gave; nil where no model was asked.
    public var model: ModelReport?
    /// What prompts after a failure carry; nil where the set has no queries that fail.
    public var repairs: RepairReport?

    /// Every metric that was measured, by its name.
    public var metrics: [String: Double] {
      var metrics = model?.metrics ?? [:]
      metrics[SQLMetric.repairable.rawValue] = repairs?.total.share
      return metrics
    }

    /// Makes a report.
    public init(set: SQLSet, model: ModelReport?, repairs: RepairReport?) {
      self.set = set.name
      questions = set.questions.count
      self.model = model
      self.repairs = repairs
    }
  }

  /// How a model did.
  public struct ModelReport: Sendable, Codable {
    /// Its name.
    public var name: String
    /// The means over all questions, by metric.
    public var metrics: [String: Double]
    /// Queries that the model wrote for a question, on average.
    public var attempts: Double
    /// Questions without a query that runs; they count 0.
    public var unanswered: Int
    /// Values by question id and metric.
    public var queries: [String: [String: Double]]

    /// Makes the report of a model.
    public init(name: String, scores: Scores, attempts: Double, unanswered: Int) {
      self.name = name
      metrics = scores.means
      self.attempts = attempts
      self.unanswered = unanswered
      queries = scores.queries
    }
  }

  /// How many prompts after a failure carry what the repair needs.
  public struct RepairReport: Sendable, Codable {
    /// Queries that fail, and how many of them were repaired.
    public struct Count: Sendable, Codable {
      /// Queries that fail.
      public var queries = 0
      /// Those of them that were repaired.
      public var repaired = 0

      /// The share that was repaired.
      public var share: Double { queries > 0 ? Double(repaired) / Double(queries) : 0 }

      fileprivate mutating func add(isRepaired: Bool) {
        queries += 1
        repaired += isRepaired ? 1 : 0
      }
    }

    /// All queries.
    public var total = Count()
    /// Queries by how they are broken.
    public var kinds: [String: Count] = [:]
    /// What was missing, by the id of the query.
    public var missing: [String: [String]] = [:]

    /// Makes a report of nothing.
    public init() {}

    /// Counts a query; `missing` is nil for one that was repaired.
    public mutating func add(_ query: SQLSet.BrokenQuery, missing: [String]?) {
      total.add(isRepaired: missing == nil)
      kinds[query.kind, default: Count()].add(isRepaired: missing == nil)
      self.missing[query.id] = missing
    }
  }

  /// One report a set.
  public var sets: [SetReport]

  /// Makes a report.
  public init(sets: [SetReport]) { self.sets = sets }
}
