import RAGCore

/// Holds the contents of a graph file against its checksums, and against what search relies on.
struct GraphFileCheck {
  let header: GraphFileHeader
  let layout: GraphFileHeader.Layout
  private let bytes: UnsafeRawBufferPointer
  private let path: String

  /// Reads the header of a file in memory.
  ///
  /// - Throws: ``RAGError`` of code `incompatibleFormat` or `corrupt`.
  init(_ bytes: UnsafeRawBufferPointer, path: String) throws {
    self.bytes = bytes
    self.path = path
    (header, layout) = try GraphFileHeader.read(bytes, path: path)
  }

  /// Reads everything else.
  ///
  /// - Throws: ``RAGError`` of code `corrupt` that names the place.
  func run() throws {
    try checkBlocks()
    try checkNodes()
    try checkLinks()
    try checkVectors()
  }

  private func corrupt(_ what: String) -> RAGError {
    RAGError(.corrupt, "the graph file is damaged: \(what); rebuild the index", path: path)
  }

  private func checkBlocks() throws {
    guard CRC32C.checksum(bytes[layout.blockTable]) == header.tableChecksum else {
      throw corrupt("the checksum of its block table is wrong")
    }
    var entry = layout.blockTable.lowerBound
    for start in stride(
      from: layout.blocks.lowerBound, to: layout.blocks.upperBound,
      by: GraphFileHeader.blockByteCount)
    {
      let end = min(start + GraphFileHeader.blockByteCount, layout.blocks.upperBound)
      let stored = UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: entry, as: UInt32.self))
      guard CRC32C.checksum(bytes[start..<end]) == stored else {
        throw corrupt("the checksum of bytes \(start) to \(end - 1) is wrong")
      }
      entry += MemoryLayout<UInt32>.size
    }
  }

  /// Ids ascend; levels are in range and account for every row of links; the entry is at the top.
  private func checkNodes() throws {
    let ids: UnsafeBufferPointer<Int64> = section(layout.ids)
    let levels: UnsafeBufferPointer<UInt8> = section(layout.levels)
    let upperRows: UnsafeBufferPointer<UInt32> = section(layout.upperRows)
    var rows = 0
    for slot in 0..<header.count {
      guard slot == 0 || ids[slot - 1] < ids[slot] else {
        throw corrupt("the ids of node \(slot) and the one before are out of order")
      }
      guard Int(levels[slot]) <= header.topLevel, Int(upperRows[slot]) == rows else {
        throw corrupt("the level or the links of node \(slot) are out of range")
      }
      rows += Int(levels[slot])
    }
    guard rows == header.upperRowCount else { throw corrupt("a count in its header is wrong") }
    guard header.count == 0 || Int(levels[Int(header.entry)]) == header.topLevel else {
      throw corrupt("its entry point is not on the top level")
    }
  }

  /// Each link leads to another node, which has the level of the link.
  private func checkLinks() throws {
    let levels: UnsafeBufferPointer<UInt8> = section(layout.levels)
    let ground: UnsafeBufferPointer<UInt32> = section(layout.groundLinks)
    let upper: UnsafeBufferPointer<UInt32> = section(layout.upperLinks)
    let m = header.parameters.m
    func check(_ links: Slice<UnsafeBufferPointer<UInt32>>, of slot: Int, level: Int) throws {
      var isEnded = false
      for link in links {
        if link == GraphView.none {
          isEnded = true
        } else {
          guard !isEnded, Int(link) < header.count, Int(link) != slot, levels[Int(link)] >= level
          else { throw corrupt("a link of node \(slot) on level \(level) leads nowhere") }
        }
      }
    }
    var row = 0
    for slot in 0..<header.count {
      try check(ground[(slot * 2 * m)..<((slot + 1) * 2 * m)], of: slot, level: 0)
      for level in 0..<Int(levels[slot]) {
        try check(upper[(row * m)..<((row + 1) * m)], of: slot, level: level + 1)
        row += 1
      }
    }
  }

  /// Each vector is one that insertion would have let in: else a score might not be a number.
  private func checkVectors() throws {
    let vectors: UnsafeBufferPointer<Float> = section(layout.vectors)
    guard let base = vectors.baseAddress else { return }
    let kernel = ScoreKernel(.innerProduct)
    let stride = GraphView.stride(dimension: header.dimension)
    // Room for the rounding of a sum in Float.
    let lengths =
      header.metric == .cosine
      ? Float(0.999)...1.001 : 0...Float(VectorMetric.largestSquaredLength * 1.001)
    for slot in 0..<header.count {
      let vector = base + slot * stride
      guard lengths.contains(kernel.pair(vector, vector, header.dimension)) else {
        throw corrupt("the vector of node \(slot) cannot be compared")
      }
    }
  }

  /// The layout keeps each section inside the file and aligned for its type.
  private func section<Element>(_ range: Range<Int>) -> UnsafeBufferPointer<Element> {
    UnsafeRawBufferPointer(rebasing: bytes[range]).assumingMemoryBound(to: Element.self)
  }
}
