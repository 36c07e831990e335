import CSQLite
import Foundation
import GRDB
import RAGCore

/// The documents, chunks, vectors, metadata and full text of one index.
///
/// One process at a time writes (``WriterLock``), any number read; each read sees one whole
/// committed state. A write is acknowledged when its SQLite transaction is on disk (WAL,
/// `synchronous = FULL`).
package final class Store: Sendable {
  /// What a store is opened for.
  package enum Access: Sendable {
    /// The index must exist and is not changed.
    case read
    /// The index is made where there is none.
    case write
  }

  package let directory: IndexDirectory
  let reader: any DatabaseReader
  /// Nil in a store that was opened to read.
  let writer: DatabasePool?
  let vectors: VectorIndexCache

  private init(directory: IndexDirectory, reader: any DatabaseReader, writer: DatabasePool?) {
    self.directory = directory
    self.reader = reader
    self.writer = writer
    vectors = VectorIndexCache(directory: directory)
  }

  /// Opens an index.
  /// - Throws: ``RAGError``: `notFound` when there is none to read, `invalidInput` when the
  ///   directory holds something else, `incompatibleFormat`, `corrupt`, `busy`, `readOnly`, `io`.
  package static func open(
    _ directory: IndexDirectory, for access: Access, wait: Duration = .seconds(5)
  ) async throws -> Store {
    switch access {
    case .read: try openForReading(directory)
    case .write: try await openForWriting(directory, wait: wait)
    }
  }

  private static func openForReading(_ directory: IndexDirectory) throws -> Store {
    guard directory.exists else {
      throw RAGError(
        .notFound, "there is no index here; make one with 'rag ingest', or name it with --index",
        path: directory.path)
    }
    return try mappingErrors(directory.path) {
      var configuration = Self.configuration()
      configuration.readonly = true
      let reader: any DatabaseReader
      if directory.isWritable || FileManager.default.fileExists(atPath: directory.database + "-wal")
      {
        reader = try DatabasePool(path: directory.database, configuration: configuration)
      } else {
        // No writer can be at work where nothing can be written: SQLite may skip its locks.
        reader = try DatabaseQueue(path: directory.immutableURI, configuration: configuration)
      }
      try reader.read { try Schema.validate($0, path: directory.path) }
      return Store(directory: directory, reader: reader, writer: nil)
    }
  }

  private static func openForWriting(_ directory: IndexDirectory, wait: Duration) async throws
    -> Store
  {
    try directory.create()
    let lock = try await WriterLock.acquire(directory.lock, wait: wait)
    defer { withExtendedLifetime(lock) {} }
    return try await mappingErrors(directory.path) {
      let pool = try DatabasePool(path: directory.database, configuration: configuration())
      try await pool.read { database in
        // A new file, or one that died before its first transaction, has no tables at all.
        if try database.tableCount() > 0 { try Schema.validate(database, path: directory.path) }
      }
      // GRDB sets NORMAL when it opens the pool; an acknowledged commit must be on disk.
      try await pool.writeWithoutTransaction { database in
        try database.execute(sql: "PRAGMA synchronous = FULL")
        rag_sqlite_persist_wal(UnsafeMutableRawPointer(database.sqliteConnection))
      }
      try Schema.migrator.migrate(pool)
      return Store(directory: directory, reader: pool, writer: pool)
    }
  }

  /// Takes the right to write, for as long as the result lives.
  package func lockForWriting(wait: Duration) async throws -> WriterLock {
    guard writer != nil else { throw notWritable }
    return try await WriterLock.acquire(directory.lock, wait: wait)
  }

  var notWritable: RAGError {
    RAGError(.readOnly, "the index was opened to read only", path: directory.path)
  }

  private static func configuration() -> Configuration {
    var configuration = Configuration()
    configuration.label = "rag"
    configuration.busyMode = .timeout(10)
    configuration.prepareDatabase { database in
      database.add(tokenizer: LexicalTokenizer.self)
      rag_sqlite_set_defensive(UnsafeMutableRawPointer(database.sqliteConnection))
      // A damaged file must not run code of its own, nor be trusted for its cell sizes.
      try database.execute(sql: "PRAGMA trusted_schema = OFF")
      try database.execute(sql: "PRAGMA cell_size_check = ON")
    }
    return configuration
  }
}

extension IndexDirectory {
  fileprivate var isWritable: Bool { access(path, W_OK) == 0 }

  /// The database as a URI that tells SQLite that nobody changes the file.
  var immutableURI: String {
    let allowed = CharacterSet.urlPathAllowed.subtracting(CharacterSet(charactersIn: "?#%"))
    let escaped = database.addingPercentEncoding(withAllowedCharacters: allowed) ?? database
    return "file:\(escaped)?immutable=1"
  }
}
