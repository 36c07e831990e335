/// Judges how well passages answer a query, each by reading both together: dearer and better than
/// comparing their vectors. Bring your own by conforming to this.
public protocol Reranker: Sendable {
  /// A name for people (`ms-marco-MiniLM-L-6-v2`).
  var name: String { get }

  /// One finite score a passage, in the order of the passages; higher is better.
  ///
  /// Scores are compared within one call only. A passage's does not depend on the others, and any
  /// number may be given: the reranker makes the batches.
  /// - Throws: ``RAGError``; `cancelled` when the task is.
  func scores(of passages: [String], for query: String) async throws -> [Double]
}
