import Foundation
import GRDB
import RAGCore

/// Finds whole documents in a damaged database.
struct SalvageReader {
  /// Gives whatever is on a page.
  let source: Database
  /// Gives an error for a page that is not whole, so that what it does not find is not there.
  let strict: DatabaseQueue?
  let settings: IndexSettings
  /// Whether no page is damaged, so that all rows are found one behind the other.
  let pagesAreSound: Bool
  /// Whether a row that is not found may have been on a page that is older than the rest.
  let pagesMayBeStale: Bool
  /// The rows that no tree leads to; nil with a log, which has newer ones.
  let leaves: LeafRows?
  /// Without settings nobody knows whose vectors they are.
  let keepsVectors: Bool
  /// Whether a vector or source to which no tree leads is not there.
  let treesAreSound: Bool
  /// The highest id that a chunk has.
  private(set) var lastChunk: Int64 = 0
  /// The whole chunks of each document.
  private var chunks: [Int64: [Int64]] = [:]
  /// The keys of documents, as far as their index is whole.
  private let keys: [Int64: String]
  /// The number of documents; nil where the index of their keys is not whole.
  let documentCount: Int?
  /// The ids that may be those of rows, ascending; empty where no page is damaged.
  private let ids: [Int64]

  init(
    source: Database, strict: DatabaseQueue?, settings: IndexSettings, pagesAreSound: Bool,
    pagesMayBeStale: Bool, leaves: LeafRows?, keepsVectors: Bool, treesAreSound: Bool,
    ids: [Int64]
  ) {
    self.source = source
    self.strict = strict
    self.settings = settings
    self.pagesAreSound = pagesAreSound
    self.pagesMayBeStale = pagesMayBeStale
    self.leaves = leaves
    self.keepsVectors = keepsVectors
    self.treesAreSound = treesAreSound
    self.ids = ids
    let (keys, isComplete) = strict?.unsafeRead(Self.keys) ?? ([:], false)
    self.keys = keys
    documentCount = isComplete ? keys.count : nil
  }

  private static func keys(_ database: Database) -> (keys: [Int64: String], isComplete: Bool) {
    var keys: [Int64: String] = [:]
    do {
      // In the order of the index, which holds both.
      let rows = try Row.fetchCursor(database, sql: "SELECT id, key FROM document ORDER BY key")
      while let row = try rows.next() {
        let id: Int64 = try row.value("id")
        if IndexSettings.ids ~= id { keys[id] = try row.value("key") as String }
      }
      return (keys, true)
    } catch {
      return (keys, false)
    }
  }

  /// Looks for all whole chunks, which the documents are then made of.
  mutating func findChunks() throws {
    var chunks: [Int64: [Int64]] = [:]
    lastChunk = try forEachRow(of: "chunk", ids, ChunkRow.init) { id, chunk in
      if let chunk { chunks[chunk.document, default: []].append(id) }
    }
    self.chunks = chunks
  }

  /// Calls `body` with each document, or with nil in place of one that is not whole.
  /// - Returns: the highest id that a document has.
  func forEachDocument(_ body: (Int64, SalvagedDocument?) throws -> Void) throws -> Int64 {
    // What is on a page that is not whole may still have its name.
    try forEachRow(
      of: "document", Set(ids).union(keys.keys).sorted(), { try document(DocumentRow($0)) }, body)
  }

  /// The key of a document that is not whole; nil where nobody knows it, or whether there was one.
  func key(of id: Int64) -> String? {
    keys[id] ?? (try? value("document", id, DocumentRow.init))?.key
  }

  /// What `read` makes of a row; nil where there is none.
  private func value<Value>(
    _ table: String, _ id: Int64, _ read: (Row) throws -> Value
  ) throws -> Value? {
    var failure: (any Error)?
    do {
      let row = try Row.fetchOne(
        source.cachedStatement(sql: "SELECT * FROM \(table) WHERE rowid = ?"), arguments: [id])
      if let row { return try read(row) }
    } catch  where Salvage.meansLoss(error) {
      failure = error
    }
    // The row itself may be whole, where the way to it is not, or leads astray.
    for row in try leaves?.rows(of: table, id) ?? [] {
      if let value = try ifWhole({ try read(row) }) { return value }
    }
    if let failure { throw failure }
    return nil
  }

  private func document(_ row: DocumentRow) throws -> SalvagedDocument {
    var document = SalvagedDocument(row: row, metadata: try row.decodedMetadata())
    var newest: [Int: (id: Int64, chunk: ChunkRow)] = [:]
    // An older page may still hold chunks that were replaced: an id is never used again.
    for id in chunks[row.id] ?? [] {
      guard let chunk = try value("chunk", id, ChunkRow.init), chunk.ordinal < row.chunkCount
      else { continue }
      newest[chunk.ordinal] = (id, chunk)
    }
    let found = newest.sorted { $0.key < $1.key }.map(\.value)
    let ids = found.map(\.id)
    document.chunks = found.map(\.chunk)
    guard found.count == row.chunkCount, hasOneOrder(document.chunks) else {
      throw RAGError(.corrupt, "a chunk is lost")
    }
    document.source = try ifWhole { try value("source", row.id) { try SourceRow($0) } }
    if document.source == nil, !isCertain(noSourceOf: row.id) { document.mayLackSource = true }
    // Its rows may be of two versions, and no checksum tells: the next ingest is to read it again.
    document.row.settingsHash = Data()
    guard keepsVectors else {
      document.dropVectors()
      return document
    }
    // Without an encoder there are none.
    guard settings.fingerprint != nil else { return document }
    document.vectors = try ids.compactMap { id in
      try ifWhole { try value("vector", id) { try VectorRow($0, dimension: settings.dimension) } }
    }
    guard document.vectors.count < ids.count else { return document }
    // Made without an encoder, it has none.
    document.mayLackVectors =
      !document.vectors.isEmpty || !ids.allSatisfy(isCertain(noVectorOf:))
    document.dropVectors()
    return document
  }

  /// Whether chunks follow each other in the text, as those of one version do.
  private func hasOneOrder(_ chunks: [ChunkRow]) -> Bool {
    zip(chunks, chunks.dropFirst()).allSatisfy {
      $0.textRange.lowerBound <= $1.textRange.lowerBound
        && $0.textRange.upperBound <= $1.textRange.upperBound
    }
  }

  private func isCertain(noSourceOf id: Int64) -> Bool {
    if pagesAreSound { return treesAreSound }
    if pagesMayBeStale {
      let keepsSources = try? Bool.fetchOne(source, sql: "SELECT EXISTS (SELECT 1 FROM source)")
      return keepsSources == false && (try? leaves?.hasRows(of: "source")) != true
    }
    let found = try? strict?.unsafeRead { database in
      try Bool.fetchOne(
        database, sql: "SELECT EXISTS (SELECT 1 FROM source WHERE document = ?)", arguments: [id])
    }
    return found == false
  }

  private func isCertain(noVectorOf chunk: Int64) -> Bool {
    if pagesMayBeStale || (pagesAreSound && !treesAreSound) { return false }
    func exists(_ database: Database) throws -> Bool? {
      try Bool.fetchOne(
        database.cachedStatement(sql: "SELECT EXISTS (SELECT 1 FROM vector WHERE chunk = ?)"),
        arguments: [chunk])
    }
    return (try? pagesAreSound ? exists(source) : strict?.unsafeRead(exists)) == false
  }

  private func ifWhole<Result>(_ body: () throws -> Result?) throws -> Result? {
    do { return try body() } catch  where Salvage.meansLoss(error) { return nil }
  }

  /// Calls `body` with what `read` makes of the rows of a table, in the order of their ids, and with
  /// nil for one that is not whole.
  /// - Returns: the highest id that a row had.
  private func forEachRow<Value>(
    of table: String, _ ids: [Int64], _ read: (Row) throws -> Value,
    _ body: (Int64, Value?) throws -> Void
  ) throws -> Int64 {
    var highest: Int64 = 0
    if pagesAreSound {
      // Then it does not matter what the settings say.
      let rows = try Row.fetchCursor(source, sql: "SELECT * FROM \(table) ORDER BY id")
      while let row = try rows.next() {
        try Cancellation.check()
        let id: Int64 = try row.value("id")
        guard IndexSettings.ids ~= id else { continue }
        highest = max(highest, id)
        try body(id, ifWhole { try read(row) })
      }
      return highest
    }
    for id in ids {
      try Cancellation.check()
      // Other tables have rows of this id, too.
      var isThere = false
      let found = try ifWhole {
        try value(table, id) { row in
          isThere = true
          return try read(row)
        }
      }
      if isThere { highest = max(highest, id) }
      try body(id, found)
    }
    return highest
  }
}

/// A document as it was found, with all that belongs to it.
struct SalvagedDocument {
  var row: DocumentRow
  var metadata: Metadata
  var chunks: [ChunkRow] = []
  var vectors: [VectorRow] = []
  var source: SourceRow?
  /// Whether the index may have kept its source, which is lost then.
  var mayLackSource = false
  /// Whether it may have had vectors, which are lost then.
  var mayLackVectors = false

  /// Leaves it to searches by words, and its vectors to the next ingest, which is not to find some
  /// of them by the texts of chunks.
  mutating func dropVectors() {
    vectors = []
    for index in chunks.indices { chunks[index].identity = Data() }
  }

  /// Puts it into a new database.
  /// - Returns: false where another document is of the same key or has a chunk of the same id.
  func insert(_ target: Database) throws -> Bool {
    var isAlone = true
    try target.inSavepoint {
      do {
        try row.save(target)
        try source?.insert(target)
        try Store.insert(metadata, document: row.id, in: target)
        for chunk in chunks { try chunk.save(target) }
        for vector in vectors { try vector.insert(target) }
        return .commit
      } catch let error as DatabaseError where error.resultCode == .SQLITE_CONSTRAINT {
        isAlone = false
        return .rollback
      }
    }
    return isAlone
  }
}
