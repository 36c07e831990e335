/// Judges how well passages answer a query, each by reading both together. Bring your own by
/// conforming to this.
public protocol Reranker: Sendable {
  /// A name for people.
  var name: String { get }

  /// One score a passage, in the order of the passages; higher is better.
  ///
  /// Scores are compared within one call only, and a passage's does not depend on the others.
  /// - Throws: ``RAGError``; `cancelled` when the task is.
  func scores(of passages: [String], for query: String) async throws -> [Double]
}
