import CSQLite
import RAGCore

/// A database or its log, read as it stands, without SQLite's cache or our checks.
///
/// Through the `unix` VFS rather than `open(2)`: closing a descriptor of one's own would drop all
/// POSIX locks of this process on the file, so those of its open connections too. That VFS puts
/// off closing until they are gone.
final class UncheckedFile {
  private let file: SQLiteFile
  private let name: UnsafePointer<CChar>
  private let path: String
  /// Whether a read failed that the device is to blame for.
  private(set) var hasUnreadablePart = false

  /// Opens the database at `path`, or its log.
  /// - Returns: nil where there is no such file.
  init?(_ path: String, isLog: Bool = false) throws {
    let base = CheckedVFS.checked.base
    let fullPath = isLog ? path + "-wal" : path
    guard let database = sqlite3_create_filename(path, path + "-journal", path + "-wal", 0, nil)
    else { throw Self.failed(SQLITE_NOMEM, fullPath) }
    let file = UnsafeMutableRawPointer.allocate(
      byteCount: Int(base.pointee.szOsFile), alignment: 16
    ).initializeMemory(as: sqlite3_file.self, to: sqlite3_file(pMethods: nil))
    let flags = SQLITE_OPEN_READONLY | (isLog ? SQLITE_OPEN_WAL : SQLITE_OPEN_MAIN_DB)
    let result = base.pointee.xOpen(
      base, isLog ? sqlite3_filename_wal(database) : database, file, flags, nil)
    guard result == SQLITE_OK else {
      UnsafeMutableRawPointer(file).deallocate()
      sqlite3_free_filename(database)
      var exists: CInt = 0
      _ = base.pointee.xAccess(base, fullPath, SQLITE_ACCESS_EXISTS, &exists)
      if exists == 0 { return nil }
      throw Self.failed(result, fullPath)
    }
    self.file = file
    self.name = UnsafePointer(database)
    self.path = fullPath
  }

  deinit {
    _ = file.methods.xClose(file)
    UnsafeMutableRawPointer(file).deallocate()
    sqlite3_free_filename(name)
  }

  func size() throws -> Int64 {
    var size: sqlite3_int64 = 0
    let result = file.methods.xFileSize(file, &size)
    guard result == SQLITE_OK else { throw Self.failed(result, path) }
    return size
  }

  /// Fills the buffer.
  /// - Returns: false where the file ends before or the device cannot read it, with zeros in the
  ///   rest of the buffer or all of it.
  func read(_ buffer: UnsafeMutableRawBufferPointer, at offset: Int64) throws -> Bool {
    let result = readTwice {
      file.methods.xRead(file, buffer.baseAddress, CInt(buffer.count), offset)
    }
    guard result == SQLITE_OK || result == sqliteShortRead || result == sqliteUnreadable else {
      throw Self.failed(result, path)
    }
    if result == sqliteUnreadable {
      hasUnreadablePart = true
      buffer.initializeMemory(as: UInt8.self, repeating: 0)
    }
    return result == SQLITE_OK
  }

  private static func failed(_ result: CInt, _ path: String) -> RAGError {
    let remedy = "check its permissions and the limit of open files (ulimit -n)"
    return RAGError(.io, "cannot be read; \(remedy) (SQLite \(result))", path: path)
  }
}
