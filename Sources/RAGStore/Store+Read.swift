import Foundation
import GRDB
package import RAGCore
package import RAGIndex

extension Store {
  /// Runs `body` on one whole committed state.
  package func read<Result: Sendable>(
    _ body: @Sendable (StoreReader) throws -> Result
  ) async throws -> Result {
    try await mappingErrors(directory.path) {
      try await reader.read { database in
        try body(
          StoreReader(
            database: database, settings: try IndexSettings.fetch(database), vectors: vectors))
      }
    }
  }
}

/// One committed state of an index, for the length of one read.
package struct StoreReader {
  let database: Database
  package let settings: IndexSettings
  let vectors: VectorIndexCache

  // MARK: Lanes

  /// The chunks that a filter allows, or nil for all.
  package func allowedChunks(_ filter: Filter?) throws -> IDSet? {
    guard let filter else { return nil }
    let request: SQLRequest<Int64> = """
      SELECT chunk.id FROM chunk JOIN document ON document.id = chunk.document
      WHERE \(FilterSQL(filter).condition) ORDER BY chunk.id
      """
    return IDSet(try request.fetchAll(database))
  }

  /// The `count` chunks nearest to a vector, best first, and what the search of the graph did, if
  /// there is one.
  /// - Throws: ``RAGError``: `dimensionMismatch`, `corrupt`.
  package func nearest(
    to vector: [Float], count: Int, effort: SearchEffort = .recall(0.99),
    allowing allowed: IDSet? = nil
  ) throws -> (matches: [Match], statistics: SearchStatistics?) {
    let index = try vectors.index(for: settings, in: database)
    return try index.nearest(to: vector, count: count, effort: effort, allowing: allowed)
  }

  /// All vectors as they were put in, for exact searches: what ``nearest(to:count:effort:allowing:)``
  /// comes near to. Nil in an index without vectors.
  /// - Complexity: O(vectors), in time and in memory.
  package func exactVectors() throws -> FlatIndex? {
    try vectors.tail(after: 0, settings: settings, in: database)
  }

  /// The `count` chunks with the best BM25 score for a text, best first; higher is better.
  ///
  /// Robertson & Zaragoza 2009, as FTS5 computes it (k1 = 1.2, b = 0.75) over title, headings
  /// and text.
  package func lexicalMatches(
    _ text: String, count: Int, matching filter: Filter? = nil
  ) throws -> [Match] {
    guard let expression = LexicalQuery(text).expression else { return [] }
    let condition: SQL =
      filter.map {
        """
        AND rowid IN (SELECT chunk.id FROM chunk JOIN document ON document.id = chunk.document
        WHERE \(FilterSQL($0).condition))
        """
      } ?? ""
    let request: SQLRequest<Row> = """
      SELECT rowid, -bm25(lexical, 1.0, 1.0, 1.0) AS score FROM lexical
      WHERE lexical MATCH \(expression) \(condition) ORDER BY score DESC, rowid LIMIT \(count)
      """
    return try request.fetchAll(database).map { row in
      let score: Double = try row.value("score")
      return Match(id: try row.value("rowid"), score: Float(score))
    }
  }

  // MARK: Rows

  /// The chunks of the given ids, in their order; an id that is gone is left out.
  package func chunks(_ ids: [Int64]) throws -> [StoredChunk] {
    let statement = try database.cachedStatement(
      sql: """
        SELECT chunk.*, document.key, document.path, document.title, document.mediaType,
        document.encoding, document.byteCount, document.converter, document.contentHash,
        document.source IS NOT NULL AS keepsSource
        FROM chunk JOIN document ON document.id = chunk.document WHERE chunk.id = ?
        """)
    return try ids.compactMap { id in
      try Row.fetchOne(statement, arguments: [id]).map(Self.chunk)
    }
  }

  private static func chunk(_ row: Row) throws -> StoredChunk {
    let headings: String = try row.value("headings")
    let mediaTypeName: String = try row.value("mediaType")
    guard let mediaType = Document.MediaType(rawValue: mediaTypeName) else {
      throw RAGError(.corrupt, "a document has an unknown media type; ingest it again")
    }
    let contentHash: Data = try row.value("contentHash")
    let document = StoredDocument(
      key: try row.value("key"), path: try row.valueIfPresent("path"),
      title: try row.valueIfPresent("title"),
      source: Document.Source(
        mediaType: mediaType, encoding: try row.value("encoding"),
        byteCount: try row.value("byteCount")),
      converter: try row.valueIfPresent("converter"), contentHash: [UInt8](contentHash),
      keepsSource: try row.value("keepsSource"))
    let lines = try range(row, "firstLine", "lastLine", endIsIncluded: true)
    return StoredChunk(
      id: try row.value("id"), text: try row.value("text"),
      headings: try JSONDecoder().decode([String].self, from: Data(headings.utf8)),
      textRange: try range(row, "textStart", "textEnd"),
      span: Span(
        utf8: try range(row, "utf8Start", "utf8End"),
        characters: try range(row, "characterStart", "characterEnd"),
        lines: ClosedRange(lines)),
      document: document)
  }

  /// The range between two columns.
  private static func range(
    _ row: Row, _ start: String, _ end: String, endIsIncluded: Bool = false
  ) throws -> Range<Int> {
    let (low, high): (Int, Int) = (try row.value(start), try row.value(end))
    guard low >= 0, low <= high, high < Int.max else {
      throw RAGError(.corrupt, "a chunk's place is damaged; ingest its document again")
    }
    return low..<(endIsIncluded ? high + 1 : high)
  }

  /// The bytes of a source that the index keeps.
  package func keptSource(of key: String) throws -> [UInt8]? {
    try Data.fetchOne(
      database, sql: "SELECT source FROM document WHERE key = ?", arguments: [key]
    ).map { [UInt8]($0) }
  }

  /// What is stored under a key, or nil.
  package func documentState(_ key: String) throws -> DocumentState? {
    try Row.fetchOne(
      database.cachedStatement(
        sql: "SELECT contentHash, settingsHash FROM document WHERE key = ?"), arguments: [key]
    ).map {
      try DocumentState(
        contentHash: [UInt8]($0.value("contentHash") as Data),
        settingsHash: [UInt8]($0.value("settingsHash") as Data))
    }
  }

  /// The keys of the documents whose file is `path` or lies below it.
  package func documentKeys(under path: String) throws -> [String] {
    let directory = path.hasSuffix("/") ? path : path + "/"
    // "0" follows "/": the range is all strings that begin with the directory.
    return try String.fetchAll(
      database,
      sql: "SELECT key FROM document WHERE path = ? OR (path >= ? AND path < ?) ORDER BY key",
      arguments: [path, directory, directory.dropLast() + "0"])
  }

  /// The keys of the documents that a filter matches.
  package func documentKeys(matching filter: Filter) throws -> [String] {
    let request: SQLRequest<String> =
      "SELECT key FROM document WHERE \(FilterSQL(filter).condition) ORDER BY key"
    return try request.fetchAll(database)
  }

  /// The vector of any chunk with this identity, if one is stored.
  package func vector(identity: [UInt8]) throws -> [Float]? {
    try Data.fetchOne(
      database.cachedStatement(
        sql: """
          SELECT elements FROM vector WHERE chunk IN (SELECT id FROM chunk WHERE identity = ?)
          LIMIT 1
          """), arguments: [Data(identity)]
    ).map { try [Float](vector: $0, dimension: settings.dimension) }
  }

  // MARK: Figures

  /// Counts of what the index holds.
  package func counts() throws -> StoreCounts {
    func count(_ sql: String) throws -> Int { try Int.fetchOne(database, sql: sql) ?? 0 }
    return StoreCounts(
      documents: try count("SELECT count(*) FROM document"),
      chunks: try count("SELECT count(*) FROM chunk"),
      tokens: try count("SELECT total(tokenCount) FROM chunk"),
      vectors: try count("SELECT count(*) FROM vector"),
      sourceBytes: try count("SELECT total(byteCount) FROM document"))
  }

  /// The number of vectors that the graph holds.
  package func graphCount() throws -> Int {
    try vectors.index(for: settings, in: database).graph?.count ?? 0
  }

  /// Runs SQLite's own checks.
  /// - Returns: what they found, one line each; empty when all is well.
  package func integrityProblems() throws -> [String] {
    try String.fetchAll(database, sql: "PRAGMA integrity_check").filter { $0 != "ok" }
  }
}

/// How much an index holds.
package struct StoreCounts: Sendable {
  package var documents: Int
  package var chunks: Int
  package var tokens: Int
  package var vectors: Int
  package var sourceBytes: Int
}

extension Row {
  /// The value of a column, which a damaged database may have changed.
  /// - Throws: ``RAGError`` of code `corrupt` when it is not of the type that was written.
  func value<Value: DatabaseValueConvertible>(_ column: String) throws -> Value {
    let stored: DatabaseValue = self[column]
    guard let value = Value.fromDatabaseValue(stored) else {
      throw RAGError(
        .corrupt, "a row of the database is damaged (\(column)); ingest its document again")
    }
    return value
  }

  /// As above, where the column may be empty.
  func valueIfPresent<Value: DatabaseValueConvertible>(_ column: String) throws -> Value? {
    let stored: DatabaseValue = self[column]
    if stored.isNull { return nil }
    return try value(column) as Value
  }
}

extension [Float] {
  /// Reads a stored vector.
  /// - Throws: ``RAGError`` of code `corrupt` when its size is not that of `dimension` floats.
  init(vector data: Data, dimension: Int?) throws {
    guard let dimension, data.count == dimension * MemoryLayout<Float>.size else {
      throw RAGError(.corrupt, "a stored vector has the wrong size; ingest its document again")
    }
    self = [Float](unsafeUninitializedCapacity: dimension) { buffer, count in
      _ = data.copyBytes(to: buffer)
      count = dimension
    }
  }
}
