import RAGCore

/// The first 256 bytes of a graph file; all integers are little-endian.
///
/// | offset | bytes | field |
/// |---|---|---|
/// | 0 | 8 | magic, `RAGHNSW` and a zero byte |
/// | 8 | 4 | byte order mark, 0x01020304 |
/// | 12 | 4 | version, 2 |
/// | 16 | 8 | size of the file |
/// | 24 | 8 | n, number of nodes |
/// | 32 | 8 | r, number of rows of links above level 0 |
/// | 40 | 8 | seed |
/// | 48 | 4 | dimension |
/// | 52 | 4 | metric: 0 inner product, 1 cosine, 2 squared L2 |
/// | 56 | 4 | m |
/// | 60 | 4 | efConstruction |
/// | 64 | 4 | entry, 0xFFFFFFFF when n is 0 |
/// | 68 | 4 | level of the entry |
/// | 72 | 4 | CRC-32C of the block table |
/// | 76 | 4 | encoding: 0 compact, 1 Float32 |
/// | 80 | 4 | length of the longest vector, Float32 |
/// | 84 | 48 | recalls of the calibration, 12 Float32 |
/// | 132 | 48 | distances of the calibration, 12 Float32 |
/// | 180 | 72 | zeros |
/// | 252 | 4 | CRC-32C of the 252 bytes before |
///
/// Sections follow, each from a multiple of 64 with zeros between them, then the block table: the
/// CRC-32C of each ``blockByteCount`` bytes of the file between header and table, the last block
/// being shorter.
struct GraphFileHeader: Equatable {
  var count: Int
  var upperRowCount: Int
  var dimension: Int
  var metric: VectorMetric
  var parameters: HNSWParameters
  var entry: UInt32
  var topLevel: Int
  var encoding: VectorEncoding
  var largestLength: Float
  var calibration: Calibration
  var tableChecksum: UInt32 = 0

  static let byteCount = 256
  /// A page: checking one costs no more than reading it.
  static let blockByteCount = 1 << 12
  static let version: UInt32 = 2
  static let magic: [UInt8] = Array("RAGHNSW\0".utf8)
  private static let byteOrderMark: UInt32 = 0x0102_0304
  private static let metrics: [VectorMetric] = [.innerProduct, .cosine, .squaredL2]
  private static let encodings: [VectorEncoding] = [.compact, .float32]

  var codes: CodeLayout { CodeLayout(dimension: dimension, encoding: encoding) }

  /// Where the parts of the file lie.
  struct Layout: Equatable {
    /// `[dimension]` Float32: what codes are differences to.
    var centre: Range<Int>
    /// `[n]` Int64, ascending.
    var ids: Range<Int>
    /// `[n + 1]` UInt32: the first row of a node in `upperLinks`, which is the sum of the levels of
    /// the nodes before it.
    var upperRows: Range<Int>
    /// `[r, m]` UInt32; 0xFFFFFFFF ends a list that is not full.
    var upperLinks: Range<Int>
    /// `[n, 2 m]` UInt32, ended in the same way.
    var groundLinks: Range<Int>
    /// `[n, 2]` Float32: scale and squared length of each code.
    var terms: Range<Int>
    /// `[n, coarseStride]` UInt8
    var coarse: Range<Int>
    /// `[n, fineStride]` UInt8: the rest of the codes, or Float32 with zeros behind the dimension.
    var fine: Range<Int>
    /// `[blocks]` UInt32.
    var blockTable: Range<Int>

    /// The size of the file.
    var byteCount: Int { blockTable.upperBound }
    /// What the block table covers.
    var blocks: Range<Int> { GraphFileHeader.byteCount..<blockTable.lowerBound }
  }

  /// The parts of a file with these counts, or nil when their sizes overflow.
  var layout: Layout? {
    var end = Self.byteCount
    func section(_ rows: Int, _ width: Int) -> Range<Int>? {
      let (start, overflowed) = end.addingReportingOverflow(-end & 63)
      let (size, tooWide) = rows.multipliedReportingOverflow(by: width)
      let (stop, tooLong) = start.addingReportingOverflow(size)
      guard !overflowed, !tooWide, !tooLong else { return nil }
      end = stop
      return start..<stop
    }
    let word = MemoryLayout<UInt32>.size
    guard
      let centre = section(dimension, word), let ids = section(count, MemoryLayout<Int64>.size),
      let upperRows = section(count + 1, word),
      let upperLinks = section(upperRowCount, parameters.m * word),
      let groundLinks = section(count, 2 * parameters.m * word),
      let terms = section(count, 2 * word), let coarse = section(count, codes.coarseStride),
      let fine = section(count, codes.fineStride)
    else { return nil }
    let body = (end + (-end & 63)) - Self.byteCount
    let blockCount = body / Self.blockByteCount + (body % Self.blockByteCount > 0 ? 1 : 0)
    guard let blockTable = section(blockCount, word) else { return nil }
    return Layout(
      centre: centre, ids: ids, upperRows: upperRows, upperLinks: upperLinks,
      groundLinks: groundLinks, terms: terms, coarse: coarse, fine: fine, blockTable: blockTable)
  }
}

extension GraphFileHeader {
  /// The bytes of the header, checksum included.
  func encoded(fileByteCount: Int) -> [UInt8] {
    var bytes = Self.magic
    func append(_ value: some FixedWidthInteger) {
      withUnsafeBytes(of: value.littleEndian) { bytes += $0 }
    }
    append(Self.byteOrderMark)
    append(Self.version)
    append(UInt64(fileByteCount))
    append(UInt64(count))
    append(UInt64(upperRowCount))
    append(parameters.seed)
    append(UInt32(dimension))
    append(UInt32(Self.metrics.firstIndex(of: metric) ?? 0))
    append(UInt32(parameters.m))
    append(UInt32(parameters.efConstruction))
    append(entry)
    append(UInt32(topLevel))
    append(tableChecksum)
    append(UInt32(Self.encodings.firstIndex(of: encoding) ?? 0))
    for value in [largestLength] + calibration.recalls + calibration.distances {
      append(value.bitPattern)
    }
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
  ) throws -> (header: GraphFileHeader, layout: Layout) {
    func corrupt(_ what: String) -> RAGError {
      RAGError(.corrupt, "the graph file is damaged: \(what); rebuild the index", path: path)
    }
    guard bytes.count >= magic.count, bytes.starts(with: magic) else {
      // A file cut within the magic is damaged, anything else is not ours.
      if magic.starts(with: bytes) { throw corrupt("it ends at byte \(bytes.count)") }
      throw RAGError(.incompatibleFormat, "this is not a graph file", path: path)
    }
    guard bytes.count >= byteCount else {
      throw corrupt("it ends at byte \(bytes.count), within the header")
    }
    func read<Value: FixedWidthInteger>(_ offset: Int, as: Value.Type) -> Value {
      Value(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: Value.self))
    }
    func word(_ offset: Int) -> Int { Int(read(offset, as: UInt32.self)) }
    let mark = read(8, as: UInt32.self)
    guard mark != byteOrderMark.byteSwapped else {
      throw RAGError(
        .incompatibleFormat, "the graph file was written in big-endian order; rebuild the index",
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
        "the graph file has format version \(found), this build reads \(version); rebuild "
          + "the index or use the build that wrote it", path: path)
    }
    guard
      let count = Int(exactly: read(24, as: UInt64.self)), count < Int(GraphView.none),
      let upperRowCount = Int(exactly: read(32, as: UInt64.self)),
      upperRowCount <= count * HNSWParameters.highestLevel,
      HNSWParameters.dimensions.contains(word(48)), metrics.indices.contains(word(52)),
      HNSWParameters.degrees.contains(word(56)),
      HNSWParameters.constructionEfforts.contains(word(60)), encodings.indices.contains(word(76))
    else { throw corrupt("a count in its header is out of range") }

    func float(_ offset: Int) -> Float { Float(bitPattern: read(offset, as: UInt32.self)) }
    let columns = Calibration.slacks.indices
    let calibration = Calibration(
      recalls: columns.map { float(84 + 4 * $0) }, distances: columns.map { float(132 + 4 * $0) })
    guard calibration.isSound, (0..<Float.infinity).contains(float(80)) else {
      throw corrupt("a measure in its header is out of range")
    }
    let header = GraphFileHeader(
      count: count, upperRowCount: upperRowCount, dimension: word(48), metric: metrics[word(52)],
      parameters: HNSWParameters(
        m: word(56), efConstruction: word(60), seed: read(40, as: UInt64.self)),
      entry: read(64, as: UInt32.self), topLevel: word(68), encoding: encodings[word(76)],
      largestLength: float(80), calibration: calibration,
      tableChecksum: read(72, as: UInt32.self))
    let isEntryValid =
      count == 0
      ? header.entry == GraphView.none && header.topLevel == 0 : Int(header.entry) < count
    guard isEntryValid, header.topLevel <= HNSWParameters.highestLevel else {
      throw corrupt("the entry point in its header is out of range")
    }
    guard let layout = header.layout, read(16, as: UInt64.self) == UInt64(layout.byteCount) else {
      throw corrupt("the counts in its header contradict each other")
    }
    guard layout.byteCount == bytes.count else {
      throw corrupt("it has \(bytes.count) bytes in place of \(layout.byteCount)")
    }
    return (header, layout)
  }
}
