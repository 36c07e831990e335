import RAGCore

/// The least that a metric must reach.
public struct Threshold: Sendable, Hashable {
  /// The metric.
  public let metric: RetrievalMetric
  /// The least mean.
  public let minimum: Double

  /// Reads `metric=value`, such as `ndcg@10=0.35`.
  ///
  /// - Throws: ``RAGError`` of code `invalidInput`.
  public init(_ text: String) throws {
    let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    guard parts.count == 2, let minimum = Double(parts[1]), (0...1).contains(minimum) else {
      throw RAGError(
        .invalidInput, "`\(text)` is not a metric, = and a value from 0 to 1: ndcg@10=0.35")
    }
    metric = try RetrievalMetric(String(parts[0]))
    self.minimum = minimum
  }

  /// What a report misses of thresholds, each in words; every lane has to reach all.
  public static func misses(
    of thresholds: [Threshold], in report: EvaluationReport
  ) -> [String] {
    report.sets.flatMap { set in
      set.lanes.flatMap { lane in
        thresholds.compactMap { threshold -> String? in
          let name = threshold.metric.name
          let value = lane.metrics[name] ?? 0
          // A mean is a sum, which need not give what it stands for to the last bit.
          guard value < threshold.minimum - 1e-12 else { return nil }
          return "\(set.set), \(lane.lane): \(name) is \(value), under \(threshold.minimum)"
        }
      }
    }
  }
}
