/// The running checksum of SQLite's write-ahead log: two sums over 32-bit words.
///
/// Reference: "WAL-mode File Format", section 4.2, sqlite.org/walformat.html.
struct LogChecksum: Equatable {
  static let size = 8

  private var first: UInt32
  private var second: UInt32

  init() {
    first = 0
    second = 0
  }

  /// As it stands in the file: big-endian, whatever the order of the words it sums up.
  init(stored bytes: UnsafeRawBufferPointer) {
    first = bytes.bigEndianWord(at: 0)
    second = bytes.bigEndianWord(at: 4)
  }

  /// Continues over a frame: the first eight bytes of its header, then its page.
  func extended(
    byHeader header: UnsafeRawBufferPointer, page: UnsafeRawBufferPointer, wordsAreBigEndian: Bool
  ) -> LogChecksum {
    var sum = self
    sum.add(UnsafeRawBufferPointer(rebasing: header[..<8]), wordsAreBigEndian)
    sum.add(page, wordsAreBigEndian)
    return sum
  }

  mutating func add(_ bytes: UnsafeRawBufferPointer, _ wordsAreBigEndian: Bool) {
    var (a, b) = (first, second)
    for offset in stride(from: 0, to: bytes.count - 7, by: 8) {
      let x = bytes.loadUnaligned(fromByteOffset: offset, as: UInt32.self)
      let y = bytes.loadUnaligned(fromByteOffset: offset + 4, as: UInt32.self)
      a = a &+ (wordsAreBigEndian ? UInt32(bigEndian: x) : UInt32(littleEndian: x)) &+ b
      b = b &+ (wordsAreBigEndian ? UInt32(bigEndian: y) : UInt32(littleEndian: y)) &+ a
    }
    (first, second) = (a, b)
  }
}

/// The 32 bytes at the start of the log.
struct LogHeader: Equatable {
  static let size = 32

  /// Changed whenever the log starts anew: frames with other salts are left from before.
  let salts: UInt64
  let checksum: LogChecksum
  let wordsAreBigEndian: Bool
  /// Whether SQLite takes the log for one, and its pages have our size.
  let isValid: Bool
  /// Whether SQLite does not open the database, as the log is whole and of a version of its own.
  let isOfOtherVersion: Bool

  /// - Parameter bytes: `size` of them.
  init(_ bytes: UnsafeRawBufferPointer) {
    let magic = bytes.bigEndianWord(at: 0)
    wordsAreBigEndian = magic & 1 == 1
    salts = bytes.loadUnaligned(fromByteOffset: 16, as: UInt64.self)
    checksum = LogChecksum(stored: UnsafeRawBufferPointer(rebasing: bytes[24..<32]))
    var computed = LogChecksum()
    computed.add(UnsafeRawBufferPointer(rebasing: bytes[..<24]), wordsAreBigEndian)
    let isWhole =
      magic & ~1 == 0x377F_0682 && bytes.bigEndianWord(at: 8) == PageChecksum.pageSize
      && computed == checksum
    let isOfOurVersion = bytes.bigEndianWord(at: 4) == 3_007_000
    isValid = isWhole && isOfOurVersion
    isOfOtherVersion = isWhole && !isOfOurVersion
  }
}

extension LogHeader {
  /// Whether the log of a database is why SQLite does not open it.
  static func isOfOtherVersion(at database: String) -> Bool {
    guard let log = try? UncheckedFile(database, isLog: true) else { return false }
    return withUnsafeTemporaryAllocation(byteCount: size, alignment: 8) { bytes in
      guard (try? log.read(bytes, at: 0)) == true else { return false }
      return LogHeader(UnsafeRawBufferPointer(bytes)).isOfOtherVersion
    }
  }
}

/// The header of a frame, which is this and a page.
struct LogFrame {
  static let headerSize = 24
  static let size = headerSize + PageChecksum.pageSize

  let page: UInt32
  /// The pages of the database after the transaction that this frame ends; zero in any other.
  let committedPageCount: UInt32
  let salts: UInt64
  let checksum: LogChecksum

  /// - Parameter bytes: at least `headerSize`.
  init(_ bytes: UnsafeRawBufferPointer) {
    page = bytes.bigEndianWord(at: 0)
    committedPageCount = bytes.bigEndianWord(at: 4)
    salts = bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self)
    checksum = LogChecksum(stored: UnsafeRawBufferPointer(rebasing: bytes[16..<24]))
  }

  static func offset(of index: Int64) -> Int64 { Int64(LogHeader.size) + index * Int64(size) }

  /// The frames of a log of so many bytes.
  static func count(in byteCount: Int64) -> Int64 {
    max(0, byteCount - Int64(LogHeader.size)) / Int64(size)
  }

  /// The frame whose page stands at an offset; nil where no page begins.
  static func index(ofPageAt offset: Int64) -> Int64? {
    let (index, rest) = (offset - Int64(LogHeader.size)).quotientAndRemainder(
      dividingBy: Int64(size))
    return rest == headerSize ? index : nil
  }
}

extension UnsafeRawBufferPointer {
  func bigEndianWord(at offset: Int) -> UInt32 {
    UInt32(bigEndian: loadUnaligned(fromByteOffset: offset, as: UInt32.self))
  }
}
