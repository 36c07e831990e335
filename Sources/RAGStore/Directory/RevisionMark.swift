import Glibc
import RAGCore

/// The highest revision that was ever acknowledged, beside the database.
///
/// SQLite's recovery drops all that lies behind a damaged frame of its log, without a word, and a
/// copy of the database without its log is older than it looks. An index that is behind its mark
/// has lost commits. The mark is written after each commit: 8 bytes of revision and 4 of CRC-32C,
/// little-endian, in the file `lock`. Where it is not whole, it says nothing to a reader, and
/// `rag verify` says so.
struct RevisionMark {
  let path: String

  /// Nil when there is no mark, or none that is whole.
  /// - Throws: ``RAGError`` where the file is there and cannot be opened.
  func read() throws -> Int? {
    guard access(path, R_OK) == 0 || errno == ENOENT else {
      throw SystemCalls.failure("reading the mark of the last commit", path: path)
    }
    guard case .revision(let revision) = content else { return nil }
    return revision
  }

  /// Whether the file is there, and no revision was ever acknowledged.
  var isEmpty: Bool { access(path, R_OK) == 0 && content == .none }

  /// Whether something else stands where the mark should be.
  var isDamaged: Bool { content == .damaged }

  /// Whether what stands there is what a crash leaves of writing the mark of `revision`: its
  /// beginning, and the end of the mark before it.
  func isCutOff(at revision: Int) -> Bool {
    let new = Self.encoded(revision)[...]
    let old = revision > 1 ? Self.encoded(revision - 1)[...] : []
    let bytes = bytes
    return (0...Self.byteCount).contains { bytes == Array(new.prefix($0) + old.dropFirst($0)) }
  }

  /// Whether it is damaged, and does not tell any more that `revision` is the last: it is neither cut
  /// off at it, nor its mark but for one byte or a part of the checksum.
  func isLost(at revision: Int) -> Bool {
    guard isDamaged, !isCutOff(at: revision) else { return false }
    let (bytes, whole) = (bytes, Self.encoded(revision))
    guard bytes.count >= 8 else { return true }
    return zip(bytes, whole).count(where: !=) > (bytes.count < Self.byteCount ? 0 : 1)
      || isCutOff(at: Self.revision(bytes))
  }

  private enum Content: Equatable {
    /// No revision was acknowledged, or there was no room to write it.
    case none
    case revision(Int)
    case damaged
  }

  private var content: Content {
    let bytes = bytes
    if bytes.count == Self.byteCount {
      let revision = Self.revision(bytes)
      // One from which no repair could count on is no index's.
      if bytes == Self.encoded(revision), IndexSettings.roomyCounts ~= Int64(revision) {
        return .revision(revision)
      }
    }
    // After a power failure a file may have its length before its content.
    return bytes.allSatisfy { $0 == 0 } ? .none : .damaged
  }

  /// What stands in the file, and no more than a byte behind the mark.
  private var bytes: [UInt8] {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return [] }
    defer { close(descriptor) }
    var bytes = [UInt8](repeating: 0, count: Self.byteCount + 1)
    let count = pread(descriptor, &bytes, bytes.count, 0)
    return Array(bytes.prefix(max(0, count)))
  }

  /// Best effort: the commit it follows is on disk, and an older mark is no lie. The first one is
  /// synced, so that a power failure leaves an older mark and never none.
  func write(_ revision: Int) {
    let isFirst = content == .none
    let descriptor = open(path, O_WRONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return }
    defer { close(descriptor) }
    let bytes = Self.encoded(revision)
    guard pwrite(descriptor, bytes, bytes.count, 0) == bytes.count else { return }
    _ = ftruncate(descriptor, off_t(bytes.count))
    if isFirst { _ = fsync(descriptor) }
  }

  /// Writes a revision that is on disk, unless the mark is damaged: that is told first.
  func raise(to revision: Int) {
    switch content {
    case .none where revision > 0: write(revision)
    case .revision(let older) where older < revision: write(revision)
    default: break
    }
  }

  private static let byteCount = 12

  private static func encoded(_ revision: Int) -> [UInt8] {
    let bytes = withUnsafeBytes(of: Int64(revision).littleEndian) { Array($0) }
    return bytes + withUnsafeBytes(of: CRC32C.checksum(bytes).littleEndian) { Array($0) }
  }

  private static func revision(_ bytes: [UInt8]) -> Int {
    Int(bytes.withUnsafeBytes { Int64(littleEndian: $0.loadUnaligned(as: Int64.self)) })
  }
}

extension IndexDirectory {
  /// The last revision that was acknowledged, as far as the mark or the database without its log
  /// tell: a broken log may hold older versions of the pages that it was written back to.
  /// - Throws: ``RAGError``.
  func acknowledgedRevision() throws -> Int {
    let own = try LogOrigin.revision(of: database) ?? 0
    return try max(revisionMark.read() ?? 0, IndexSettings.roomyCounts ~= Int64(own) ? own : 0)
  }
}
