import CRAGKernels
import RAGCore

/// Vectors without a graph, searched by a scan of their codes: for small collections, and for the
/// few that no graph holds yet. Needs no build.
public struct FlatIndex: VectorSearching {
  /// The length of every vector.
  public let dimension: Int
  /// The measure of likeness.
  public let metric: VectorMetric
  /// How vectors are kept.
  public let encoding: VectorEncoding
  /// The ids, in the order of their insertion.
  public private(set) var ids: [Int64] = []
  private var isAscending = true
  private var rows = FlatRows()
  private let coder: VectorCoder
  private let scratches = SearchScratchPool()

  /// Makes an empty index.
  ///
  /// - Throws: ``RAGError`` of code `invalidInput` for a dimension outside
  ///   ``HNSWParameters/dimensions``.
  public init(
    dimension: Int, metric: VectorMetric, encoding: VectorEncoding = .compact
  ) throws {
    self.dimension = try HNSWParameters.checked(dimension: dimension)
    self.metric = metric
    self.encoding = encoding
    coder = VectorCoder(
      metric: metric, layout: CodeLayout(dimension: dimension, encoding: encoding),
      centre: Array(repeating: 0, count: dimension))
  }

  /// The number of vectors.
  public var count: Int { ids.count }

  /// Adds a vector. An id may come only once; this is not checked here.
  ///
  /// - Throws: ``RAGError`` of code `dimensionMismatch` or `invalidInput` for a vector that cannot
  ///   be compared.
  /// - Complexity: O(dimension · log(dimension)), and O(count) for the first after a copy.
  public mutating func append(id: Int64, vector: [Float]) throws {
    let prepared = try metric.prepare(vector, dimension: dimension)
    if !isKnownUniquelyReferenced(&rows) { rows = FlatRows(rows, count: count, coder.layout) }
    rows.append(prepared, row: count, coder)
    isAscending = isAscending && ids.last ?? .min < id
    ids.append(id)
  }

  /// Answers a query. The effort makes no difference but for ``SearchEffort/exact``.
  /// - Complexity: O(count · dimension).
  public func search(_ query: VectorQuery) throws -> VectorSearchResult {
    let vector = try query.prepared(metric, dimension: dimension)
    return try scratches.withScratch { scratch in
      try ids.withUnsafeBufferPointer { buffer in
        guard let ids = buffer.baseAddress else {
          return VectorSearchResult(matches: [], statistics: SearchStatistics(plan: .scan))
        }
        return try rows.view(ids: ids, count: count, coder).search(
          query, vector: coder.encode(query: vector, into: scratch.query), queryLength: 0,
          allowed: allowed(query), scratch)
      }
    }
  }

  private func allowed(_ query: VectorQuery) -> SlotSet? {
    guard query.allowing != nil || query.excluding != nil else { return nil }
    var set = SlotSet(slotCount: count, isFull: query.allowing == nil && isAscending)
    guard !isAscending else {
      ids.withUnsafeBufferPointer { ids in
        ids.forEachIndex(of: query.allowing) { set.insert(UInt32($0)) }
        ids.forEachIndex(of: query.excluding) { set.remove(UInt32($0)) }
      }
      return set
    }
    let allowed = query.allowing.map { Set($0.sorted) }
    let excluded = Set(query.excluding?.sorted ?? [])
    for (row, id) in ids.enumerated()
    where allowed?.contains(id) ?? true && !excluded.contains(id) {
      set.insert(UInt32(row))
    }
    return set
  }
}

/// The codes of a flat index.
///
/// `@unchecked Sendable`: it changes only while one index alone refers to it.
private final class FlatRows: @unchecked Sendable {
  private var coarse = AlignedBuffer<UInt8>(capacity: 0)
  private var fine = AlignedBuffer<UInt8>(capacity: 0)
  private var terms = AlignedBuffer<rag_code_terms>(capacity: 0)
  private var work = AlignedBuffer<Float>(capacity: 0)
  private var lowBits = AlignedBuffer<UInt8>(capacity: 0)

  init() {}

  init(_ other: FlatRows, count: Int, _ layout: CodeLayout) {
    reserve(count, layout)
    coarse.base.update(from: other.coarse.base, count: count * layout.coarseStride)
    fine.base.update(from: other.fine.base, count: count * layout.fineStride)
    terms.base.update(from: other.terms.base, count: count)
  }

  private func reserve(_ count: Int, _ layout: CodeLayout) {
    coarse.reserve(count * layout.coarseStride)
    fine.reserve(count * layout.fineStride)
    terms.reserve(count)
    work.reserve(layout.dimension)
    lowBits.reserve(layout.blocks * Int(RAG_FINE_BLOCK_BYTES))
  }

  func append(_ vector: [Float], row: Int, _ coder: VectorCoder) {
    reserve(row + 1, coder.layout)
    coder.encode(
      vector, coarse: coarse.base + row * coder.layout.coarseStride,
      fine: fine.base + row * coder.layout.fineStride, terms: terms.base + row,
      work: work.base, lowBits: lowBits.base)
  }

  /// A graph without links, which is only scanned.
  func view(ids: UnsafePointer<Int64>, count: Int, _ coder: VectorCoder) -> GraphView {
    GraphView(
      vectors: CodedVectors(
        layout: coder.layout, metric: coder.metric, coarse: coarse.base, fine: fine.base,
        terms: terms.base),
      m: 0, slotCount: count, count: count, entry: GraphView.none, topLevel: 0, largestLength: 0,
      calibration: .standard, ids: ids, groundLinks: FlatRows.noLinks,
      upperRows: FlatRows.noLinks, upperLinks: FlatRows.noLinks, upperRowCount: 0, live: nil,
      guarding: nil)
  }

  /// Never read: a view without an entry is not walked.
  nonisolated(unsafe) private static let noLinks = UnsafePointer(
    UnsafeMutablePointer<UInt32>.allocate(capacity: 1))
}
