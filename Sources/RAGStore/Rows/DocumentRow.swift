import Foundation
import GRDB
import RAGCore

/// A row of the table `document`.
struct DocumentRow: Sendable {
  var id: Int64
  var key: String
  var path: String?
  var title: String?
  var language: String?
  var mediaType: String
  var encoding: String
  /// Which part of the source became text; nil for all of it, and in rows of format 2.
  var content: String?
  var converter: String?
  var contentHash: Data
  var settingsHash: Data
  var byteCount: Int
  /// Chunks of the document; their ordinals are those below it.
  var chunkCount: Int
  /// JSON.
  var links: String
  /// JSON; the table `metadata` is an index of it.
  var metadata: String

  /// - Throws: ``RAGError`` of code `invalidInput` for texts that SQLite would cut.
  init(_ record: DocumentRecord, id: Int64) throws {
    let texts = [
      record.key, record.path, record.language, record.source.encoding, record.converter,
    ]
    guard !(texts.compactMap(\.self) + record.chunks.map(\.chunk.text)).contains(where: \.hasNUL)
    else {
      throw RAGError(
        .invalidInput, "the document's id or text holds a NUL character; leave it out")
    }
    self.id = id
    key = record.key
    path = record.path
    title = record.title.map { String($0.prefix(Self.titleLimit)).replacing("\0", with: " ") }
    language = record.language
    mediaType = record.source.mediaType.rawValue
    encoding = record.source.encoding
    content = record.source.content == .full ? nil : record.source.content.rawValue
    converter = record.converter
    contentHash = Data(record.contentHash)
    settingsHash = Data(record.settingsHash)
    byteCount = record.source.byteCount
    chunkCount = record.chunks.count
    links = try json(record.links)
    metadata = try json(record.metadata)
  }

  /// Characters of a title that are kept: it is searched with every chunk.
  private static let titleLimit = 300

  /// Reads a row and holds it against its checksum.
  init(_ row: Row) throws {
    id = try row.value("id")
    key = try row.value("key")
    path = try row.valueIfPresent("path")
    title = try row.valueIfPresent("title")
    language = try row.valueIfPresent("language")
    mediaType = try row.value("mediaType")
    encoding = try row.value("encoding")
    content = row.hasColumn("content") ? try row.valueIfPresent("content") : nil
    converter = try row.valueIfPresent("converter")
    contentHash = try row.value("contentHash")
    settingsHash = try row.value("settingsHash")
    byteCount = try row.value("byteCount")
    chunkCount = try row.value("chunkCount")
    links = try row.value("links")
    metadata = try row.value("metadata")
    guard byteCount >= 0, chunkCount >= 0 else {
      throw RAGError(.corrupt, "document \(id) is damaged; 'rag repair' keeps what is whole")
    }
    try checksum.require(row.value("checksum"), "document \(id)")
  }

  private var checksum: RowChecksum {
    var sum = RowChecksum()
    sum.add(id)
    for text in [key, path, title, language, mediaType, encoding, converter, links, metadata] {
      sum.add(text)
    }
    sum.add(contentHash)
    sum.add(settingsHash)
    sum.add(byteCount)
    sum.add(chunkCount)
    // Rows of format 2 have no such column.
    if let content { sum.add(content) }
    return sum
  }

  /// Adds the row, or puts it in place of that of the same id and key.
  /// - Throws: ``RAGError`` of code `corrupt` when the id is that of another document.
  func save(_ database: Database) throws {
    try database.cachedStatement(
      sql: """
        INSERT INTO document (id, key, path, title, language, mediaType, encoding, content, converter,
        contentHash, settingsHash, byteCount, chunkCount, links, metadata, checksum)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        ON CONFLICT (id) DO UPDATE SET path = excluded.path, title = excluded.title,
        language = excluded.language, mediaType = excluded.mediaType,
        encoding = excluded.encoding, content = excluded.content, converter = excluded.converter,
        contentHash = excluded.contentHash, settingsHash = excluded.settingsHash,
        byteCount = excluded.byteCount, chunkCount = excluded.chunkCount,
        links = excluded.links, metadata = excluded.metadata, checksum = excluded.checksum
        WHERE key = excluded.key
        """
    ).execute(arguments: [
      id, key, path, title, language, mediaType, encoding, content, converter, contentHash,
      settingsHash, byteCount, chunkCount, links, metadata, checksum.value,
    ])
    guard database.changesCount == 1 else {
      throw RAGError(
        .corrupt, "document \(id) is there already; 'rag repair' counts the documents anew")
    }
  }
}

/// A value's JSON with sorted keys.
func json(_ value: some Encodable) throws -> String {
  let encoder = JSONEncoder()
  encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
  return String(decoding: try encoder.encode(value), as: UTF8.self)
}

extension DocumentRow {
  /// The metadata as values.
  func decodedMetadata() throws -> Metadata {
    try JSONDecoder().decode(Metadata.self, from: Data(metadata.utf8))
  }

  /// The row as a reader gets it.
  func stored(keepsSource: Bool) throws -> StoredDocument {
    guard let mediaType = Document.MediaType(rawValue: mediaType) else {
      throw RAGError(.corrupt, "a document has an unknown media type; ingest it again")
    }
    guard let content = PageContent(rawValue: content ?? PageContent.full.rawValue) else {
      throw RAGError(.corrupt, "a document has an unknown kind of content; ingest it again")
    }
    return StoredDocument(
      key: key, path: path, title: title,
      source: Document.Source(
        mediaType: mediaType, encoding: encoding, byteCount: byteCount, content: content),
      converter: converter, contentHash: [UInt8](contentHash), keepsSource: keepsSource)
  }
}

extension String {
  /// Whether SQLite would take the text to end early.
  fileprivate var hasNUL: Bool { utf8.contains(0) }
}
