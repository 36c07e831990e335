public import RAGCore

extension GraphFile {
  /// Writes a graph to a file, in place of one that may be there: a reader finds the old file or
  /// the whole new one, also after a crash. First, nodes that nothing leads to are linked, and the
  /// effort for each recall is measured.
  ///
  /// Nodes are written by ascending id, so the bytes depend on the graph alone and not on which
  /// slots were reused.
  /// - Throws: ``RAGError`` of code `io`, `diskFull`, `readOnly` or `notFound` (the directory);
  ///   `cancelled`.
  /// - Complexity: O(size of the file).
  @discardableResult
  public static func write(
    _ graph: MutableGraph, to path: String, threads: Int = 1
  ) throws -> FileStamp {
    try graph.linkUnreachable()
    try graph.calibrate(threads: threads)
    return try graph.changing.reading { try write(unchanging: graph, to: path) }
  }

  private static func write(unchanging graph: MutableGraph, to path: String) throws -> FileStamp {
    let view = graph.view
    let slots = graph.slotsByID
    let levels = graph.levels.base
    var renumbered = Array(repeating: GraphView.none, count: view.slotCount)
    for (rank, slot) in slots.enumerated() { renumbered[Int(slot)] = UInt32(rank) }

    var header = GraphFileHeader(
      count: slots.count, upperRowCount: slots.reduce(0) { $0 + Int(levels[Int($1)]) },
      dimension: graph.dimension, metric: graph.metric, parameters: graph.parameters,
      entry: slots.isEmpty ? GraphView.none : renumbered[Int(view.entry)],
      topLevel: view.topLevel, encoding: graph.encoding, largestLength: graph.largestLength,
      calibration: graph.calibration)
    guard let layout = header.layout else {
      throw RAGError(.limitExceeded, "the graph is too large for a file", path: path)
    }

    let output = try FileOutput(path: path)
    var blocks = BlockWriter(output)
    try blocks.append(graph.coder.centre, count: graph.dimension)
    try blocks.pad()
    for slot in slots { try blocks.append(view.ids + Int(slot), count: 1) }
    try blocks.pad()
    var row: UInt32 = 0
    try blocks.append(&row, count: 1)
    for slot in slots {
      row += UInt32(levels[Int(slot)])
      try blocks.append(&row, count: 1)
    }
    var links = Array(repeating: GraphView.none, count: view.degree(0))
    func appendLinks(_ slot: UInt32, _ level: Int) throws {
      let degree = view.degree(level)
      let old = graph.mutableLinks(slot, level)
      for index in 0..<degree {
        links[index] = old[index] == GraphView.none ? GraphView.none : renumbered[Int(old[index])]
      }
      try blocks.append(links, count: degree)
    }
    try blocks.pad()
    for slot in slots {
      for level in 0..<Int(levels[Int(slot)]) { try appendLinks(slot, level + 1) }
    }
    try blocks.pad()
    for slot in slots { try appendLinks(slot, 0) }
    let codes = graph.layout
    try blocks.pad()
    for slot in slots { try blocks.append(view.vectors.terms + Int(slot), count: 1) }
    try blocks.pad()
    for slot in slots {
      let start = view.vectors.coarse + Int(slot) * codes.coarseStride
      try blocks.append(start, count: codes.coarseStride)
    }
    try blocks.pad()
    for slot in slots {
      let start = view.vectors.fine + Int(slot) * codes.fineStride
      try blocks.append(start, count: codes.fineStride)
    }
    let stamp = try blocks.finish { checksum in
      header.tableChecksum = checksum
      return header.encoded(fileByteCount: layout.byteCount)
    }
    try output.commit()
    return stamp
  }
}

extension MutableGraph {
  /// Takes a graph from its file, to change it. All of the file is checked.
  ///
  /// - Throws: ``RAGError`` of code `corrupt` when a part of the file is damaged; `cancelled`.
  /// - Complexity: O(size of the file).
  public convenience init(_ file: GraphFile) throws {
    try file.check()
    try self.init(
      dimension: file.dimension, metric: file.metric, encoding: file.encoding,
      parameters: file.parameters)
    let source = file.view
    let count = source.count
    let m = parameters.m
    coder = file.coder
    calibration = source.calibration
    reserve(count)
    // Each large section is let go before the next, so that the file is not in memory twice.
    file.releasePages()
    coarse.base.update(from: source.vectors.coarse, count: count * layout.coarseStride)
    file.releasePages()
    fine.base.update(from: source.vectors.fine, count: count * layout.fineStride)
    file.releasePages()
    terms.base.update(from: source.vectors.terms, count: count)
    ids.base.update(from: source.ids, count: count)
    groundLinks.base.update(from: source.groundLinks, count: count * 2 * m)
    file.releasePages()
    upperRows.base.update(from: source.upperRows, count: count)
    upperRowCount = source.upperRowCount
    upperLinks.reserve(upperRowCount * m)
    upperLinks.base.update(from: source.upperLinks, count: upperRowCount * m)
    slotCount = count
    live.grow(slotCount: count)
    for slot in 0..<UInt32(count) {
      let index = Int(slot)
      levels.base[index] = UInt8(source.upperRows[index + 1] - source.upperRows[index])
      slotOfID[source.ids[index]] = slot
      live.insert(slot)
    }
    try restoreByteCodes()
    entry = source.entry
    topLevel = source.topLevel
    largestLength = source.largestLength
    file.releasePages()
  }
}
