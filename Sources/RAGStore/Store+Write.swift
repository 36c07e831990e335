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
    try requireInPlace()
    let revision = try await mappingErrors(directory.path) {
      try await writer.write { database in
        var settings = try IndexSettings.fetch(database)
        if let encoder, settings.fingerprint == nil {
          settings.fingerprint = encoder.fingerprint
          settings.encoderName = encoder.name
          settings.dimension = encoder.dimension
        }
        if settings.chunking == nil { settings.chunking = chunking }
        settings.revision += 1
        for change in changes {
          switch change {
          case .put(let record): try Self.put(record, settings: &settings, in: database)
          case .remove(let key):
            guard let id = try Self.documentID(key: key, in: database) else { continue }
            try database.execute(
              sql: "INSERT INTO tombstone SELECT id FROM chunk WHERE document = ?",
              arguments: [id])
            try database.execute(sql: "DELETE FROM document WHERE id = ?", arguments: [id])
            settings.documentCount -= 1
          }
        }
        try settings.save(database)
        return settings.revision
      }
    }
    try markRevision(revision)
    try await shortenLog()
  }

  private static func documentID(key: String, in database: Database) throws -> Int64? {
    try Int64.fetchOne(database, sql: "SELECT id FROM document WHERE key = ?", arguments: [key])
  }

  private static func put(
    _ record: DocumentRecord, settings: inout IndexSettings, in database: Database
  ) throws {
    let known = try Row.fetchOne(
      database, sql: "SELECT id, title FROM document WHERE key = ?", arguments: [record.key])
    let document: Int64
    if let known {
      document = try known.value("id")
    } else {
      settings.documentCount += 1
      settings.lastDocument += 1
      document = settings.lastDocument
    }
    let title: String? = try known?.valueIfPresent("title")
    let row = try DocumentRow(record, id: document)
    try row.save(database)
    for table in ["metadata", "source"] where known != nil {
      try database.execute(sql: "DELETE FROM \(table) WHERE document = ?", arguments: [document])
    }
    if let source = record.keptSource {
      try SourceRow(document: document, bytes: Data(source)).insert(database)
    }
    try insert(record.metadata, document: document, in: database)
    try replaceChunks(
      of: document, with: record.chunks, keepingSame: sameBytes(title, row.title),
      settings: &settings, in: database)
  }

  static func insert(_ metadata: Metadata, document: Int64, in database: Database) throws {
    let statement = try database.cachedStatement(
      sql: "INSERT INTO metadata (document, field, text, number) VALUES (?, ?, ?, ?)")
    func insert(_ field: String, _ value: MetadataValue) throws {
      switch value {
      // Text that is a number compares as one too: CSV has no other way to say it.
      // SQLite compares text up to a NUL.
      case .string(let text):
        try statement.execute(
          arguments: [
            document, field, text.replacing("\0", with: " "), MetadataValue.number(in: text),
          ])
      case .number(let number):
        try statement.execute(arguments: [document, field, number.formatted, number])
      case .bool(let flag): try statement.execute(arguments: [document, field, "\(flag)", nil])
      case .list(let values): for value in values { try insert(field, value) }
      }
    }
    for (field, value) in metadata.sorted(by: { $0.key < $1.key }) { try insert(field, value) }
  }

  /// Chunks of the same identity and headings, under the same title, keep their id: what is
  /// searched of an id never changes.
  private static func replaceChunks(
    of document: Int64, with chunks: [ChunkRecord], keepingSame: Bool,
    settings: inout IndexSettings, in database: Database
  ) throws {
    var known: [Data: [ChunkRow]] = [:]
    let rows = try Row.fetchAll(
      database, sql: "SELECT * FROM chunk WHERE document = ? ORDER BY ordinal DESC",
      arguments: [document])
    for row in rows {
      let chunk = try ChunkRow(row)
      known[chunk.identity, default: []].append(chunk)
    }
    for record in chunks {
      var row = try ChunkRow(record, id: settings.lastChunk + 1, document: document)
      if keepingSame, let last = known[row.identity]?.last,
        sameBytes(last.headings, row.headings), sameBytes(last.text, row.text)
      {
        known[row.identity]?.removeLast()
        row.id = last.id
        try row.save(database)
        continue
      }
      settings.lastChunk = row.id
      try row.save(database)
      guard let vector = record.vector else { continue }
      guard vector.count == settings.dimension else {
        throw RAGError(
          .dimensionMismatch,
          "a vector has \(vector.count) elements, the index's have \(settings.dimension ?? 0)")
      }
      try VectorRow(chunk: row.id, elements: vector).insert(database)
    }
    for chunk in known.values.joined() {
      try database.execute(sql: "INSERT INTO tombstone (chunk) VALUES (?)", arguments: [chunk.id])
      try database.execute(sql: "DELETE FROM chunk WHERE id = ?", arguments: [chunk.id])
    }
  }
}

extension Double {
  /// Whole numbers without a fraction, as people write them.
  fileprivate var formatted: String {
    self == rounded() && magnitude < 1e15 ? String(Int64(self)) : String(self)
  }
}

/// Whether two texts are the same on disk: `==` takes é for e with an accent.
func sameBytes(_ first: String?, _ second: String?) -> Bool {
  switch (first, second) {
  case (let first?, let second?): first.utf8.elementsEqual(second.utf8)
  default: first == nil && second == nil
  }
}
