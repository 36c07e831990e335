import RAGCore

/// A graph in a file: immutable, mapped, searched by any number of threads at once.
///
/// Opening reads all of it once: every byte is held against its checksum, every id, level and
/// link against its range, so that search meets no damage and needs no checks.
public final class GraphFile: Sendable {
  /// Tells one written file from every other.
  public struct Stamp: Sendable, Hashable {
    /// The size of the file.
    public var byteCount: Int
    /// The checksum of its header, which covers the checksums of all else.
    public var checksum: UInt32

    /// Makes a stamp, as stored elsewhere.
    public init(byteCount: Int, checksum: UInt32) {
      self.byteCount = byteCount
      self.checksum = checksum
    }
  }

  /// Where the file was opened.
  public let path: String
  /// What ``write(_:to:)`` returned for the file.
  public let stamp: Stamp
  /// The number of vectors.
  public var count: Int { header.count }
  /// The length of every vector.
  public var dimension: Int { header.dimension }
  /// The measure of likeness.
  public var metric: VectorMetric { header.metric }
  /// What the graph was built with.
  public var parameters: HNSWParameters { header.parameters }

  let header: GraphFileHeader
  private let file: MappedFile
  /// The first byte of `file`, which lives as long as this object and is never written to.
  nonisolated(unsafe) private let start: UnsafeRawPointer
  private let layout: GraphFileHeader.Layout
  private let scratches = SearchScratchPool()

  /// Opens a file and checks it. With `expecting`, the file has to be the very one that the stamp
  /// was taken of.
  ///
  /// - Throws: ``RAGError`` of code `corrupt` for a damaged file, one that contradicts itself or
  ///   one of another stamp; `incompatibleFormat` for one of another kind, version or byte order;
  ///   `notFound` or `io` when it cannot be read.
  /// - Complexity: O(size of the file).
  public init(path: String, expecting: Stamp? = nil) throws {
    self.path = path
    file = try MappedFile(path: path)
    let check = try GraphFileCheck(file.bytes, path: path)
    // The check refuses a file that is shorter than its header, hence one without bytes.
    guard let start = file.bytes.baseAddress else {
      throw RAGError(.corrupt, "the file is empty; rebuild the index", path: path)
    }
    self.start = start
    header = check.header
    layout = check.layout
    let checksum = file.bytes.loadUnaligned(
      fromByteOffset: GraphFileHeader.byteCount - 4, as: UInt32.self)
    stamp = Stamp(byteCount: file.bytes.count, checksum: UInt32(littleEndian: checksum))
    guard expecting == nil || expecting == stamp else {
      throw RAGError(
        .corrupt, "this is another graph file than the index names; rebuild the index",
        path: path)
    }
    try check.run()
  }

  /// Whether a vector of this id is in the file.
  public func contains(_ id: Int64) -> Bool { slot(of: id) != nil }

  /// The vector of an id as it is compared (for ``VectorMetric/cosine`` scaled to length 1), or
  /// nil.
  public func vector(of id: Int64) -> [Float]? {
    slot(of: id).map { Array(UnsafeBufferPointer(start: view.vector($0), count: dimension)) }
  }

  /// The ids of all vectors, ascending.
  public var ids: [Int64] { Array(sortedIDs) }

  /// The graph for reading; valid while the file is referenced.
  var view: GraphView {
    GraphView(
      dimension: dimension, stride: GraphView.stride(dimension: dimension),
      kernel: ScoreKernel(metric), m: parameters.m, slotCount: count, count: count,
      entry: header.entry, topLevel: header.topLevel, vectors: section(layout.vectors),
      ids: section(layout.ids), levels: section(layout.levels),
      groundLinks: section(layout.groundLinks), upperRows: section(layout.upperRows),
      upperLinks: section(layout.upperLinks))
  }

  private var sortedIDs: UnsafeBufferPointer<Int64> {
    UnsafeBufferPointer(start: section(layout.ids), count: count)
  }

  /// The start of a section; the layout keeps it inside the file, and aligned for its type.
  private func section<Element>(_ range: Range<Int>) -> UnsafePointer<Element> {
    (start + range.lowerBound).assumingMemoryBound(to: Element.self)
  }

  private func slot(of id: Int64) -> UInt32? {
    let ids = sortedIDs
    let slot = ids.firstIndex(notBelow: id, from: 0)
    return slot < ids.count && ids[slot] == id ? UInt32(slot) : nil
  }
}

extension GraphFile {
  /// The best `k` vectors by score, ties by id; exactly min(k, allowed vectors) of them.
  ///
  /// `ef` is the effort: the candidates kept by the walk, at least `k`. `allowing` restricts the
  /// search to its ids, `excluding` leaves out its ids.
  /// - Throws: ``RAGError`` of code `dimensionMismatch` or `invalidInput` for a query that cannot
  ///   be compared or a `k` that is not positive.
  /// - Complexity: about O(ef · log(count) · dimension) without a filter; with one at most twice
  ///   the exact scan of the allowed vectors.
  public func search(
    _ query: [Float], k: Int, ef: Int, allowing: IDSet? = nil, excluding: IDSet? = nil
  ) throws -> [VectorMatch] {
    try checked(query, k) { query, scratch in
      view.search(query, k: k, ef: ef, allowed: slots(allowing, excluding), scratch)
    }
  }

  /// The best `k` vectors by scoring every allowed one: the truth that
  /// ``search(_:k:ef:allowing:excluding:)`` comes near to.
  public func exactSearch(
    _ query: [Float], k: Int, allowing: IDSet? = nil, excluding: IDSet? = nil
  ) throws -> [VectorMatch] {
    try checked(query, k) { query, scratch in
      view.scan(query, k: k, allowed: slots(allowing, excluding), scratch)
    }
  }

  private func checked(
    _ query: [Float], _ k: Int,
    _ body: (UnsafePointer<Float>, SearchScratch) -> [VectorMatch]
  ) throws -> [VectorMatch] {
    let query = try metric.prepare(query, dimension: dimension)
    guard k > 0 else { throw RAGError(.invalidInput, "k must be at least 1, not \(k)") }
    return scratches.withScratch { body(query, $0) }
  }

  private func slots(_ allowing: IDSet?, _ excluding: IDSet?) -> SlotSet? {
    guard allowing != nil || excluding != nil else { return nil }
    var set = SlotSet(slotCount: count)
    if let allowing {
      forEachSlot(of: allowing) { set.insert($0) }
    } else {
      for slot in 0..<UInt32(count) { set.insert(slot) }
    }
    if let excluding { forEachSlot(of: excluding) { set.remove($0) } }
    return set
  }

  /// Walks through two ascending lists side by side.
  private func forEachSlot(of wanted: IDSet, _ body: (UInt32) -> Void) {
    let ids = sortedIDs
    var slot = 0
    for id in wanted.sorted {
      slot = ids.firstIndex(notBelow: id, from: slot)
      if slot == ids.count { return }
      if ids[slot] == id { body(UInt32(slot)) }
    }
  }
}

extension UnsafeBufferPointer<Int64> {
  /// The first index from `start` on whose value is not below `value`, in ascending values.
  /// - Complexity: O(log(distance)).
  fileprivate func firstIndex(notBelow value: Int64, from start: Int) -> Int {
    var step = 1
    var low = start
    while low + step <= count, self[low + step - 1] < value {
      low += step
      step *= 2
    }
    var high = Swift.min(low + step - 1, count)
    while low < high {
      let middle = (low + high) / 2
      if self[middle] < value { low = middle + 1 } else { high = middle }
    }
    return low
  }
}
