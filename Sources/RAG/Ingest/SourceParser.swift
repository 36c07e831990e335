import Foundation
import RAGCore
import RAGGenerate
import RAGIngest
import RAGStore

/// One source, read but not yet parsed.
struct RawSource: Sendable {
  var key: String
  var path: String?
  var bytes: [UInt8]
  /// SHA-256 of the file or, for documents from memory, of `bytes`.
  var contentHash: [UInt8]
  /// Of `bytes`; nil: detected.
  var encoding: String?
  var mediaType: Document.MediaType?
  var title: String?
  var metadata: Metadata = [:]
  var converter: String?
  var keepsSource: Bool
  var vector: [Float]?
}

/// A document with its chunks, some of which still need a vector.
struct PreparedDocument: Sendable {
  var record: DocumentRecord
  var isNew: Bool
  /// Indices into `record.chunks` of those whose vector is not stored.
  var pending: [Int] = []
  /// Those of them that the encoder has to embed for this document; the others' texts are embedded
  /// for one before it.
  var missing: [Int] = []
}

/// Turns raw sources into documents ready to embed and store.
struct SourceParser: Sendable {
  let parser: DocumentParser
  let chunker: Chunker
  /// Names what makes the vectors; part of each chunk's identity.
  let fingerprint: String
  let chunking: ChunkOptions
  let options: IngestOptions

  /// Raised when parsing changes so that stored documents should be parsed again.
  private static let parserVersion = 5

  /// All that decides a document's rows besides its bytes.
  private struct Settings: Encodable {
    var parserVersion: Int
    var metadata: Metadata
    var title: String?
    var mediaType: Document.MediaType?
    var converter: String?
    var encoding: String?
    var content: PageContent
    var chunking: ChunkOptions
    var fingerprint: String
    var keepsSource: Bool
    var vector: [Float]?
  }

  func settingsHash(of source: RawSource) throws -> [UInt8] {
    try digest(
      ofValue: Settings(
        parserVersion: Self.parserVersion, metadata: metadata(of: source), title: source.title,
        mediaType: source.mediaType, converter: source.converter, encoding: source.encoding,
        content: options.content, chunking: chunking, fingerprint: fingerprint,
        keepsSource: source.keepsSource, vector: source.vector))
  }

  /// Proves that metadata can be kept.
  /// - Throws: ``RAGError`` of code `invalidInput`.
  static func check(_ metadata: Metadata) throws {
    do {
      _ = try digest(ofValue: metadata)
    } catch is EncodingError {
      // It would quote the metadata.
      throw RAGError(.invalidInput, "metadata cannot be kept: give numbers that are finite")
    }
  }

  private func metadata(of source: RawSource) -> Metadata {
    options.metadata.merging(source.metadata) { _, own in own }
  }

  /// Parses and chunks a source. Chunks have no vectors yet, except the host's own.
  func parse(_ source: RawSource) throws -> (record: DocumentRecord, warnings: [String]) {
    let document = try parser.parse(
      source.bytes, path: source.path, mediaType: source.mediaType, encoding: source.encoding)
    var titled = document
    titled.title = source.title ?? document.title
    let chunks =
      try source.vector.map { try hostChunks(of: titled, vector: $0) }
      ?? chunker.chunks(of: titled).map {
        ChunkRecord(
          chunk: $0,
          identity: chunkIdentity(embeddingText: $0.embeddingText, fingerprint: fingerprint),
          vector: nil)
      }
    let record = DocumentRecord(
      key: source.key, path: source.path, title: titled.title, language: document.language,
      source: document.source, converter: source.converter, contentHash: source.contentHash,
      settingsHash: try settingsHash(of: source),
      keptSource: source.keepsSource ? source.bytes : nil, links: document.links,
      metadata: document.metadata.merging(metadata(of: source)) { _, own in own }, chunks: chunks)
    return (record, document.warnings)
  }

  /// The one chunk of a document that brings its vector.
  private func hostChunks(of document: Document, vector: [Float]) throws -> [ChunkRecord] {
    guard let first = document.blocks.first, let last = document.blocks.last else { return [] }
    let range = first.range.lowerBound..<last.range.upperBound
    let text = document.string(range)
    let chunk = Chunk(
      ordinal: 0, text: text, textRange: range, span: document.span(of: range), headings: [],
      embeddingText: text, tokenCount: EstimatedTokenCounter().tokenCount(of: text))
    let identity = vector.withUnsafeBytes {
      digest(Array(fingerprint.utf8) + [0] + Array(text.utf8) + [0] + Array($0))
    }
    return [ChunkRecord(chunk: chunk, identity: identity, vector: vector)]
  }
}
