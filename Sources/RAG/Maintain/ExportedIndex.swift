import Foundation
import RAGCore
import RAGIngest
import RAGStore

/// The first line of an export.
struct ExportHeader: Codable {
  static let format = "rag-export"
  /// 2: with a last line (``ExportEnd``).
  static let version = 2

  var format = Self.format
  var version = Self.version
  var encoder: String?
  var fingerprint: String?
  var dimension: Int?
  /// JSON, as the ingest that made the index said.
  var chunking: String?

  /// - Throws: ``RAGError`` of code `incompatibleFormat`, or `invalidInput` for what no index is.
  func check() throws {
    guard format == Self.format, version == Self.version else {
      throw RAGError(
        .incompatibleFormat,
        "is not an export of version \(Self.version); write it with this build's 'rag export'")
    }
    guard (fingerprint == nil) == (dimension == nil) else {
      throw RAGError(
        .invalidInput, "one of 'fingerprint' and 'dimension' is there without the other")
    }
  }
}

/// The last line of an export: what the lines before it hold.
struct ExportEnd: Codable, Equatable {
  struct Sum: Codable, Equatable {
    var documents = 0
    var chunks = 0
    /// CRC-32C of all lines before, each with its line feed.
    var checksum: UInt32 = 0
  }

  var end = Sum()

  /// With what the line begins, and no other does.
  static let prefix = Array("{\"end\":".utf8)

  mutating func add(_ line: some Collection<UInt8>) {
    (Array(line) + [0x0A]).withUnsafeBytes { end.checksum = CRC32C.extend(end.checksum, by: $0) }
  }

  mutating func add(_ line: some Collection<UInt8>, chunkCount: Int) {
    add(line)
    end.documents += 1
    end.chunks += chunkCount
  }
}

/// A line of an export: one document with its chunks and their vectors.
struct ExportedDocument: Codable {
  var id: String
  var path: String?
  var title: String?
  var language: String?
  var mediaType: Document.MediaType
  var encoding: String
  /// Which part of the source became text; absent for all of it.
  var content: PageContent?
  var byteCount: Int
  var converter: String?
  /// Base64.
  var contentHash: Data
  /// Base64.
  var settingsHash: Data
  /// Base64; only where the index keeps the source.
  var source: Data?
  var links: [Document.Link]
  var metadata: Metadata
  var chunks: [ExportedChunk]

  init(_ record: DocumentRecord) {
    id = record.key
    path = record.path
    title = record.title
    language = record.language
    mediaType = record.source.mediaType
    encoding = record.source.encoding
    content = record.source.content == .full ? nil : record.source.content
    byteCount = record.source.byteCount
    converter = record.converter
    contentHash = Data(record.contentHash)
    settingsHash = Data(record.settingsHash)
    source = record.keptSource.map { Data($0) }
    links = record.links
    metadata = record.metadata
    chunks = record.chunks.map(ExportedChunk.init)
  }

  /// - Throws: ``RAGError`` of code `invalidInput` or `dimensionMismatch` for what no ingest makes.
  func record(dimension: Int?) throws -> DocumentRecord {
    guard !id.isEmpty else { throw RAGError(.invalidInput, "'id' is empty") }
    guard byteCount >= 0 else { throw RAGError(.invalidInput, "'byteCount' is below 0") }
    try DocumentParser.checkEncoding(encoding)
    let texts =
      [id, path, title, language, encoding, converter].compactMap(\.self) + chunks.map(\.text)
      + chunks.flatMap(\.headings)
    guard !texts.contains(where: { $0.utf8.contains(0) }) else {
      throw RAGError(.invalidInput, "the id or a text holds a NUL character")
    }
    for (ordinal, pair) in zip(chunks, chunks.dropFirst()).enumerated() {
      // Neighbours may overlap.
      guard zip(pair.0.textRange, pair.1.textRange).allSatisfy(<=) else {
        throw RAGError(.invalidInput, "chunk \(ordinal + 1) stands before chunk \(ordinal)")
      }
    }
    guard Set(chunks.map { $0.vector == nil }).count < 2 else {
      throw RAGError(.invalidInput, "some of the chunks have no vector")
    }
    return DocumentRecord(
      key: id, path: path, title: title, language: language,
      source: Document.Source(
        mediaType: mediaType, encoding: encoding, byteCount: byteCount, content: content ?? .full),
      converter: converter, contentHash: [UInt8](contentHash), settingsHash: [UInt8](settingsHash),
      keptSource: source.map { [UInt8]($0) }, links: links, metadata: metadata,
      chunks: try chunks.enumerated().map {
        try $1.record(ordinal: $0, dimension: dimension, sourceByteCount: byteCount)
      })
  }
}

/// A chunk of an exported document. Ranges are half open, in bytes and characters of the source;
/// lines are counted from 1, the last included.
struct ExportedChunk: Codable {
  var text: String
  var headings: [String]
  var textRange: [Int]
  var utf8: [Int]
  var characters: [Int]
  var lines: [Int]
  var tokens: Int
  /// Base64.
  var identity: Data
  var vector: [Float]?

  init(_ record: ChunkRecord) {
    let chunk = record.chunk
    text = chunk.text
    headings = chunk.headings
    textRange = [chunk.textRange.lowerBound, chunk.textRange.upperBound]
    utf8 = [chunk.span.utf8.lowerBound, chunk.span.utf8.upperBound]
    characters = [chunk.span.characters.lowerBound, chunk.span.characters.upperBound]
    lines = [chunk.span.lines.lowerBound, chunk.span.lines.upperBound]
    tokens = chunk.tokenCount
    identity = Data(record.identity)
    vector = record.vector
  }

  func record(ordinal: Int, dimension: Int?, sourceByteCount: Int) throws -> ChunkRecord {
    for range in [textRange, utf8, characters, lines]
    where range.count != 2 || range[0] < 0 || range[0] > range[1] || range[1] == .max {
      throw RAGError(.invalidInput, "a range of chunk \(ordinal) is not [start, end]")
    }
    guard !text.isEmpty else {
      throw RAGError(.invalidInput, "'text' of chunk \(ordinal) is empty")
    }
    guard textRange[1] - textRange[0] == text.utf8.count else {
      throw RAGError(.invalidInput, "'textRange' of chunk \(ordinal) is not as long as its text")
    }
    // Every character takes a byte or more, and every line but the last a character.
    guard utf8[1] <= sourceByteCount, characters[1] <= sourceByteCount, lines[0] >= 1,
      lines[1] - 1 <= sourceByteCount
    else {
      throw RAGError(.invalidInput, "chunk \(ordinal) lies outside of its source")
    }
    guard 0...Int(Int32.max) ~= tokens else {
      throw RAGError(.invalidInput, "'tokens' of chunk \(ordinal) is out of range")
    }
    if let vector {
      guard vector.count == dimension else {
        throw RAGError(
          .dimensionMismatch,
          "the vector of chunk \(ordinal) has not \(dimension ?? 0) elements")
      }
      try ChunkRecord.check(vector)
    }
    return ChunkRecord(
      chunk: Chunk(
        ordinal: ordinal, text: text, textRange: textRange[0]..<textRange[1],
        span: Span(
          utf8: utf8[0]..<utf8[1], characters: characters[0]..<characters[1],
          lines: lines[0]...lines[1]),
        headings: headings, embeddingText: "", tokenCount: tokens),
      identity: [UInt8](identity), vector: vector)
  }
}
