import CSQLite
import RAGCore

/// One checkpoint, in which the page that tells a commit from the one before it is written last.
///
/// SQLite copies pages of its log into the database in their order. Were a process to die in the
/// middle of that, and the log be lost or damaged before it is played back, the database would be a
/// mix of two states with the revision of the newer one. With the page of the revision written last,
/// such a database is behind the mark of the last commit, and is refused.
struct WriteBack {
  private var isAtWork = false
  /// Whether the last page could not be written: nothing more may be then, as SQLite is not told.
  private(set) var isBroken = false
  /// The sealed page, until all others are written; allocated by `holds`, freed by `end` or `drop`.
  private var held: UnsafeMutableRawPointer?

  /// Begins with a checkpoint.
  mutating func begin() {
    drop()
    isAtWork = true
  }

  /// Whether it is not wanted any more; then it ends with the next page, and the last is not written.
  var isBrokenOff: Bool {
    mutating get {
      guard isAtWork, Cancellation.isForwarded else { return false }
      drop()
      return true
    }
  }

  /// Takes a sealed page that is to be written last, and tells whether it is one.
  mutating func holds(_ page: UnsafeRawBufferPointer, at offset: Int64) -> Bool {
    guard isAtWork, PageChecksum.number(at: offset) == LogOrigin.settingPage else { return false }
    let copy = held ?? .allocate(byteCount: PageChecksum.pageSize, alignment: 8)
    UnsafeMutableRawBufferPointer(start: copy, count: PageChecksum.pageSize).copyMemory(from: page)
    held = copy
    return true
  }

  /// Takes note of how a write of another page went.
  mutating func note(_ result: CInt) { if isAtWork, result != SQLITE_OK { drop() } }

  /// Writes the page that was held, when all others are written.
  mutating func end(_ write: (UnsafeMutableRawPointer, Int64) -> CInt) {
    guard let page = held else { return drop() }
    let offset = Int64(LogOrigin.settingPage - 1) * Int64(PageChecksum.pageSize)
    isBroken = write(page, offset) != SQLITE_OK
    drop()
  }

  /// Forgets the page.
  mutating func drop() {
    held?.deallocate()
    held = nil
    isAtWork = false
  }
}
