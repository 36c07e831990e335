import Foundation
import RAGCore
import RAGGenerate
import RAGIngest
import RAGRetrieve
import RAGStore

/// The exact bytes of a chunk in its source.
public struct Excerpt: Sendable {
  /// The bytes, in the encoding of the source.
  public var bytes: [UInt8]
  /// Where they stand.
  public var span: Span
  /// The document that holds them.
  public var document: Hit.DocumentReference
  /// The name of the encoding of `bytes`.
  public var encoding: String
}

/// Reads sources again, to show them and to prove citations.
struct SourceArchive: Sendable {
  let store: Store
  let limits: Limits

  func excerpt(ofChunk id: Int64) async throws -> Excerpt {
    let chunk = try await chunk(id)
    let path = chunk.document.path
    let bytes: [UInt8]
    switch try await source(of: chunk.document) {
    case .same(let source): bytes = source
    case .changed:
      throw RAGError(
        .invalidInput, "changed since it was ingested; ingest it again to read chunk \(id)",
        path: path)
    case .gone:
      throw RAGError(.notFound, "is gone; chunk \(id) was read from it", path: path)
    case .unreadable(let error): throw error
    }
    guard chunk.span.utf8.upperBound <= bytes.count else {
      throw RAGError(.corrupt, "chunk \(id) ends after its source; ingest it again", path: path)
    }
    return Excerpt(
      bytes: Array(bytes[chunk.span.utf8]), span: chunk.span,
      document: Hit.DocumentReference(
        id: chunk.document.key, path: chunk.document.filePath, title: chunk.document.title,
        converter: chunk.document.converter),
      encoding: chunk.document.source.encoding)
  }

  func chunk(_ id: Int64) async throws -> StoredChunk {
    guard let chunk = try await store.read({ try $0.chunks([id]).first }) else {
      throw RAGError(
        .notFound, "there is no chunk \(id); its document was changed or removed",
        path: store.directory.path)
    }
    return chunk
  }

  /// The bytes a document was made from, as they are now.
  enum Source: Sendable {
    case same([UInt8])
    case changed
    case gone
    case unreadable(RAGError)
  }

  func source(of document: StoredDocument) async throws -> Source {
    if document.keepsSource {
      return try await store.read { try $0.keptSource(of: document) }.map { .same($0) } ?? .changed
    }
    guard let path = document.path else { return .gone }
    do {
      let bytes = try FileReader(limits: limits).read(path: path).bytes
      return digest(bytes) == document.contentHash ? .same(bytes) : .changed
    } catch RAGError.Code.limitExceeded {
      return .changed
    } catch RAGError.Code.notFound {
      return .gone
    } catch let error as RAGError where error.code != .cancelled {
      return .unreadable(error)
    }
  }
}
