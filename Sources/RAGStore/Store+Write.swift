import Foundation
import GRDB
import RAGCore

/// One step of a write.
package enum Change: Sendable {
  /// Adds a document, or replaces the one of the same key.
  case put(DocumentRecord)
  /// Removes the document of a key, if there is one.
  case remove(key: String)
}

extension Store {
  /// Applies changes in one transaction: all of them, or none.
  ///
  /// Chunks of a replaced document whose identity is unchanged keep their id and their vector.
  /// The caller holds the writer's lock.
  /// - Throws: ``RAGError``: `modelMismatch` or `dimensionMismatch` before anything is written;
  ///   `diskFull`, `io`, `busy`, `readOnly`.
  package func apply(
    _ changes: [Change], encoder: (fingerprint: String, name: String, dimension: Int)?,
    chunking: String?
  ) async throws {
    guard let writer else { throw notWritable }
    try await mappingErrors(directory.path) {
      try await writer.write { database in
        var settings = try IndexSettings.fetch(database)
        if let encoder, settings.fingerprint == nil {
          settings.fingerprint = encoder.fingerprint
          settings.encoderName = encoder.name
          settings.dimension = encoder.dimension
        }
        if settings.chunking == nil { settings.chunking = chunking }
        settings.revision += 1
        try settings.save(database)
        for change in changes {
          switch change {
          case .put(let record): try Self.put(record, settings: settings, in: database)
          case .remove(let key):
            guard let id = try Self.documentID(key: key, in: database) else { continue }
            try Self.removeFullText(document: id, in: database)
            try database.execute(sql: "DELETE FROM document WHERE id = ?", arguments: [id])
          }
        }
      }
    }
  }

  private static func documentID(key: String, in database: Database) throws -> Int64? {
    try Int64.fetchOne(database, sql: "SELECT id FROM document WHERE key = ?", arguments: [key])
  }

  /// FTS5 with outside content has to be told the words that it should forget.
  private static func removeFullText(document: Int64, in database: Database) throws {
    try database.execute(
      sql: """
        INSERT INTO lexical (lexical, rowid, title, headings, text)
        SELECT 'delete', id, title, headings, text FROM lexicalSource
        WHERE id IN (SELECT id FROM chunk WHERE document = ?)
        """, arguments: [document])
  }

  private static func put(
    _ record: DocumentRecord, settings: IndexSettings, in database: Database
  ) throws {
    let links = String(decoding: try JSONEncoder().encode(record.links), as: UTF8.self)
    let columns: [String: (any DatabaseValueConvertible)?] = [
      "path": record.path, "title": record.title,
      "language": record.language, "mediaType": record.source.mediaType.rawValue,
      "encoding": record.source.encoding, "converter": record.converter,
      "contentHash": Data(record.contentHash), "settingsHash": Data(record.settingsHash),
      "byteCount": record.source.byteCount, "source": record.keptSource.map { Data($0) },
      "links": links,
    ]
    let names = columns.keys.sorted()
    let values = StatementArguments(names.map { columns[$0] ?? nil })
    let document: Int64
    if let known = try documentID(key: record.key, in: database) {
      document = known
      try removeFullText(document: document, in: database)
      try database.execute(
        sql:
          "UPDATE document SET \(names.map { "\($0) = ?" }.joined(separator: ", ")) WHERE id = ?",
        arguments: values + [document])
      try database.execute(sql: "DELETE FROM metadata WHERE document = ?", arguments: [document])
    } else {
      try database.execute(
        sql: """
          INSERT INTO document (\(names.joined(separator: ", ")), key)
          VALUES (\(names.map { _ in "?" }.joined(separator: ", ")), ?)
          """, arguments: values + [record.key])
      document = database.lastInsertedRowID
    }
    try insert(record.metadata, document: document, in: database)
    try replaceChunks(of: document, with: record.chunks, settings: settings, in: database)
    try database.execute(
      sql: """
        INSERT INTO lexical (rowid, title, headings, text)
        SELECT id, title, headings, text FROM lexicalSource
        WHERE id IN (SELECT id FROM chunk WHERE document = ?)
        """, arguments: [document])
  }

  private static func insert(_ metadata: Metadata, document: Int64, in database: Database) throws {
    let statement = try database.cachedStatement(
      sql: "INSERT INTO metadata (document, field, text, number) VALUES (?, ?, ?, ?)")
    func insert(_ field: String, _ value: MetadataValue) throws {
      switch value {
      // Text that is a number compares as one too: CSV has no other way to say it.
      case .string(let text):
        try statement.execute(arguments: [document, field, text, Double(text)])
      case .number(let number):
        try statement.execute(arguments: [document, field, number.formatted, number])
      case .bool(let flag): try statement.execute(arguments: [document, field, "\(flag)", nil])
      case .list(let values): for value in values { try insert(field, value) }
      }
    }
    for (field, value) in metadata.sorted(by: { $0.key < $1.key }) { try insert(field, value) }
  }

  private static func replaceChunks(
    of document: Int64, with chunks: [ChunkRecord], settings: IndexSettings, in database: Database
  ) throws {
    var known: [Data: [Int64]] = [:]
    let rows = try Row.fetchAll(
      database, sql: "SELECT id, identity FROM chunk WHERE document = ? ORDER BY ordinal DESC",
      arguments: [document])
    for row in rows { known[row["identity"], default: []].append(row["id"]) }

    let update = try database.cachedStatement(
      sql: """
        UPDATE chunk SET ordinal = ?, text = ?, headings = ?, textStart = ?, textEnd = ?,
        utf8Start = ?, utf8End = ?, characterStart = ?, characterEnd = ?, firstLine = ?,
        lastLine = ?, tokenCount = ? WHERE id = ?
        """)
    let insert = try database.cachedStatement(
      sql: """
        INSERT INTO chunk (ordinal, text, headings, textStart, textEnd, utf8Start, utf8End,
        characterStart, characterEnd, firstLine, lastLine, tokenCount, document, identity)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """)
    let insertVector = try database.cachedStatement(
      sql: "INSERT INTO vector (chunk, elements) VALUES (?, ?)")
    for record in chunks {
      let chunk = record.chunk
      let values: StatementArguments = [
        chunk.ordinal, chunk.text,
        String(decoding: try JSONEncoder().encode(chunk.headings), as: UTF8.self),
        chunk.textRange.lowerBound, chunk.textRange.upperBound,
        chunk.span.utf8.lowerBound, chunk.span.utf8.upperBound,
        chunk.span.characters.lowerBound, chunk.span.characters.upperBound,
        chunk.span.lines.lowerBound, chunk.span.lines.upperBound, chunk.tokenCount,
      ]
      let identity = Data(record.identity)
      if let id = known[identity]?.popLast() {
        try update.execute(arguments: values + [id])
        continue
      }
      try insert.execute(arguments: values + [document, identity])
      guard let vector = record.vector else { continue }
      guard vector.count == settings.dimension else {
        throw RAGError(
          .dimensionMismatch,
          "a vector has \(vector.count) elements, the index's have \(settings.dimension ?? 0)")
      }
      let id = database.lastInsertedRowID
      try insertVector.execute(arguments: [id, Data(vector: vector)])
    }
    for id in known.values.joined() {
      try database.execute(sql: "DELETE FROM chunk WHERE id = ?", arguments: [id])
    }
  }
}

extension Double {
  /// Whole numbers without a fraction, as people write them.
  fileprivate var formatted: String {
    self == rounded() && magnitude < 1e15 ? String(Int64(self)) : String(self)
  }
}

extension Data {
  init(vector: [Float]) {
    self = vector.withUnsafeBytes { Data($0) }
  }
}
