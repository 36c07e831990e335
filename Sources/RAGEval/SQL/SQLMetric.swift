/// A measure of questions to a database, as a share from 0 to 1.
public enum SQLMetric: String, Sendable, Hashable, CaseIterable {
  /// Questions with the right result.
  case execution
  /// Questions with the right result by the first query alone.
  case firstExecution = "execution@1"
  /// Queries that fail of which the prompt after the failure carries what their repair needs.
  case repairable
}
