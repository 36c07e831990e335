import CSQLite
import RAGCore

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// An SQLite VFS that puts a CRC-32C on every page of a database and checks it on every read.
///
/// It wraps SQLite's own `unix` VFS and is reached by name, through ``uri(_:verifying:)``; the
/// default VFS stays what it is. Pages of the database file carry a trailer (``PageChecksum``);
/// pages read from the write-ahead log are held against SQLite's own frame checksums. A page that
/// does not match is never handed to SQLite: the read fails with `SQLITE_IOERR_DATA`, and
/// ``failure(at:)`` tells the place. Other VFSs can read the file; they must not write it.
///
/// `@unchecked Sendable`: all but `failures`, which has its lock, is constant after `init`, and
/// SQLite itself changes only the link to the next VFS, under its own mutex.
package final class CheckedVFS: @unchecked Sendable {
  /// A page that did not match its checksum.
  package struct Failure: Sendable, Equatable, CustomStringConvertible {
    /// The database, as SQLite names it.
    package let database: String
    /// The page; zero where the log does not say it.
    package let page: UInt32
    /// Whether it was read from the write-ahead log.
    package let isInLog: Bool

    package var description: String {
      "page \(page) of the index's database\(isInLog ? ", as its log holds it," : "") is damaged"
    }
  }

  /// Checks what it reads.
  static let checked = CheckedVFS(name: "rag-checked", verifies: true)
  /// Reads what is left of a damaged file; what it writes carries checksums all the same.
  static let salvaging = CheckedVFS(name: "rag-salvage", verifies: false)
  /// Checks what it reads once it has put right what can be.
  static let mending = CheckedVFS(name: "rag-mend", verifies: true, mends: true)

  /// The VFS that does the work. SQLite never frees it.
  let base: UnsafeMutablePointer<sqlite3_vfs>
  let verifies: Bool
  let mends: Bool
  let fileMethods: UnsafePointer<sqlite3_io_methods>
  private let name: String
  private let registration: Int32
  /// The last failure of each database: as many as databases were ever found damaged.
  private let failures = Locked<[String: Failure]>([:])

  private init(name: String, verifies: Bool, mends: Bool = false) {
    self.name = name
    self.verifies = verifies
    self.mends = mends
    let methods = UnsafeMutablePointer<sqlite3_io_methods>.allocate(capacity: 1)
    methods.initialize(to: CheckedFile.methods)
    fileMethods = UnsafePointer(methods)
    let vfs = UnsafeMutablePointer<sqlite3_vfs>.allocate(capacity: 1)
    guard let base = sqlite3_vfs_find("unix") else {
      vfs.initialize(to: sqlite3_vfs())
      self.base = vfs
      registration = SQLITE_NOTFOUND
      return
    }
    self.base = base
    vfs.initialize(to: Self.methods(over: base.pointee))
    let characters = name.utf8CString
    let copy = UnsafeMutableBufferPointer<CChar>.allocate(capacity: characters.count)
    _ = copy.initialize(from: characters)
    vfs.pointee.zName = UnsafePointer(copy.baseAddress)
    registration = SQLITE_OK
    // The statics keep this object for the life of the process, as SQLite keeps the VFS.
    vfs.pointee.pAppData = Unmanaged.passUnretained(self).toOpaque()
    sqlite3_vfs_register(vfs, 0)
  }

  /// Makes the URI that opens a database through this VFS, which the first call registers.
  /// - Parameters:
  ///   - path: the database file.
  ///   - verifying: false reads on over damage, to save what is left.
  ///   - immutable: promises SQLite that nobody changes the file.
  /// - Returns: `file:…?vfs=…`.
  /// - Throws: ``RAGError`` `unsupported` where SQLite has no `unix` VFS to stand on.
  package static func uri(
    _ path: String, verifying: Bool = true, immutable: Bool = false
  ) throws -> String {
    try uri(path, through: verifying ? checked : salvaging, immutable: immutable)
  }

  static func uri(
    _ path: String, through vfs: CheckedVFS, immutable: Bool = false
  ) throws -> String {
    guard vfs.registration == SQLITE_OK else {
      throw RAGError(.unsupported, "this build of SQLite has no 'unix' VFS", path: path)
    }
    var escaped: [UInt8] = []
    for byte in path.utf8 {
      switch byte {
      case UInt8(ascii: "?"): escaped += Array("%3F".utf8)
      case UInt8(ascii: "#"): escaped += Array("%23".utf8)
      case UInt8(ascii: "%"): escaped += Array("%25".utf8)
      default: escaped.append(byte)
      }
    }
    return "file:" + String(decoding: escaped, as: UTF8.self) + "?vfs=\(vfs.name)"
      + (immutable ? "&immutable=1" : "")
  }

  /// Reserves the trailer in a database that has no page yet; without effect on an older one.
  ///
  /// To be called on each connection that may create the file, before it reads or writes.
  package static func reserve(in connection: OpaquePointer) {
    var size = CInt(PageChecksum.trailerSize)
    sqlite3_exec(connection, "PRAGMA page_size = \(PageChecksum.pageSize)", nil, nil, nil)
    sqlite3_file_control(connection, "main", SQLITE_FCNTL_RESERVE_BYTES, &size)
  }

  /// The last page of a database that did not match its checksum, if any connection of this
  /// process found one.
  package static func failure(at path: String) -> Failure? {
    // SQLite names a database by its path without links.
    guard let resolved = realpath(path, nil) else { return nil }
    defer { free(resolved) }
    return checked.failures.withLock { $0[String(cString: resolved)] }
  }

  func record(_ failure: Failure) {
    failures.withLock { $0[failure.database] = failure }
  }
}
