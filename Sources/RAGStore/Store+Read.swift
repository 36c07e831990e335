import Foundation
import GRDB
package import RAGCore
import RAGIndex
import RAGLexical

extension Store {
  /// Runs `body` on one whole committed state.
  package func read<Result: Sendable>(
    _ body: @Sendable (StoreReader) throws -> Result
  ) async throws -> Result {
    // A file may be gone because the state that names it is: then a newer one is read.
    for _ in 0..<3 {
      do {
        return try await readOnce(mayBeStale: true, body)
      } catch is StaleState {}
    }
    return try await readOnce(mayBeStale: false, body)
  }

  private func readOnce<Result: Sendable>(
    mayBeStale: Bool, _ body: @Sendable (StoreReader) throws -> Result
  ) async throws -> Result {
    try await readDatabase { [states, files] database in
      try body(
        StoreReader(
          database: database, settings: try IndexSettings.fetch(database), states: states,
          files: files, mayBeStale: mayBeStale))
    }
  }

  /// Runs `body` in a read transaction; it may ask ``Cancellation`` whether it is still wanted.
  func readDatabase<Result: Sendable>(
    _ body: @Sendable (Database) throws -> Result
  ) async throws -> Result {
    try await mappingErrors(directory.path) {
      let result = try await Cancellation.forwarding { cancellation in
        try await reader.read { database in try cancellation.heeded { try body(database) } }
      }
      try requireInPlace()
      return result
    }
  }
}

/// A generation's file was removed, as it is when a newer state takes its place.
struct StaleState: Error {}

/// One committed state of an index, for the length of one read.
package struct StoreReader {
  let database: Database
  package let settings: IndexSettings
  let states: Locked<SearchState?>
  let files: GenerationFiles
  let mayBeStale: Bool

  // MARK: State

  /// What searches need of this state, from what was read before as far as possible.
  ///
  /// - Complexity: O(1) when nothing was written since; else O(tombstones).
  func state() throws -> SearchState {
    let known = states.withLock { $0 }
    if let known, known.revision == settings.revision { return known }
    var state = try SearchState.fetch(settings, in: database)
    if let known { state.adoptTails(of: known) }
    keep(state)
    return state
  }

  private func keep(_ state: SearchState) {
    let hasOtherFiles = states.withLock { known in
      guard known.map({ $0.revision <= state.revision }) ?? true else { return false }
      defer { known = state }
      return known.map { $0.generations != state.generations } ?? false
    }
    // Else a reader that lives long would keep the files of every generation there was.
    if hasOtherFiles { files.close(except: state.generations) }
  }

  /// The vectors behind a chunk, for a scan.
  func vectorTail(after start: Int64) throws -> FlatIndex? {
    var state = try state()
    let tail = try state.vectorTail(after: start, settings: settings, in: database)
    keep(state)
    return tail
  }

  /// The words of some chunks, from the rows.
  func terms(of chunks: ChunkIDs) throws -> LexicalMemory {
    if !chunks.isEmpty, chunks.last >= settings.lastChunk {
      return try termTail(after: chunks.after)
    }
    var terms = LexicalMemory()
    var texts = try SearchedTexts(of: chunks, in: database)
    try terms.append { try texts.next() }
    return terms
  }

  /// The words behind a chunk.
  func termTail(after start: Int64) throws -> LexicalMemory {
    var state = try state()
    let tail = try state.termTail(after: start, settings: settings, in: database)
    keep(state)
    return tail
  }

  func graph(of generation: Generation) throws -> GraphFile? {
    try files.graph(of: generation, dimension: settings.dimension)
  }

  /// How many of these ids are chunks.
  func chunkCount(in ids: ChunkIDs) throws -> Int {
    try Int.fetchOne(
      database, sql: "SELECT count(*) FROM chunk WHERE id > ? AND id <= ?",
      arguments: [ids.after, ids.last]) ?? 0
  }

  /// The id of the chunk that is the `ordinal`-th, from 1, after another; nil where there are fewer.
  func chunk(_ ordinal: Int, after start: Int64) throws -> Int64? {
    try Int64.fetchOne(
      database, sql: "SELECT id FROM chunk WHERE id > ? ORDER BY id LIMIT 1 OFFSET ?",
      arguments: [start, ordinal - 1])
  }

  // MARK: Rows

  /// The chunks of the given ids, in their order; an id that is gone is left out.
  /// - Throws: ``RAGError`` of code `corrupt` when a row's checksum is wrong.
  package func chunks(_ ids: [Int64]) throws -> [StoredChunk] {
    let chunks = try database.cachedStatement(sql: "SELECT * FROM chunk WHERE id = ?")
    let documents = try database.cachedStatement(
      sql: """
        SELECT *, EXISTS (SELECT 1 FROM source WHERE source.document = document.id) AS keepsSource
        FROM document WHERE id = ?
        """)
    var known: [Int64: StoredDocument] = [:]
    return try ids.compactMap { id in
      guard let chunk = try Row.first(chunks, arguments: [id], ChunkRow.init) else { return nil }
      if known[chunk.document] == nil {
        known[chunk.document] = try Row.first(documents, arguments: [chunk.document]) {
          try DocumentRow($0).stored(keepsSource: $0.value("keepsSource"))
        }
        guard known[chunk.document] != nil else {
          throw RAGError(
            .corrupt, "chunk \(id) has no document; 'rag repair' keeps what is whole")
        }
      }
      return try known[chunk.document].map { document in
        StoredChunk(
          id: id, text: chunk.text, headings: try chunk.decodedHeadings(),
          textRange: chunk.textRange, span: chunk.span, document: document)
      }
    }
  }

  /// The bytes of a source that the index keeps; nil where it has another one now.
  package func keptSource(of document: StoredDocument) throws -> [UInt8]? {
    guard try documentState(document.key)?.contentHash == document.contentHash else { return nil }
    return try Row.fetchOne(
      database,
      sql: "SELECT * FROM source WHERE document = (SELECT id FROM document WHERE key = ?)",
      arguments: [document.key]
    ).map { [UInt8](try SourceRow($0).bytes) }
  }

  /// What is stored under a key, or nil.
  package func documentState(_ key: String) throws -> DocumentState? {
    try Row.fetchOne(
      database.cachedStatement(
        sql: "SELECT path, contentHash, settingsHash FROM document WHERE key = ?"), arguments: [key]
    ).map {
      try DocumentState(
        path: $0.value("path"), contentHash: [UInt8]($0.value("contentHash") as Data),
        settingsHash: [UInt8]($0.value("settingsHash") as Data))
    }
  }

  /// The keys of the documents whose file is `path` or lies below it, as far as they are wanted.
  package func documentKeys(
    under path: String, where isWanted: (_ key: String, _ path: String) -> Bool = { _, _ in true }
  ) throws -> [String] {
    let directory = path.hasSuffix("/") ? path : path + "/"
    // "0" follows "/": the range is all strings that begin with the directory.
    let rows = try Row.fetchCursor(
      database,
      sql: "SELECT key, path FROM document WHERE path = ? OR (path >= ? AND path < ?) ORDER BY key",
      arguments: [path, directory, directory.dropLast() + "0"])
    var wanted: [String] = []
    while let row = try rows.next() {
      let key: String = try row.value("key")
      if isWanted(key, try row.value("path")) { wanted.append(key) }
    }
    return wanted
  }

  /// The keys of the documents that a filter matches.
  package func documentKeys(matching filter: Filter) throws -> [String] {
    let request: SQLRequest<String> =
      "SELECT key FROM document WHERE \(FilterSQL(filter).condition) ORDER BY key"
    return try request.fetchAll(database)
  }

  /// The vector of a chunk, if it has one.
  package func vector(of chunk: Int64) throws -> [Float]? {
    try Row.first(
      database.cachedStatement(
        sql: "SELECT chunk, elements, checksum FROM vector WHERE chunk = ?"), arguments: [chunk]
    ) { try VectorRow($0, dimension: settings.dimension).elements }
  }

  /// The chunks of the document that a chunk is of.
  package func siblings(of chunk: Int64) throws -> Set<Int64> {
    Set(
      try Int64.fetchAll(
        database,
        sql: "SELECT id FROM chunk WHERE document = (SELECT document FROM chunk WHERE id = ?)",
        arguments: [chunk]))
  }

  /// The vector of any chunk with this identity, if one is stored.
  package func vector(identity: [UInt8]) throws -> [Float]? {
    try Row.fetchOne(
      database.cachedStatement(
        sql: """
          SELECT chunk, elements, checksum FROM vector
          WHERE chunk IN (SELECT id FROM chunk WHERE identity = ?) LIMIT 1
          """), arguments: [Data(identity)]
    ).map { try VectorRow($0, dimension: settings.dimension).elements }
  }

  // MARK: Figures

  /// Counts of what the index holds.
  package func counts() throws -> StoreCounts {
    func count(_ sql: String) throws -> Int { try Int.fetchOne(database, sql: sql) ?? 0 }
    return StoreCounts(
      documents: settings.documentCount,
      chunks: try count("SELECT count(*) FROM chunk"),
      tokens: try count("SELECT total(tokenCount) FROM chunk"),
      vectors: try count("SELECT count(*) FROM vector"),
      sourceBytes: try count("SELECT total(byteCount) FROM document"))
  }

  /// The number of vectors that graphs hold.
  package func graphCount() throws -> Int {
    try withUsableGenerations { _, generations in
      try generations.reduce(0) { try $0 + (graph(of: $1)?.count ?? 0) }
    }
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
    guard let value = Value.fromDatabaseValue(try stored(column)) else { throw damage(column) }
    return value
  }

  /// As above, where the column may be empty.
  func valueIfPresent<Value: DatabaseValueConvertible>(_ column: String) throws -> Value? {
    let stored = try stored(column)
    guard !stored.isNull else { return nil }
    guard let value = Value.fromDatabaseValue(stored) else { throw damage(column) }
    return value
  }

  /// What a column holds, of whatever type; not even the column has to be there.
  func stored(_ column: String) throws -> DatabaseValue {
    if let value = self[column] as (any DatabaseValueConvertible)? { return value.databaseValue }
    guard hasColumn(column) else { throw damage(column) }
    return .null
  }

  /// What `read` makes of the first row of a statement, nil where there is none. A row that is fetched
  /// for later is copied, and finds its columns more slowly.
  static func first<Value>(
    _ statement: Statement, arguments: StatementArguments, _ read: (Row) throws -> Value
  ) throws -> Value? {
    let rows = try fetchCursor(statement, arguments: arguments)
    return try withExtendedLifetime(rows) { try rows.next().map(read) }
  }

  private func damage(_ column: String) -> RAGError {
    RAGError(
      .corrupt, "a row of the database is damaged (\(column)); 'rag repair' keeps what is whole")
  }
}
