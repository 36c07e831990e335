import Foundation
import RAGStore

/// What an index holds and how it was made.
public struct IndexStatus: Sendable, Codable, Hashable {
  /// The absolute path of the index directory.
  public var index: String
  /// Documents stored.
  public var documents: Int
  /// Chunks stored.
  public var chunks: Int
  /// Tokens of all chunks.
  public var tokens: Int
  /// Vectors stored.
  public var vectors: Int
  /// Vectors that the graph holds; the others are scanned.
  public var graphVectors: Int
  /// Bytes of all sources, as they were read.
  public var sourceBytes: Int
  /// Bytes of the index directory.
  public var indexBytes: Int
  /// The encoder's name; nil while no vector is stored.
  public var encoder: String?
  /// The encoder's fingerprint.
  public var fingerprint: String?
  /// Elements of a vector.
  public var dimension: Int?
  /// Writes since the index was made.
  public var revision: Int

  init(_ store: Store) async throws {
    let (settings, counts, graph) = try await store.read { reader in
      (reader.settings, try reader.counts(), try reader.graphCount())
    }
    index = store.directory.path
    documents = counts.documents
    chunks = counts.chunks
    tokens = counts.tokens
    vectors = counts.vectors
    graphVectors = graph
    sourceBytes = counts.sourceBytes
    indexBytes = store.directory.byteCount
    encoder = settings.encoderName
    fingerprint = settings.fingerprint
    dimension = settings.dimension
    revision = settings.revision
  }
}
