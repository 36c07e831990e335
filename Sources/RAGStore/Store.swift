import CSQLite
import Foundation
import GRDB
package import RAGCore

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
  let writer: DatabaseQueue?
  let files: GenerationFiles
  /// The database file that was opened.
  private let opened: FileIdentity?
  /// The last state that was read.
  let states = Locked<SearchState?>(nil)

  private init(
    directory: IndexDirectory, opened: FileIdentity?, reader: any DatabaseReader,
    writer: DatabaseQueue?
  ) {
    self.directory = directory
    self.reader = reader
    self.writer = writer
    files = GenerationFiles(directory: directory)
    self.opened = opened
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
    try directory.requireRegularFiles()
    try Schema.validateFile(of: directory)
    try requireOwnLog(directory)
    try directory.requireReadableLog()
    try requireWholeLog(directory)
    // Before the database: a commit made meanwhile must not look like one that was lost.
    let acknowledged = try directory.acknowledgedRevision()
    let identity = FileIdentity(directory.database)
    return try mappingErrors(directory.path) {
      let reader = try reader(of: directory)
      try reader.read {
        try Schema.validate($0, path: directory.path)
        try requireRevision(acknowledged, $0, path: directory.path)
      }
      return Store(directory: directory, opened: identity, reader: reader, writer: nil)
    }
  }

  private static func reader(of directory: IndexDirectory) throws -> any DatabaseReader {
    var configuration = configuration()
    configuration.readonly = true
    if directory.isWritable || directory.hasLog {
      return try DatabasePool(
        path: CheckedVFS.uri(directory.database), configuration: configuration)
    }
    // No writer can be at work where nothing can be written: SQLite may skip its locks.
    return try DatabaseQueue(
      path: CheckedVFS.uri(directory.database, immutable: true), configuration: configuration)
  }

  private static func openForWriting(_ directory: IndexDirectory, wait: Duration) async throws
    -> Store
  {
    try directory.create()
    try directory.requireRegularFiles()
    // In a directory of somebody else's nothing is left, not even a lock.
    if directory.exists, !directory.hasLock { try Schema.validateFile(of: directory) }
    let lock = try await WriterLock.acquire(directory.lock, wait: wait)
    defer { withExtendedLifetime(lock) {} }
    return try await mappingErrors(directory.path) {
      if !directory.exists {
        try directory.requireNeverUsed()
        try Schema.create(in: directory)
      }
      // Before it is opened: whatever is put in its place meanwhile is then another.
      let identity = FileIdentity(directory.database)
      try Schema.validateFile(of: directory)
      try requireOwnLog(directory)
      try requireWholeLog(directory)
      let acknowledged = try directory.acknowledgedRevision()
      let writer = try DatabaseQueue(
        path: CheckedVFS.uri(directory.database), configuration: configuration())
      // First what it is: a database of somebody else's is not changed.
      try await writer.read { try Schema.validate($0, path: directory.path) }
      try await writer.writeWithoutTransaction { database in
        let connection = UnsafeMutableRawPointer(database.sqliteConnection)
        rag_sqlite_persist_wal(connection)
        try database.execute(sql: "PRAGMA journal_mode = WAL")
        // An acknowledged commit is on disk.
        try database.execute(sql: "PRAGMA synchronous = FULL")
        try database.execute(sql: "PRAGMA journal_size_limit = 16777216")
        // Not before the mark of the commit is written: `shortenLog` does it.
        try database.execute(sql: "PRAGMA wal_autocheckpoint = 0")
        let revision = try requireRevision(acknowledged, database, path: directory.path)
        // Before any of it is written back: a mark that is older than the log would not tell that the
        // log is missing.
        directory.revisionMark.raise(to: revision)
        if let named = try IndexSettings.namePackedState(database) {
          directory.revisionMark.raise(to: named)
        }
        // A long one is left to `emptyLog`, which can be cancelled.
        database.setWritesBackOnClose(directory.logByteCount <= longLog)
      }
      try await writer.write(Schema.upgrade)
      let store = Store(
        directory: directory, opened: identity, reader: try reader(of: directory), writer: writer)
      // A commit that was cut off may stand in the log and come to life once it is read anew.
      if !directory.hasLog { try await store.removeLeftovers() }
      return store
    }
  }

  /// Proves that the log is there, and was written after the state in the database, before SQLite
  /// plays it back.
  private static func requireOwnLog(_ directory: IndexDirectory) throws {
    try directory.requireOwnLog()
    guard try LogOrigin.isForeign(to: directory.database) else { return }
    throw RAGError(.corrupt, LogOrigin.problem, path: directory.path)
  }

  /// Proves that a log holds nothing that SQLite would pass over, and then write over; where there is
  /// a mark of the last commit, that tells.
  private static func requireWholeLog(_ directory: IndexDirectory) throws {
    guard directory.hasLog, try directory.revisionMark.read() == nil,
      let damage = try LogVerifier.verify(directory.database).damage, !damage.mayBeTornCommit
    else { return }
    throw RAGError(
      .corrupt, "\(damage); 'rag repair' keeps what is whole", path: directory.database + "-wal")
  }

  /// Proves that no acknowledged commit is missing.
  /// - Returns: the revision that is there.
  @discardableResult
  private static func requireRevision(
    _ acknowledged: Int, _ database: Database, path: String
  ) throws -> Int {
    let revision = try IndexSettings.fetch(database).revision
    guard acknowledged > revision else { return revision }
    throw RAGError(
      .corrupt,
      "the last \(acknowledged - revision) commits are missing: the database's log is damaged, or was not "
        + "copied with it; restore it, or accept the loss with 'rag repair'", path: path)
  }

  /// Notes that a revision was acknowledged.
  /// - Throws: as ``requireInPlace()`` does; then nothing is acknowledged.
  func markRevision(_ revision: Int) throws {
    try requireInPlace()
    directory.revisionMark.write(revision)
  }

  /// Writes a log back that has grown long, as SQLite would in the middle of a commit.
  func shortenLog() async throws {
    if directory.logByteCount > 4 << 20 { try await emptyLog() }
  }

  /// Writes the log back as far as readers at work let it, and empties it if there are none; waits
  /// for nobody. Cancelled, it breaks off where the log is longer than `byteCount`. What stays is for
  /// the next run of writes, as does that of a state that was packed and not named yet.
  func emptyLog(wholeUpTo byteCount: Int = Store.longLog) async throws {
    guard let writer else { throw notWritable }
    let isLong = directory.logByteCount > byteCount
    try await mappingErrors(directory.path) {
      try await Cancellation.forwarding { cancellation in
        // In a task of its own, which nobody cancels: SQLite would break off in the middle, and not
        // say so to our files, which write the page of the revision last. They break off themselves.
        try await Task {
          try await writer.writeWithoutTransaction { database in
            guard try !IndexSettings.mayBePacked(database) else { return }
            if isLong {
              let isBrokenOff = cancellation.heeded {
                database.writeLogBack()
                return Cancellation.isForwarded
              }
              // Else closing would finish it.
              database.setWritesBackOnClose(!isBrokenOff)
            } else {
              database.writeLogBack()
            }
          }
        }.value
      }
    }
  }

  /// Proves that the index at the path is still the one that was opened: files are named by it, and
  /// a connection that was made since may have come upon another.
  /// - Throws: ``RAGError`` of code `io`.
  func requireInPlace() throws {
    guard FileIdentity(directory.database) == opened else { throw Self.notInPlace(directory) }
  }

  static func notInPlace(_ directory: IndexDirectory) -> RAGError {
    RAGError(
      .io,
      "the index was moved, removed or replaced while it was open; open it again, or run the "
        + "command again", path: directory.path)
  }

  /// What was found damaged since the store was opened; searches answered from the rows in its
  /// place.
  package var damage: [RAGError] { files.damage }

  /// Files that writes came upon, damaged, and made anew of the rows.
  package var mended: [RAGError] { files.mended }

  /// Takes the right to write, for as long as the result lives.
  package func lockForWriting(wait: Duration) async throws -> WriterLock {
    guard writer != nil else { throw notWritable }
    try requireInPlace()
    let lock = try await WriterLock.acquire(directory.lock, wait: wait)
    // A repair may have put another database there, until it gave up the lock.
    try requireInPlace()
    return lock
  }

  var notWritable: RAGError {
    RAGError(.readOnly, "the index was opened to read only", path: directory.path)
  }

  /// Bytes of a log whose write-back takes longer than who cancels it should wait.
  static let longLog = 16 << 20

  /// Seconds that SQLite waits for a lock of its own.
  fileprivate static let busyTimeout: TimeInterval = 10

  private static func configuration() -> Configuration {
    var configuration = Configuration()
    configuration.label = "rag"
    configuration.busyMode = .timeout(busyTimeout)
    configuration.prepareDatabase { database in
      let connection = UnsafeMutableRawPointer(database.sqliteConnection)
      rag_sqlite_set_defensive(connection)
      // Of a log that turns out to be damaged a part would overwrite what a repair can use.
      rag_sqlite_write_back_on_close(connection, 0)
      // A damaged file must not run code of its own, nor be trusted for its cell sizes.
      try database.execute(sql: "PRAGMA trusted_schema = OFF")
      try database.execute(sql: "PRAGMA cell_size_check = ON")
    }
    return configuration
  }
}

extension Database {
  /// Whether the log is written back when the last connection is closed.
  func setWritesBackOnClose(_ isOn: Bool) {
    rag_sqlite_write_back_on_close(UnsafeMutableRawPointer(sqliteConnection), isOn ? 1 : 0)
  }

  fileprivate func writeLogBack() {
    guard let connection = sqliteConnection else { return }
    sqlite3_busy_timeout(connection, 0)
    defer { sqlite3_busy_timeout(connection, CInt(Store.busyTimeout * 1_000)) }
    _ = try? checkpoint(.truncate)
  }
}

extension IndexDirectory {
  var isWritable: Bool { access(path, W_OK) == 0 }

  fileprivate var hasLock: Bool { access(lock, F_OK) == 0 }

  /// Whether SQLite's log holds anything.
  var hasLog: Bool { logByteCount > 0 }

  fileprivate var logByteCount: Int {
    let size = try? FileManager.default.attributesOfItem(atPath: database + "-wal")[.size] as? Int
    return size ?? 0
  }
}
