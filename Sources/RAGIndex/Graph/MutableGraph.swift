import RAGCore

/// A graph in memory that takes and gives up vectors: hierarchical navigable small world after
/// Malkov & Yashunin 2018 (arXiv:1603.09320).
///
/// One owner changes it, and searches it between changes. The same insertions and deletions in the
/// same order give the same graph, to the byte. For many readers at once, write it to a file and
/// open that as a ``GraphFile``.
public final class MutableGraph {
  /// The length of every vector.
  public let dimension: Int
  /// The measure of likeness.
  public let metric: VectorMetric
  /// What the graph is built with.
  public let parameters: HNSWParameters
  /// The number of vectors.
  public var count: Int { slotOfID.count }

  let kernel: ScoreKernel
  let stride: Int
  var slotOfID: [Int64: UInt32] = [:]
  /// Slots below this number have been used; those among them without a node are in `freeSlots`.
  var slotCount = 0
  var freeSlots: [UInt32] = []
  var entry = GraphView.none
  var topLevel = 0

  var vectors: AlignedBuffer<Float>
  var ids: AlignedBuffer<Int64>
  var levels: AlignedBuffer<UInt8>
  var groundLinks: AlignedBuffer<UInt32>
  var upperRows: AlignedBuffer<UInt32>
  var upperLinks: AlignedBuffer<UInt32>
  /// Rows of `upperLinks` in use, those in `freeUpperRows` included.
  var upperRowCount = 0
  /// First rows of runs without a node, by the length of the run.
  var freeUpperRows: [Int: [UInt32]] = [:]

  let scratch = SearchScratch()
  var selection = LinkSelection()

  /// Makes an empty graph.
  ///
  /// - Throws: ``RAGError`` of code `invalidInput` for a dimension or parameters out of range.
  public init(
    dimension: Int, metric: VectorMetric, parameters: HNSWParameters = HNSWParameters()
  ) throws {
    self.dimension = try HNSWParameters.checked(dimension: dimension)
    self.metric = metric
    self.parameters = try parameters.checked()
    kernel = ScoreKernel(metric)
    stride = GraphView.stride(dimension: dimension)
    vectors = AlignedBuffer(capacity: 0)
    ids = AlignedBuffer(capacity: 0)
    levels = AlignedBuffer(capacity: 0)
    groundLinks = AlignedBuffer(capacity: 0)
    upperRows = AlignedBuffer(capacity: 0)
    upperLinks = AlignedBuffer(capacity: 0)
  }

  /// Makes room for `count` vectors in all, so that their insertion moves none.
  public func reserve(_ count: Int) {
    vectors.reserve(count * stride)
    ids.reserve(count)
    levels.reserve(count)
    groundLinks.reserve(count * 2 * parameters.m)
    upperRows.reserve(count)
    slotOfID.reserveCapacity(count)
  }

  /// Whether a vector of this id is in the graph.
  public func contains(_ id: Int64) -> Bool { slotOfID[id] != nil }

  /// The vector of an id as it is compared (for ``VectorMetric/cosine`` scaled to length 1), or
  /// nil.
  public func vector(of id: Int64) -> [Float]? {
    slotOfID[id].map { slot in
      Array(UnsafeBufferPointer(start: view.vector(slot), count: dimension))
    }
  }

  /// The graph for reading; valid until the next change.
  var view: GraphView {
    GraphView(
      dimension: dimension, stride: stride, kernel: kernel, m: parameters.m,
      slotCount: slotCount, count: count, entry: entry, topLevel: topLevel,
      vectors: vectors.base, ids: ids.base, levels: levels.base, groundLinks: groundLinks.base,
      upperRows: upperRows.base, upperLinks: upperLinks.base)
  }

  /// The slots that hold a node, by ascending id: an order that does not depend on which slots
  /// were reused.
  var slotsByID: [UInt32] {
    let ids = ids.base
    return slotOfID.values.sorted { ids[Int($0)] < ids[Int($1)] }
  }

  /// The links of a node on a level that it has, for writing.
  func mutableLinks(_ slot: UInt32, _ level: Int) -> UnsafeMutablePointer<UInt32> {
    let m = parameters.m
    return level == 0
      ? groundLinks.base + Int(slot) * (2 * m)
      : upperLinks.base + (Int(upperRows.base[Int(slot)]) + level - 1) * m
  }
}

extension MutableGraph {
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
    try checked(query, k) { query in
      view.search(query, k: k, ef: ef, allowed: slots(allowing, excluding), scratch)
    }
  }

  /// The best `k` vectors by scoring every allowed one: the truth that ``search(_:k:ef:allowing:excluding:)``
  /// comes near to.
  public func exactSearch(
    _ query: [Float], k: Int, allowing: IDSet? = nil, excluding: IDSet? = nil
  ) throws -> [VectorMatch] {
    try checked(query, k) { query in
      view.scan(query, k: k, allowed: slots(allowing, excluding), scratch)
    }
  }

  private func checked(
    _ query: [Float], _ k: Int, _ body: (UnsafePointer<Float>) -> [VectorMatch]
  ) throws -> [VectorMatch] {
    let query = try metric.prepare(query, dimension: dimension)
    guard k > 0 else { throw RAGError(.invalidInput, "k must be at least 1, not \(k)") }
    return body(query)
  }

  private func slots(_ allowing: IDSet?, _ excluding: IDSet?) -> SlotSet? {
    guard allowing != nil || excluding != nil else { return nil }
    var set = SlotSet(slotCount: slotCount)
    if let allowing {
      for id in allowing.sorted { if let slot = slotOfID[id] { set.insert(slot) } }
    } else {
      for slot in slotOfID.values { set.insert(slot) }
    }
    for id in excluding?.sorted ?? [] { if let slot = slotOfID[id] { set.remove(slot) } }
    return set
  }
}
