import RAGCore

/// The least that a metric must reach.
public struct Threshold: Sendable, Hashable {
  /// What must reach it.
  public enum Subject: Sendable, Hashable {
    /// A measure of ranked documents.
    case retrieval(RetrievalMetric)
    /// A measure of questions to a database.
    case sql(SQLMetric)

    /// The name of the metric in reports.
    public var name: String {
      switch self {
      case .retrieval(let metric): metric.name
      case .sql(let metric): metric.rawValue
      }
    }
  }

  /// What must reach it.
  public let subject: Subject
  /// The least mean.
  public let minimum: Double

  /// Reads `metric=value`, such as `ndcg@10=0.35` or `execution=0.5`.
  ///
  /// - Throws: ``RAGError`` of code `invalidInput`.
  public init(_ text: String) throws {
    let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    guard parts.count == 2, let minimum = Double(parts[1]), (0...1).contains(minimum) else {
      throw RAGError(
        .invalidInput, "`\(text)` is not a metric, = and a value from 0 to 1: ndcg@10=0.35")
    }
    self.minimum = minimum
    if let metric = SQLMetric(rawValue: parts[0].lowercased()) {
      subject = .sql(metric)
      return
    }
    do {
      subject = .retrieval(try RetrievalMetric(String(parts[0])))
    } catch let error as RAGError {
      let names = SQLMetric.allCases.map(\.rawValue).joined(separator: ", ")
      throw RAGError(error.code, "\(error.message); of questions to a database \(names)")
    }
  }

  /// The metric, where it is one of ranked documents.
  public var retrievalMetric: RetrievalMetric? {
    if case .retrieval(let metric) = subject { metric } else { nil }
  }

  /// What a report misses of thresholds, each in words; every lane has to reach all.
  public static func misses(
    of thresholds: [Threshold], in report: EvaluationReport
  ) -> [String] {
    report.sets.flatMap { set in
      set.lanes.flatMap { lane in
        thresholds.compactMap { $0.miss(in: lane.metrics, of: "\(set.set), \(lane.lane)") }
      }
    }
  }

  /// What a report misses of thresholds, each in words; every set has to reach all.
  public static func misses(
    of thresholds: [Threshold], in report: SQLEvaluationReport
  ) -> [String] {
    report.sets.flatMap { set in
      thresholds.compactMap { $0.miss(in: set.metrics, of: set.set) }
    }
  }

  private func miss(in metrics: [String: Double], of what: String) -> String? {
    let value = metrics[subject.name]
    // A mean is a sum, which need not give what it stands for to the last bit.
    guard value ?? 0 < minimum - 1e-12 else { return nil }
    return "\(what): \(subject.name) is "
      + (value.map { "\($0), under \(minimum)" } ?? "not measured")
  }
}
