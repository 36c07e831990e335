import Foundation
@_exported public import RAGCore
@_exported public import RAGEmbed
@_exported public import RAGGenerate
@_exported public import RAGIngest
@_exported public import RAGRetrieve
import RAGStore

/// One index, to ingest into, search and ask.
///
/// Safe to share between tasks: searches run in parallel, also while an ingest runs; writes take
/// turns, also with other processes.
public final class Engine: Sendable {
  /// What an index is opened for.
  public enum Access: Sendable {
    /// Search and ask; the index must exist.
    case read
    /// Ingest too; the index is made where there is none.
    case write
  }

  let store: Store
  /// Makes the vectors; nil: the index is searched by words, or by vectors of the host's.
  public let encoder: (any Embedder)?
  /// Judges the best candidates of a search; nil: they keep the order of their fused scores.
  public let reranker: (any Reranker)?
  /// The bounds on every input.
  public let limits: Limits

  private init(
    store: Store, encoder: (any Embedder)?, reranker: (any Reranker)?, limits: Limits
  ) {
    self.store = store
    self.encoder = encoder
    self.reranker = reranker
    self.limits = limits
  }

  /// Opens the index in a directory.
  ///
  /// Without an encoder, documents are ingested for lexical search only, unless they bring their
  /// vectors. Where the index is made, another writer is waited for as long as `wait`.
  /// - Throws: ``RAGError``: `notFound`, `invalidInput` (the directory holds something else),
  ///   `incompatibleFormat`, `corrupt`, `busy`, `readOnly`, `io`.
  public static func open(
    at directory: String, encoder: (any Embedder)? = nil, reranker: (any Reranker)? = nil,
    for access: Access = .write, limits: Limits = Limits(), wait: Duration = .seconds(5)
  ) async throws -> Engine {
    let store = try await Store.open(
      IndexDirectory(directory), for: access == .read ? .read : .write, wait: wait)
    return Engine(store: store, encoder: encoder, reranker: reranker, limits: limits)
  }

  // MARK: Searching

  /// The chunks that answer a query, best first.
  /// - Throws: ``RAGError``: `invalidInput`, `limitExceeded`, `modelMismatch`,
  ///   `dimensionMismatch`, `corrupt`, `io`, `cancelled`.
  public func search(_ query: Query) async throws -> [Hit] {
    try await retriever.search(query)
  }

  /// The highest evidence of all that the hits of a query are chosen from, also where it is below
  /// ``Query/minimumEvidence``; nil where nothing is found, or the query has no words.
  /// - Throws: As ``search(_:)``.
  public func bestEvidence(_ query: Query) async throws -> Double? {
    try await retriever.bestEvidence(query)
  }

  /// What the vector lane does to answer a query, for those who tune; nil where it takes no part.
  /// - Throws: As ``search(_:)``.
  public func explain(_ query: Query) async throws -> VectorLaneReport? {
    try await retriever.explain(query)
  }

  var retriever: Retriever {
    Retriever(store: store, embedder: encoder, reranker: reranker, limits: limits)
  }

  /// The exact bytes of a chunk in its source.
  /// - Throws: ``RAGError``: `notFound` when there is no such chunk or its file is gone, `invalidInput`
  ///   when the source changed since it was ingested.
  public func excerpt(ofChunk id: Int64) async throws -> Excerpt {
    try await SourceArchive(store: store, limits: limits).excerpt(ofChunk: id)
  }

  // MARK: Facts

  /// What the index holds and how it was made.
  public func status() async throws -> IndexStatus {
    try await IndexStatus(store)
  }

  /// The ids of all documents, in order.
  public func documentIDs() async throws -> [String] {
    try await store.read { try $0.documentKeys(matching: .and([])) }
  }

  /// The fields that a ``Filter`` may find documents by, in order: documents' own, and the names of
  /// their metadata.
  public func fields() async throws -> [String] {
    try await store.read { try $0.fields() }
  }
}
