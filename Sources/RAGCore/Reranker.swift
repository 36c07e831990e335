/// What a reranker's score means beside its order.
public enum RelevanceScale: String, Sendable, Hashable, CaseIterable {
  /// From 0 to 1: how likely the model takes the passage to be relevant.
  case probability
  /// The logarithm of the odds of that: 0 is even, any finite number may come.
  case logit
  /// Only the order within one query; nothing is said of scores of different queries.
  case order
}

/// Scores passages against a query by reading both together, which is dearer and better than
/// comparing their vectors. Bring your own by conforming to this.
public protocol Reranker: Sendable {
  /// A name for people (`ms-marco-MiniLM-L-6-v2`).
  var name: String { get }
  /// What scores mean. Where it is not `order`, one threshold serves all queries.
  var scale: RelevanceScale { get }

  /// One finite score a passage, in the order of the passages; higher is more relevant.
  ///
  /// A passage's score does not depend on the other passages of the call, so any number may be
  /// given: the reranker makes the batches. What is over its length limit is cut.
  /// - Throws: ``RAGError``; `cancelled` when the task is.
  func scores(of passages: [String], for query: String) async throws -> [Double]
}
