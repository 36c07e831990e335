import RAGCore

/// The fields of a graph file's header, behind those that ``BlockFileKind`` describes.
///
/// | offset | bytes | field |
/// |---|---|---|
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

  static let kind = BlockFileKind(name: "graph file", magic: "RAGHNSW\0", version: 2)
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
    var blocks: Range<Int> { BlockFileKind.headerByteCount..<blockTable.lowerBound }
  }

  /// The parts of a file with these counts, or nil when their sizes overflow.
  var layout: Layout? {
    var sections = SectionLayout()
    let word = MemoryLayout<UInt32>.size
    guard
      let centre = sections.add(dimension, word),
      let ids = sections.add(count, MemoryLayout<Int64>.size),
      let upperRows = sections.add(count + 1, word),
      let upperLinks = sections.add(upperRowCount, parameters.m * word),
      let groundLinks = sections.add(count, 2 * parameters.m * word),
      let terms = sections.add(count, 2 * word),
      let coarse = sections.add(count, codes.coarseStride),
      let fine = sections.add(count, codes.fineStride),
      let blockTable = sections.addBlockTable()
    else { return nil }
    return Layout(
      centre: centre, ids: ids, upperRows: upperRows, upperLinks: upperLinks,
      groundLinks: groundLinks, terms: terms, coarse: coarse, fine: fine, blockTable: blockTable)
  }
}

extension GraphFileHeader {
  /// The bytes of the header, checksum included.
  func encoded(fileByteCount: Int) -> [UInt8] {
    Self.kind.header(fileByteCount: fileByteCount) { header in
      header.append(UInt64(count))
      header.append(UInt64(upperRowCount))
      header.append(parameters.seed)
      header.append(UInt32(dimension))
      header.append(UInt32(Self.metrics.firstIndex(of: metric) ?? 0))
      header.append(UInt32(parameters.m))
      header.append(UInt32(parameters.efConstruction))
      header.append(entry)
      header.append(UInt32(topLevel))
      header.append(tableChecksum)
      header.append(UInt32(Self.encodings.firstIndex(of: encoding) ?? 0))
      for value in [largestLength] + calibration.recalls + calibration.distances {
        header.append(value.bitPattern)
      }
    }
  }

  /// Reads a header and holds it against itself and the size of the file.
  ///
  /// - Throws: ``RAGError`` of code `incompatibleFormat` for a file of another kind, version or
  ///   byte order; `corrupt` for one that contradicts itself.
  static func read(
    _ bytes: UnsafeRawBufferPointer, path: String
  ) throws -> (header: GraphFileHeader, layout: Layout, stamp: FileStamp) {
    let fields = try kind.readHeader(of: bytes, path: path)
    func corrupt(_ what: String) -> RAGError { kind.corrupt(what, path: path) }
    func word(_ offset: Int) -> Int { Int(fields.uint32(at: offset)) }
    guard
      let count = fields.count(at: 24), count < Int(GraphView.none),
      let upperRowCount = fields.count(at: 32),
      upperRowCount <= count * HNSWParameters.highestLevel,
      HNSWParameters.dimensions.contains(word(48)), metrics.indices.contains(word(52)),
      HNSWParameters.degrees.contains(word(56)),
      HNSWParameters.constructionEfforts.contains(word(60)), encodings.indices.contains(word(76))
    else { throw corrupt("a count in its header is out of range") }

    func float(_ offset: Int) -> Float { Float(bitPattern: fields.uint32(at: offset)) }
    let columns = Calibration.slacks.indices
    let calibration = Calibration(
      recalls: columns.map { float(84 + 4 * $0) }, distances: columns.map { float(132 + 4 * $0) })
    guard calibration.isSound, (0..<Float.infinity).contains(float(80)) else {
      throw corrupt("a measure in its header is out of range")
    }
    let header = GraphFileHeader(
      count: count, upperRowCount: upperRowCount, dimension: word(48), metric: metrics[word(52)],
      parameters: HNSWParameters(
        m: word(56), efConstruction: word(60), seed: fields.uint64(at: 40)),
      entry: fields.uint32(at: 64), topLevel: word(68), encoding: encodings[word(76)],
      largestLength: float(80), calibration: calibration,
      tableChecksum: fields.uint32(at: 72))
    let isEntryValid =
      count == 0
      ? header.entry == GraphView.none && header.topLevel == 0 : Int(header.entry) < count
    guard isEntryValid, header.topLevel <= HNSWParameters.highestLevel else {
      throw corrupt("the entry point in its header is out of range")
    }
    guard let layout = header.layout else { throw corrupt("a count in its header is out of range") }
    try kind.requireSize(layout.byteCount, of: fields, path: path)
    return (header, layout, fields.stamp)
  }
}
