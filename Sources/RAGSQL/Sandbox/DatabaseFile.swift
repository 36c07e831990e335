import CSQLite
import RAGCore

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// How a database file is opened, and what is wrong with one that is not.
enum DatabaseFile {
  /// How long another process's lock is waited for.
  static let waitMilliseconds: Int32 = 1000

  /// `SQLITE_READONLY_RECOVERY` and `SQLITE_READONLY_ROLLBACK`, macros that Swift does not see.
  private static let readOnlyRecovery = SQLITE_READONLY | 1 << 8
  private static let readOnlyRollback = SQLITE_READONLY | 3 << 8

  private static let header = Array("SQLite format 3\0".utf8)

  /// The file as a URI for reading.
  ///
  /// `immutable`, which takes no locks, is only for a database with a write-ahead log that is
  /// closed, in a directory where SQLite could not make the files to read it with.
  static func uri(_ path: String) throws -> String {
    let isAsleep = try hasClosedLog(path) && !canMakeFiles(beside: path)
    return uri(path, options: "mode=ro" + (isAsleep ? "&immutable=1" : ""))
  }

  /// Whether reading the database makes the files of its write-ahead log, which are not there.
  static func leavesLog(_ path: String) throws -> Bool {
    try hasClosedLog(path) && canMakeFiles(beside: path)
  }

  /// Removes an empty log that a connection which only reads has left.
  ///
  /// SQLite does so itself as the last connection that may write is closed, and leaves the log
  /// where another process has the database open. Nothing is written: the log is empty.
  static func removeLog(_ path: String) {
    var status = stat()
    guard stat(path + "-wal", &status) == 0, status.st_size == 0 else { return }
    var database: OpaquePointer?
    let flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_URI | SQLITE_OPEN_NOMUTEX
    if sqlite3_open_v2(uri(path, options: "mode=rw"), &database, flags, nil) == SQLITE_OK {
      // Reads a page, without which the log is not opened.
      sqlite3_exec(database, "PRAGMA schema_version", nil, nil, nil)
    }
    sqlite3_close(database)
  }

  private static func hasClosedLog(_ path: String) throws -> Bool {
    try checkHeader(path) && access(path + "-wal", F_OK) != 0
  }

  private static func canMakeFiles(beside path: String) -> Bool {
    access(path.lastIndex(of: "/").map { String(path[...$0]) } ?? ".", W_OK) == 0
  }

  private static func uri(_ path: String, options: String) -> String {
    let escaped = path.utf8.map { byte in
      let isPlain =
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
        || (UInt8(ascii: "-")...UInt8(ascii: "9")).contains(byte) || byte == UInt8(ascii: "_")
      return isPlain
        ? String(UnicodeScalar(byte)) : "%" + SQLValue.hexadecimal([byte])
    }.joined()
    // A path that begins with two slashes would be read as the name of a host.
    return "file:\(path.hasPrefix("/") ? "//" : "")\(escaped)?\(options)"
  }

  /// Whether the database has a write-ahead log.
  /// - Throws: ``RAGError`` when the file is none of SQLite's.
  private static func checkHeader(_ path: String) throws -> Bool {
    var status = stat()
    guard stat(path, &status) == 0 else {
      throw errno == ENOENT
        ? RAGError(.notFound, "there is no such file", path: path)
        : RAGError(.io, "the file cannot be read (\(String(cString: strerror(errno))))", path: path)
    }
    // Opening a pipe would wait for whoever writes to it.
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw RAGError(.invalidInput, "this is not a regular file", path: path)
    }
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else {
      throw RAGError(
        .io, "the file cannot be read (\(String(cString: strerror(errno))))", path: path)
    }
    defer { close(descriptor) }
    var bytes = [UInt8](repeating: 0, count: 20)
    let count = read(descriptor, &bytes, bytes.count)
    // SQLite takes an empty file for an empty database.
    guard count != 0 else {
      throw RAGError(.invalidInput, "the file is empty: it holds no database", path: path)
    }
    guard count == bytes.count, Array(bytes[..<header.count]) == header else {
      throw notADatabase(path)
    }
    return bytes[18] == 2
  }

  private static func notADatabase(_ path: String) -> RAGError {
    RAGError(
      .invalidInput,
      "this is not an SQLite database, or it is encrypted: decrypt it into a new "
        + "file with the program that made it", path: path)
  }

  /// What a result code says of a database.
  static func error(_ code: Int32, path: String) -> RAGError {
    if code == readOnlyRecovery || code == readOnlyRollback {
      return RAGError(
        .busy,
        "a program ended in the middle of a write: open the database with it once, so that "
          + "it is put in order", path: path)
    }
    let meaning = String(cString: sqlite3_errstr(code))
    switch code & 0xFF {
    case SQLITE_BUSY, SQLITE_LOCKED:
      return RAGError(
        .busy, "another program holds the database for writing; try again later", path: path)
    case SQLITE_NOTADB: return notADatabase(path)
    case SQLITE_CORRUPT:
      return RAGError(
        .corrupt, "the database is damaged ('sqlite3 FILE .recover' may help)", path: path)
    case SQLITE_FULL: return RAGError(.diskFull, "the disk is full", path: path)
    default: return RAGError(.io, "SQLite cannot read the database: \(meaning)", path: path)
    }
  }
}
