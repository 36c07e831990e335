import RAGCore

extension GraphFile {
  /// Writes a graph to a file, in place of one that may be there: a reader finds the old file or
  /// the whole new one, also after a crash. First, nodes that nothing leads to are linked.
  ///
  /// Nodes are written by ascending id, so the bytes depend on the graph alone and not on which
  /// slots were reused.
  /// - Throws: ``RAGError`` of code `io`, `diskFull`, `readOnly` or `notFound` (the directory).
  /// - Complexity: O(size of the file).
  @discardableResult
  public static func write(_ graph: MutableGraph, to path: String) throws -> Stamp {
    graph.linkUnreachable()
    let view = graph.view
    let slots = graph.slotsByID
    var renumbered = Array(repeating: GraphView.none, count: view.slotCount)
    for (rank, slot) in slots.enumerated() { renumbered[Int(slot)] = UInt32(rank) }

    var header = GraphFileHeader(
      count: slots.count, upperRowCount: slots.reduce(0) { $0 + Int(view.levels[Int($1)]) },
      dimension: graph.dimension, metric: graph.metric, parameters: graph.parameters,
      entry: slots.isEmpty ? GraphView.none : renumbered[Int(view.entry)],
      topLevel: view.topLevel)
    guard let layout = header.layout else {
      throw RAGError(.limitExceeded, "the graph is too large for a file", path: path)
    }

    let file = try AtomicFile(path: path)
    var blocks = BlockWriter(offset: layout.blocks.lowerBound)
    for slot in slots { try blocks.append(view.ids + Int(slot), count: 1, to: file) }
    try blocks.pad(to: layout.levels, file)
    for slot in slots { try blocks.append(view.levels + Int(slot), count: 1, to: file) }
    try blocks.pad(to: layout.upperRows, file)
    var row: UInt32 = 0
    for slot in slots {
      try blocks.append(&row, count: 1, to: file)
      row += UInt32(view.levels[Int(slot)])
    }
    var links = Array(repeating: GraphView.none, count: view.degree(0))
    func appendLinks(_ slot: UInt32, _ level: Int) throws {
      let degree = view.degree(level)
      let old = view.links(slot, level)
      for index in 0..<degree {
        links[index] = old[index] == GraphView.none ? GraphView.none : renumbered[Int(old[index])]
      }
      try blocks.append(links, count: degree, to: file)
    }
    try blocks.pad(to: layout.groundLinks, file)
    for slot in slots { try appendLinks(slot, 0) }
    try blocks.pad(to: layout.upperLinks, file)
    for slot in slots {
      for level in 0..<Int(view.levels[Int(slot)]) { try appendLinks(slot, level + 1) }
    }
    try blocks.pad(to: layout.vectors, file)
    for slot in slots { try blocks.append(view.vector(slot), count: view.stride, to: file) }
    try blocks.pad(to: layout.blockTable, file)
    try blocks.flush(to: file)

    let table = blocks.checksums
    header.tableChecksum = table.withUnsafeBytes { CRC32C.extend(0, by: $0) }
    try table.withUnsafeBytes { try file.write($0, at: layout.blockTable.lowerBound) }
    let encoded = header.encoded(fileByteCount: layout.byteCount)
    try encoded.withUnsafeBytes { try file.write($0, at: 0) }
    try file.commit()
    let checksum = CRC32C.checksum(Array(encoded.dropLast(4)))
    return Stamp(byteCount: layout.byteCount, checksum: checksum)
  }
}

extension MutableGraph {
  /// Takes a graph from its file, to change it.
  /// - Complexity: O(size of the file).
  public convenience init(_ file: GraphFile) throws {
    try self.init(dimension: file.dimension, metric: file.metric, parameters: file.parameters)
    let source = file.view
    let m = parameters.m
    reserve(source.count)
    vectors.base.update(from: source.vectors, count: source.count * stride)
    ids.base.update(from: source.ids, count: source.count)
    levels.base.update(from: source.levels, count: source.count)
    groundLinks.base.update(from: source.groundLinks, count: source.count * 2 * m)
    upperRows.base.update(from: source.upperRows, count: source.count)
    upperRowCount = file.header.upperRowCount
    upperLinks.reserve(upperRowCount * m)
    upperLinks.base.update(from: source.upperLinks, count: upperRowCount * m)
    slotCount = source.count
    for slot in 0..<UInt32(source.count) { slotOfID[source.ids[Int(slot)]] = slot }
    entry = source.entry
    topLevel = source.topLevel
    // The mapping has to outlive the copies above.
    withExtendedLifetime(file) {}
  }
}

/// Collects bytes into blocks and writes each with its checksum taken.
private struct BlockWriter {
  private(set) var checksums: [UInt32] = []
  private var block: [UInt8] = []
  private var offset: Int

  init(offset: Int) {
    self.offset = offset
    block.reserveCapacity(GraphFileHeader.blockByteCount)
  }

  mutating func append<Value: BitwiseCopyable>(
    _ values: UnsafePointer<Value>, count: Int, to file: borrowing AtomicFile
  ) throws {
    try append(
      UnsafeRawBufferPointer(start: values, count: count * MemoryLayout<Value>.stride), to: file)
  }

  /// Adds zeros up to the start of the next section.
  mutating func pad(to section: Range<Int>, _ file: borrowing AtomicFile) throws {
    let zeros = [UInt8](repeating: 0, count: section.lowerBound - offset - block.count)
    try zeros.withUnsafeBytes { try append($0, to: file) }
  }

  /// Writes the last block, which may be short.
  mutating func flush(to file: borrowing AtomicFile) throws {
    guard !block.isEmpty else { return }
    try block.withUnsafeBytes { try file.write($0, at: offset) }
    checksums.append(CRC32C.checksum(block))
    offset += block.count
    block.removeAll(keepingCapacity: true)
  }

  private mutating func append(
    _ bytes: UnsafeRawBufferPointer, to file: borrowing AtomicFile
  ) throws {
    var rest = bytes[...]
    while !rest.isEmpty {
      let part = rest.prefix(GraphFileHeader.blockByteCount - block.count)
      block += part
      rest = rest[part.endIndex...]
      if block.count == GraphFileHeader.blockByteCount { try flush(to: file) }
    }
  }
}
