import CSQLite

typealias SQLiteFile = UnsafeMutablePointer<sqlite3_file>

/// What an open file of ``CheckedVFS`` is in the memory that SQLite gives it: these fields, and
/// behind them the file of the VFS below. Trivial fields only: nobody destroys them.
struct CheckedFile {
  enum Kind {
    case database
    case log
    /// Journals and temporary files, which pass through.
    case other
  }

  /// Must come first: SQLite sees nothing else.
  var header: sqlite3_file
  var kind: Kind
  /// Whether page 1 is known to reserve the trailer.
  var hasTrailers = false
  /// Log: the lowest offset written since the last sync.
  var unsyncedOffset = Int64.max
  /// Bytes of pages written since the last sync.
  var unsyncedByteCount = 0
  /// Database: what is written back of the log just now, but for the page that comes last.
  var writeBack = WriteBack()
  /// As SQLite gave it, which keeps it until the file is closed.
  var name: UnsafePointer<CChar>?
  /// Never freed, so not retained.
  var vfs: Unmanaged<CheckedVFS>

  /// Where the inner file begins: behind our fields, aligned for anything.
  static let innerOffset = (MemoryLayout<CheckedFile>.size + 15) & ~15

  static func open(
    _ file: SQLiteFile, name: UnsafePointer<CChar>?, flags: CInt,
    outFlags: UnsafeMutablePointer<CInt>?, vfs: CheckedVFS
  ) -> CInt {
    let kind: Kind =
      switch flags {
      case _ where flags & SQLITE_OPEN_MAIN_DB != 0: .database
      case _ where flags & SQLITE_OPEN_WAL != 0: .log
      default: .other
      }
    // `szOsFile` makes room for our fields and for those of the inner file.
    UnsafeMutableRawPointer(file).initializeMemory(
      as: CheckedFile.self,
      to: CheckedFile(
        header: sqlite3_file(pMethods: nil), kind: kind, name: name,
        vfs: Unmanaged.passUnretained(vfs)))
    file.inner.initialize(to: sqlite3_file(pMethods: nil))
    let result = vfs.base.pointee.xOpen(vfs.base, name, file.inner, flags, outFlags)
    // SQLite closes a file with methods even when opening it failed.
    if file.inner.pointee.pMethods != nil { file.pointee.pMethods = vfs.fileMethods }
    return result
  }
}

extension UnsafeMutablePointer where Pointee == sqlite3_file {
  /// Our fields. `CheckedFile.open` put them there, and our methods get no other file.
  var fields: UnsafeMutablePointer<CheckedFile> {
    UnsafeMutableRawPointer(self).assumingMemoryBound(to: CheckedFile.self)
  }

  /// The file of the VFS below, open while ours is.
  var inner: SQLiteFile {
    (UnsafeMutableRawPointer(self) + CheckedFile.innerOffset)
      .assumingMemoryBound(to: sqlite3_file.self)
  }

  /// The methods of an open file.
  var methods: sqlite3_io_methods { pointee.pMethods.pointee }

  var vfs: CheckedVFS { fields.pointee.vfs.takeUnretainedValue() }
}
