import Foundation
import Glibc
import RAGCore

/// The directory that is one index, and the names of what lies in it.
package struct IndexDirectory: Sendable {
  /// The absolute path.
  package let path: String

  package init(_ path: String) {
    self.path = path.absolutePath
  }

  package static let databaseName = "rag.sqlite"

  package var database: String { path + "/" + Self.databaseName }
  var lock: String { path + "/lock" }

  /// The database while it is made.
  var newDatabase: String { database + ".new" }

  /// A copy of a damaged database while it is repaired.
  var databaseCopy: String { newDatabase + ".copy" }

  /// The vectors of generation `number`.
  func graph(_ number: Int) -> String { path + "/g\(number).graph" }

  /// The words of generation `number`.
  func terms(_ number: Int) -> String { path + "/g\(number).terms" }

  /// The files of a generation.
  func files(of generation: Generation) -> [String] {
    (generation.graph == nil ? [] : [graph(generation.number)]) + [terms(generation.number)]
  }

  /// Whether a database stands here; no claim that it is ours.
  package var exists: Bool { FileManager.default.fileExists(atPath: database) }

  /// Bytes of all files in the directory.
  package var byteCount: Int {
    let manager = FileManager.default
    let names = (try? manager.contentsOfDirectory(atPath: path)) ?? []
    return names.reduce(0) { sum, name in
      let size = try? manager.attributesOfItem(atPath: path + "/" + name)[.size] as? Int
      return sum + (size ?? 0)
    }
  }

  /// Proves that what is opened by name is no pipe or device, at which a reader would wait, nor a
  /// link, beside whose target SQLite would look for the log.
  func requireRegularFiles() throws {
    try requireNoFileInPlace()
    let endings = ["", "-wal", "-shm", "-journal"]
    for path in [lock, losses] + endings.map({ database + $0 }) {
      var status = stat()
      guard lstat(path, &status) == 0 else {
        if errno == ENOENT { continue }
        throw SystemCalls.failure("opening the index", path: path)
      }
      switch status.st_mode & S_IFMT {
      case S_IFREG: continue
      case S_IFLNK:
        throw RAGError(
          .invalidInput, "is a symbolic link; name the directory of the index that it leads to",
          path: path)
      default:
        throw RAGError(
          .invalidInput, "is not a regular file; remove it, and let 'rag verify' look", path: path)
      }
    }
  }

  /// Proves that no database was ever here: one that is missing is not to be taken for a new index.
  func requireNeverUsed() throws {
    try requireNoFileInPlace()
    guard try hasLog || revisionMark.read() != nil else { return }
    throw RAGError(
      .corrupt,
      "the database is missing, of which the log or the mark of a commit is there; put it back, or "
        + "remove the directory and ingest anew", path: database)
  }

  /// Proves that a log can be read: without the index of it that SQLite keeps in a file, it has to
  /// be made.
  func requireReadableLog() throws {
    guard hasLog, !isWritable, !fileExists(database + "-shm") else { return }
    throw RAGError(
      .readOnly,
      "an interrupted write left a log, which can only be read where the directory can be written; "
        + "copy the index to such a place, and query or repair it there", path: path)
  }

  /// Whether a name is one of those that files of an index have.
  static func isIndexFile(_ name: String) -> Bool {
    name == "lock" || name.hasPrefix(databaseName)
      || name.wholeMatch(of: #/g[0-9]+\.(graph|terms)(\.tmp)?/#) != nil
  }

  /// Makes the directory, or proves that it is empty or an index already.
  func create() throws {
    let manager = FileManager.default
    var isDirectory: ObjCBool = false
    if manager.fileExists(atPath: path, isDirectory: &isDirectory) {
      guard isDirectory.boolValue else { throw isFile }
      if exists { return }
      let contents = try ioErrors(path) { try manager.contentsOfDirectory(atPath: path) }
      // What an ingest leaves that died at its very first step, or a fold under which it was moved.
      guard contents.allSatisfy(Self.isIndexFile) else {
        throw RAGError(
          .invalidInput,
          "is a directory with other files in it, not an index; name an empty or new one with --index",
          path: path)
      }
      return
    }
    let parents = Self.parents(ofMissing: path)
    try ioErrors(path) {
      try manager.createDirectory(atPath: path, withIntermediateDirectories: true)
    }
    // When the power fails, a name that is not on disk takes along all that lies below it.
    for parent in parents { try SystemCalls.syncDirectory(parent) }
  }

  /// Proves that no file stands in the place of the directory, or of one that leads to it.
  private func requireNoFileInPlace() throws {
    var status = stat()
    if stat(path, &status) == 0 {
      guard status.st_mode & S_IFMT == S_IFDIR else { throw isFile }
    } else if errno == ENOTDIR {
      throw RAGError(
        .invalidInput, "a part of this path is a file; name another with --index", path: path)
    }
  }

  private var isFile: RAGError {
    RAGError(
      .invalidInput, "is a file, not an index directory; name another with --index", path: path)
  }

  /// The directories that get a new entry when `path` is made with all that leads to it.
  private static func parents(ofMissing path: String) -> [String] {
    var parents: [String] = []
    var missing = path
    while !fileExists(missing) {
      missing = (missing as NSString).deletingLastPathComponent
      parents.append(missing)
    }
    return parents
  }

  var revisionMark: RevisionMark { RevisionMark(path: lock) }

  /// Removes what an interrupted creation left.
  func removeNewDatabase() { Self.remove(newDatabase) }

  func removeDatabaseCopy() { Self.remove(databaseCopy) }

  private static func remove(_ database: String) {
    for ending in ["", "-journal", "-wal", "-shm"] { unlink(database + ending) }
  }

  /// The names that damaged databases get, one after the other; somebody may have removed some.
  private var damagedDatabases: some Sequence<String> {
    let first = database + ".damaged"
    return (1...).lazy.map { $0 == 1 ? first : "\(first)-\($0)" }
  }

  /// Puts the new database in the place of a damaged one, which is kept. Both are closed.
  /// - Returns: where the damaged one is.
  func replaceDatabase() throws -> String {
    let kept =
      damagedDatabases.first { !fileExists($0) && !fileExists($0 + "-wal") }
      ?? database + ".damaged"
    guard link(database, kept) == 0 else {
      throw SystemCalls.failure("keeping the damaged database", path: kept)
    }
    guard rename(database + "-wal", kept + "-wal") == 0 || errno == ENOENT else {
      throw SystemCalls.failure("keeping the damaged log", path: kept + "-wal")
    }
    try adoptNewDatabase()
    return kept
  }

  /// The other name of the database that ``replaceDatabase()`` gave it, and then was interrupted.
  var interruptedReplacement: String? {
    var status = stat()
    guard lstat(database, &status) == 0, status.st_nlink > 1 else { return nil }
    let current = FileIdentity(database)
    let names = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
    return names.map { path + "/" + $0 }.first {
      $0.hasPrefix(database + ".damaged") && FileIdentity($0) == current
    }
  }

  /// Proves that the database has its log, which an interrupted ``replaceDatabase()`` may have taken.
  func requireOwnLog() throws {
    guard !hasLog, let kept = interruptedReplacement, fileExists(kept + "-wal") else { return }
    throw RAGError(
      .corrupt, "a repair was interrupted, and the log is put aside; run 'rag repair' again",
      path: database)
  }

  /// Puts the log back that an interrupted ``replaceDatabase()`` took away from the database, and
  /// takes back that it was kept.
  /// - Throws: ``RAGError`` where it cannot.
  func restoreLog() throws {
    guard let kept = interruptedReplacement else { return }
    if !hasLog, rename(kept + "-wal", database + "-wal") != 0, errno != ENOENT {
      throw SystemCalls.failure("putting the log back", path: database + "-wal")
    }
    unlink(kept)
  }

  /// Where a log is to be kept that is not the database's.
  var foreignLog: String {
    let first = database + ".foreign-wal"
    let names = (1...).lazy.map { $0 == 1 ? first : "\(first)-\($0)" }
    return names.first { !fileExists($0) } ?? first
  }

  /// Takes away a log that is not the database's, and keeps it.
  func setLogAside(as kept: String) throws {
    guard rename(database + "-wal", kept) == 0 else {
      throw SystemCalls.failure("setting the log aside", path: kept)
    }
    unlink(database + "-shm")
    try SystemCalls.syncDirectory(path)
  }

  private var losses: String { database + ".lost" }

  /// Keeps what a repair lost, until it is told: the new database knows nothing of it.
  func noteLosses(_ lost: [String]) throws {
    guard !lost.isEmpty else { return }
    let data = try JSONEncoder().encode(lost)
    var file = try AtomicFile(path: losses)
    try data.withUnsafeBytes { try file.write($0, at: 0) }
    try file.commit()
  }

  /// What a repair lost that ended before it could tell.
  var notedLosses: [String] {
    let data = FileManager.default.contents(atPath: losses)
    return data.flatMap { try? JSONDecoder().decode([String].self, from: $0) } ?? []
  }

  func forgetLosses() { unlink(losses) }

  /// Puts the new database in its place.
  ///
  /// SQLite would play the log of another database back into it, so none may be there, not even
  /// after a power failure.
  func adoptNewDatabase() throws {
    for ending in ["-journal", "-wal", "-shm"] { unlink(database + ending) }
    try SystemCalls.syncDirectory(path)
    guard rename(newDatabase, database) == 0 else {
      throw SystemCalls.failure("renaming the new database", path: newDatabase)
    }
    try SystemCalls.syncDirectory(path)
  }

  /// Removes the files of other generations than `current`, and those half written.
  ///
  /// Only the writer calls this, under the lock.
  func removeLeftovers(keeping current: [Int]) {
    let manager = FileManager.default
    guard let names = try? manager.contentsOfDirectory(atPath: path) else { return }
    let kept = Set(current.flatMap { ["g\($0).graph", "g\($0).terms"] } + ["lock"])
    for name in names where !kept.contains(name) {
      let isDatabase = name.hasPrefix(Self.databaseName)
      let isHalfWritten =
        name.hasPrefix(Self.databaseName + ".new") || path + "/" + name == losses + ".tmp"
      if isDatabase ? isHalfWritten : Self.isIndexFile(name) {
        try? manager.removeItem(atPath: path + "/" + name)
      }
    }
  }
}

/// Runs Foundation file work and turns what it throws into ``RAGError``.
private func ioErrors<Result>(_ path: String, _ body: () throws -> Result) throws -> Result {
  do {
    return try body()
  } catch let error as CocoaError {
    switch error.code {
    case .fileWriteOutOfSpace:
      throw RAGError(.diskFull, "the device is full; free space and retry", path: path)
    case .fileWriteNoPermission, .fileWriteVolumeReadOnly:
      throw RAGError(
        .readOnly, "cannot be written; check its permissions or choose another place", path: path)
    default:
      let reason = (error.underlying as? POSIXError).map {
        String(cString: strerror($0.code.rawValue))
      }
      let problem = reason ?? error.localizedDescription
      throw RAGError(
        .io, "cannot be made or read: \(problem); choose another place", path: path)
    }
  }
}
