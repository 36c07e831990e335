import CRAGKernels
import RAGCore

/// A graph in memory that takes and gives up vectors: hierarchical navigable small world after
/// Malkov & Yashunin 2018 (arXiv:1603.09320).
///
/// Any number of threads may search it, also while one inserts or deletes: changes become visible
/// a batch at a time. The same insertions and deletions in the same order give the same graph, to
/// the byte, on any number of threads and any CPU. To keep it, write it to a ``GraphFile``.
///
/// `@unchecked Sendable`: `changing` lets in one writer at a time, and `lock` keeps searches out
/// while that writer changes what they read.
public final class MutableGraph: VectorSearching, @unchecked Sendable {
  /// The length of every vector.
  public let dimension: Int
  /// The measure of likeness.
  public let metric: VectorMetric
  /// How vectors are kept.
  public let encoding: VectorEncoding
  /// What the graph is built with.
  public let parameters: HNSWParameters
  /// The number of vectors.
  public var count: Int { lock.reading { live.count } }

  let layout: CodeLayout
  let lock = ReadWriteLock()
  let changing = ReadWriteLock()
  let scratches = SearchScratchPool()

  var coder: VectorCoder
  var calibration = Calibration.standard
  var slotOfID: [Int64: UInt32] = [:]
  /// Slots below this number have been used; those among them without a node are in `freeSlots`.
  var slotCount = 0
  /// The slots that hold a node.
  var live = SlotSet(slotCount: 0)
  var freeSlots: [UInt32] = []
  var entry = GraphView.none
  var topLevel = 0
  var largestLength: Float = 0

  var coarse = AlignedBuffer<UInt8>(capacity: 0)
  var fine = AlignedBuffer<UInt8>(capacity: 0)
  var terms = AlignedBuffer<rag_code_terms>(capacity: 0)
  var bytes = AlignedBuffer<UInt8>(capacity: 0)
  var byteSums = AlignedBuffer<UInt32>(capacity: 0)
  var byteLengths = AlignedBuffer<Float>(capacity: 0)
  var ids = AlignedBuffer<Int64>(capacity: 0)
  var levels = AlignedBuffer<UInt8>(capacity: 0)
  var groundLinks = AlignedBuffer<UInt32>(capacity: 0)
  var upperRows = AlignedBuffer<UInt32>(capacity: 0)
  var upperLinks = AlignedBuffer<UInt32>(capacity: 0)
  /// Rows of `upperLinks` in use, those in `freeUpperRows` included.
  var upperRowCount = 0
  /// First rows of runs without a node, by the length of the run.
  var freeUpperRows: [Int: [UInt32]] = [:]

  /// Makes an empty graph.
  ///
  /// - Throws: ``RAGError`` of code `invalidInput` for a dimension or parameters out of range.
  public init(
    dimension: Int, metric: VectorMetric, encoding: VectorEncoding = .compact,
    parameters: HNSWParameters = HNSWParameters()
  ) throws {
    self.dimension = try HNSWParameters.checked(dimension: dimension)
    self.metric = metric
    self.encoding = encoding
    self.parameters = try parameters.checked()
    layout = CodeLayout(dimension: dimension, encoding: encoding)
    coder = VectorCoder(
      metric: metric, layout: layout, centre: Array(repeating: 0, count: dimension))
  }

  /// Whether a vector of this id is in the graph.
  public func contains(_ id: Int64) -> Bool { lock.reading { slotOfID[id] != nil } }

  /// Answers a query.
  public func search(_ query: VectorQuery) throws -> VectorSearchResult {
    let vector = try query.prepared(metric, dimension: dimension)
    return try scratches.withScratch { scratch in
      try lock.reading {
        let allowed = slots(query.allowing, query.excluding)
        return try view.search(
          query, vector: coder.encode(query: vector, into: scratch.query),
          queryLength: vector.length, allowed: allowed, scratch)
      }
    }
  }

  private func slots(_ allowing: IDSet?, _ excluding: IDSet?) -> SlotSet? {
    guard allowing != nil || excluding != nil else { return nil }
    var set = allowing == nil ? live : SlotSet(slotCount: slotCount)
    for id in allowing?.sorted ?? [] {
      if let slot = slotOfID[id], live.contains(slot) { set.insert(slot) }
    }
    for id in excluding?.sorted ?? [] { if let slot = slotOfID[id] { set.remove(slot) } }
    return set
  }

  /// The graph for reading; valid until the next change.
  var view: GraphView {
    GraphView(
      vectors: CodedVectors(
        layout: layout, metric: metric, coarse: coarse.base, fine: fine.base, terms: terms.base),
      m: parameters.m, slotCount: slotCount, count: live.count, entry: entry, topLevel: topLevel,
      largestLength: largestLength, calibration: calibration, ids: ids.base,
      groundLinks: groundLinks.base, upperRows: upperRows.base, upperLinks: upperLinks.base,
      upperRowCount: upperRowCount, live: live.count == slotCount ? nil : live, guarding: nil)
  }

  /// The nodes for comparison with each other; valid until the next growth.
  var byteCodes: ByteCodes {
    ByteCodes(
      layout: layout, bytes: bytes.base, sums: byteSums.base, squaredLengths: byteLengths.base,
      terms: terms.base)
  }

  /// The slots that hold a node, by ascending id: an order that does not depend on which slots
  /// were reused.
  var slotsByID: [UInt32] {
    let ids = ids.base
    return live.slots.sorted { ids[Int($0)] < ids[Int($1)] }
  }

  /// The links of a node on a level that it has, for writing.
  func mutableLinks(_ slot: UInt32, _ level: Int) -> UnsafeMutablePointer<UInt32> {
    let m = parameters.m
    return level == 0
      ? groundLinks.base + Int(slot) * (2 * m)
      : upperLinks.base + (Int(upperRows.base[Int(slot)]) + level - 1) * m
  }

  /// The links of a node on a level that it has.
  func currentLinks(_ slot: UInt32, _ level: Int) -> UnsafeBufferPointer<UInt32> {
    let links = mutableLinks(slot, level)
    let degree = level == 0 ? 2 * parameters.m : parameters.m
    var count = 0
    while count < degree, links[count] != GraphView.none { count += 1 }
    return UnsafeBufferPointer(start: links, count: count)
  }

  /// Writes a list of links, ended where it is not full.
  func setLinks(_ slot: UInt32, _ level: Int, _ targets: some Collection<UInt32>) {
    let links = mutableLinks(slot, level)
    let degree = level == 0 ? 2 * parameters.m : parameters.m
    for (index, target) in targets.enumerated() { links[index] = target }
    (links + targets.count).update(repeating: GraphView.none, count: degree - targets.count)
  }
}

extension VectorQuery {
  /// The vector in the form that is compared.
  func prepared(_ metric: VectorMetric, dimension: Int) throws -> [Float] {
    let vector = try metric.prepare(vector, dimension: dimension)
    guard k > 0 else { throw RAGError(.invalidInput, "k must be at least 1, not \(k)") }
    if case .recall(let recall) = effort, !(0...1).contains(recall) {
      throw RAGError(.invalidInput, "a recall is a share from 0 to 1, not \(recall)")
    }
    return vector
  }
}

extension [Float] {
  var length: Float { reduce(0) { $0 + $1 * $1 }.squareRoot() }
}
