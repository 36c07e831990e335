import RAGCore

/// The first 256 bytes of a lexical file; all integers are little-endian.
///
/// | offset | bytes | field |
/// |---|---|---|
/// | 0 | 8 | magic, `RAGLEXI` and a zero byte |
/// | 8 | 4 | byte order mark, 0x01020304 |
/// | 12 | 4 | version, 1 |
/// | 16 | 8 | size of the file |
/// | 24 | 8 | n, number of texts |
/// | 32 | 8 | number of terms in all texts, repetitions counted |
/// | 40 | 8 | number of different terms |
/// | 48 | 8 | s, size of the stream |
/// | 56 | 8 | l, number of leaves |
/// | 64 | 4 | version of the analysis that the terms come from |
/// | 68 | 4 | CRC-32C of the block table |
/// | 72 | 180 | zeros |
/// | 252 | 4 | CRC-32C of the 252 bytes before |
///
/// Sections follow, each from a multiple of 64 with zeros between them, then the block table: the
/// CRC-32C of each ``blockByteCount`` bytes of the file between header and table, the last block
/// being shorter.
///
/// The stream holds leaves of the dictionary, each behind the postings of its terms, and ends in
/// ``streamPadding`` zeros. A leaf holds up to ``leafTermCount`` terms (see ``TermRecord``); terms
/// ascend by their bytes. Texts are numbered by ascending id, these numbers are the slots.
struct LexicalFileHeader: Equatable {
  var count: Int
  var totalLength: Int
  var termCount: Int
  var streamByteCount: Int
  var leafCount: Int
  var tableChecksum: UInt32 = 0

  static let byteCount = 256
  /// A page: checking one costs no more than reading it.
  static let blockByteCount = 1 << 12
  static let leafTermCount = 32
  /// What may be read behind the last packed number.
  static let streamPadding = 8
  static let version: UInt32 = 1
  static let magic: [UInt8] = Array("RAGLEXI\0".utf8)
  private static let byteOrderMark: UInt32 = 0x0102_0304

  /// Where the parts of the file lie.
  struct Layout: Equatable {
    /// `[n]` Int64, ascending.
    var ids: Range<Int>
    /// `[n]` UInt32: the number of terms of each text.
    var lengths: Range<Int>
    /// `[s]` bytes.
    var stream: Range<Int>
    /// `[l]` ``LeafEntry``.
    var leaves: Range<Int>
    /// `[blocks]` UInt32.
    var blockTable: Range<Int>

    /// The size of the file.
    var byteCount: Int { blockTable.upperBound }
    /// What the block table covers.
    var blocks: Range<Int> { LexicalFileHeader.byteCount..<blockTable.lowerBound }
  }

  /// The parts of a file with these counts, or nil when their sizes overflow.
  var layout: Layout? {
    var end = Self.byteCount
    func section(_ rows: Int, _ width: Int) -> Range<Int>? {
      let (start, overflowed) = end.addingReportingOverflow(-end & 63)
      let (size, tooWide) = rows.multipliedReportingOverflow(by: width)
      let (stop, tooLong) = start.addingReportingOverflow(size)
      guard !overflowed, !tooWide, !tooLong, stop <= Int.max - 63 else { return nil }
      end = stop
      return start..<stop
    }
    guard
      let ids = section(count, MemoryLayout<Int64>.size),
      let lengths = section(count, MemoryLayout<UInt32>.size),
      let stream = section(streamByteCount, 1), let leaves = section(leafCount, LeafEntry.byteCount)
    else { return nil }
    let body = end + (-end & 63) - Self.byteCount
    let blockCount = body / Self.blockByteCount + (body % Self.blockByteCount > 0 ? 1 : 0)
    guard let blockTable = section(blockCount, MemoryLayout<UInt32>.size) else { return nil }
    return Layout(
      ids: ids, lengths: lengths, stream: stream, leaves: leaves, blockTable: blockTable)
  }
}

extension LexicalFileHeader {
  /// The bytes of the header, checksum included.
  func encoded(fileByteCount: Int) -> [UInt8] {
    var bytes = Self.magic
    func append(_ value: some FixedWidthInteger) {
      withUnsafeBytes(of: value.littleEndian) { bytes += $0 }
    }
    append(Self.byteOrderMark)
    append(Self.version)
    for value in [fileByteCount, count, totalLength, termCount, streamByteCount, leafCount] {
      append(UInt64(value))
    }
    append(LexicalAnalyzer.version)
    append(tableChecksum)
    bytes += Array(repeating: 0, count: Self.byteCount - 4 - bytes.count)
    append(CRC32C.checksum(bytes))
    return bytes
  }

  /// Reads a header and holds it against itself and the size of the file.
  ///
  /// - Throws: ``RAGError`` of code `incompatibleFormat` for a file of another kind, version or
  ///   byte order; `corrupt` for one that contradicts itself.
  static func read(
    _ bytes: UnsafeRawBufferPointer, path: String
  ) throws -> (header: LexicalFileHeader, layout: Layout) {
    func corrupt(_ what: String) -> RAGError {
      RAGError(.corrupt, "the lexical file is damaged: \(what); rebuild the index", path: path)
    }
    guard bytes.count >= magic.count, bytes.starts(with: magic) else {
      // A file cut within the magic is damaged, anything else is not ours.
      if magic.starts(with: bytes) { throw corrupt("it ends at byte \(bytes.count)") }
      throw RAGError(.incompatibleFormat, "this is not a lexical file", path: path)
    }
    guard bytes.count >= byteCount else {
      throw corrupt("it ends at byte \(bytes.count), within the header")
    }
    func read<Value: FixedWidthInteger>(_ offset: Int, as: Value.Type) -> Value {
      Value(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: Value.self))
    }
    func count(_ offset: Int) -> Int? { Int(exactly: read(offset, as: UInt64.self)) }
    let mark = read(8, as: UInt32.self)
    guard mark != byteOrderMark.byteSwapped else {
      throw RAGError(
        .incompatibleFormat, "the lexical file was written in big-endian order; rebuild the index",
        path: path)
    }
    // A flipped bit in the version is damage, so the checksum is asked first. Every version keeps
    // magic, byte order mark, version and checksum where they are.
    guard CRC32C.checksum(bytes[..<(byteCount - 4)]) == read(byteCount - 4, as: UInt32.self) else {
      throw corrupt("the checksum of its header is wrong")
    }
    let found = read(12, as: UInt32.self)
    guard mark == byteOrderMark, found == version else {
      throw RAGError(
        .incompatibleFormat,
        "the lexical file has format version \(found), this build reads \(version); rebuild "
          + "the index or use the build that wrote it", path: path)
    }
    let analysis = read(64, as: UInt32.self)
    guard analysis == LexicalAnalyzer.version else {
      throw RAGError(
        .incompatibleFormat,
        "the lexical file has terms of analysis \(analysis), this build makes those of "
          + "\(LexicalAnalyzer.version); rebuild the index or use the build that wrote it",
        path: path)
    }
    guard
      let textCount = count(24), textCount < Int(UInt32.max),
      let totalLength = count(32), totalLength / Int(UInt32.max) <= textCount,
      let termCount = count(40), termCount <= totalLength,
      let streamByteCount = count(48), streamByteCount >= streamPadding,
      let leafCount = count(56), leafCount <= termCount,
      termCount <= leafCount.multipliedReportingOverflow(by: leafTermCount).partialValue
    else { throw corrupt("a count in its header is out of range") }
    let header = LexicalFileHeader(
      count: textCount, totalLength: totalLength, termCount: termCount,
      streamByteCount: streamByteCount, leafCount: leafCount,
      tableChecksum: read(68, as: UInt32.self))
    guard let layout = header.layout, read(16, as: UInt64.self) == UInt64(layout.byteCount) else {
      throw corrupt("the counts in its header contradict each other")
    }
    guard layout.byteCount == bytes.count else {
      throw corrupt("it has \(bytes.count) bytes in place of \(layout.byteCount)")
    }
    return (header, layout)
  }
}

/// Where a leaf of the dictionary lies.
struct LeafEntry {
  /// From the start of the stream.
  var offset: Int
  var byteCount: Int
  var termCount: Int

  /// UInt64 offset, UInt32 size, UInt32 number of terms.
  static let byteCount = 16
}
