import RAGCore

@testable import RAGStore

/// A database and its log, without what follows from the rest: checksums, the numbers of pages, and
/// the longest run of zeros in each page.
///
/// One byte says what is spoilt, four which bit of it; four bytes are root pages of tables and four
/// the numbers of their columns; one is the number of pages of the database. Then come its pages,
/// and behind them, each after three bytes of its own, the frames of the log. A page is the number
/// of bytes before the zeros, and that behind, in two bytes each, and then these bytes. Integers are
/// little-endian; at the end of the input, all is zero.
struct DatabaseInput {
  /// A bit that is changed when all checksums are right.
  enum Spoilt: UInt8 {
    case nothing, database, log
  }

  /// A frame of the log.
  struct Frame {
    var page: UInt8
    /// Zero in a frame that ends no transaction.
    var committedPageCount: UInt8
    /// 0: as it should be; 1: left from before; 2: of a wrong checksum.
    var kind: UInt8 = 0
    var content: [UInt8]
  }

  var spoilt = Spoilt.nothing
  var bit: UInt32 = 0
  /// By the order of ``tables``.
  var roots: [UInt8]
  var columnCounts: [UInt8]
  var pages: [[UInt8]] = []
  var frames: [Frame] = []

  static let tables = ["document", "source", "chunk", "vector"]

  /// Pages, and frames: more of them only take time.
  private static let most = 32
}

extension DatabaseInput {
  init(_ bytes: [UInt8]) {
    var reader = Reader(bytes: bytes[...])
    spoilt = Spoilt(rawValue: reader.byte() % 3) ?? .nothing
    bit = UInt32(reader.half()) | UInt32(reader.half()) << 16
    roots = Self.tables.map { _ in reader.byte() }
    columnCounts = Self.tables.map { _ in reader.byte() }
    let pageCount = Int(reader.byte()) % (Self.most + 1)
    pages = (0..<pageCount).map { _ in reader.page() }
    while !reader.bytes.isEmpty, frames.count < Self.most {
      frames.append(
        Frame(
          page: reader.byte(), committedPageCount: reader.byte(), kind: reader.byte() % 3,
          content: reader.page()))
    }
  }

  private struct Reader {
    var bytes: ArraySlice<UInt8>

    mutating func byte() -> UInt8 { bytes.popFirst() ?? 0 }

    mutating func half() -> UInt16 { UInt16(byte()) | UInt16(byte()) << 8 }

    mutating func page() -> [UInt8] {
      let head = Int(half()) % (PageChecksum.contentSize + 1)
      let tail = min(Int(half()), PageChecksum.contentSize - head)
      var page = [UInt8](repeating: 0, count: PageChecksum.pageSize)
      for range in [0..<head, PageChecksum.contentSize - tail..<PageChecksum.contentSize] {
        let part = bytes.prefix(range.count)
        page.replaceSubrange(range.lowerBound..<range.lowerBound + part.count, with: part)
        bytes = bytes.dropFirst(part.count)
      }
      return page
    }
  }

  /// What ``init(_:)`` reads.
  var encoded: [UInt8] {
    var bytes = [spoilt.rawValue] + (0..<4).map { UInt8(truncatingIfNeeded: bit >> ($0 * 8)) }
    bytes += roots + columnCounts + [UInt8(pages.count)]
    for page in pages { bytes += Self.encoded(page) }
    for frame in frames {
      bytes += [frame.page, frame.committedPageCount, frame.kind] + Self.encoded(frame.content)
    }
    return bytes
  }

  private static func encoded(_ page: [UInt8]) -> [UInt8] {
    let content = page[..<PageChecksum.contentSize]
    var longest = content.endIndex..<content.endIndex
    var start = content.startIndex
    for index in content.indices {
      guard content[index] == 0 else {
        start = index + 1
        continue
      }
      if index + 1 - start > longest.count { longest = start..<index + 1 }
    }
    let (head, tail) = (content[..<longest.lowerBound], content[longest.upperBound...])
    return [head.count, tail.count].flatMap { [UInt8($0 & 0xFF), UInt8($0 >> 8)] } + head + tail
  }
}
