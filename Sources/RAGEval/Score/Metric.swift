/// Judges what came of one query.
///
/// The place to add measures of other outcomes than ranked documents: whatever gives a number a
/// query becomes ``Scores``, on which means, comparisons, thresholds and reports stand.
public protocol Metric<Outcome, Judgment>: Sendable {
  /// What a system gave for a query.
  associatedtype Outcome
  /// What is known to be right.
  associatedtype Judgment

  /// The name in reports, such as `ndcg@10`.
  var name: String { get }

  /// The value for one query; higher is better. A query without an outcome counts 0.
  func value(of outcome: Outcome, judged judgment: Judgment) -> Double
}
