import CRAGKernels
public import RAGCore

/// A graph in a file: immutable, mapped, searched by any number of threads at once.
///
/// Opening reads the header and the checksums of the blocks. Each block is held against its
/// checksum, and what it holds against its range, before its first use: a search meets no damage
/// unnoticed and reads no more of the file than it needs.
public final class GraphFile: VectorSearching {
  /// Where the file was opened.
  public let path: String
  /// What ``write(_:to:threads:)`` returned for the file.
  public let stamp: FileStamp
  /// The number of vectors.
  public var count: Int { header.count }
  /// The length of every vector.
  public var dimension: Int { header.dimension }
  /// The measure of likeness.
  public var metric: VectorMetric { header.metric }
  /// How vectors are kept.
  public var encoding: VectorEncoding { header.encoding }
  /// What the graph was built with.
  public var parameters: HNSWParameters { header.parameters }

  let header: GraphFileHeader
  let coder: VectorCoder
  private let file: MappedFile
  private let checks: GraphChecks
  /// The first byte of `file`, which lives as long as this object and is never written to.
  nonisolated(unsafe) private let start: UnsafeRawPointer
  private let layout: GraphFileHeader.Layout
  private let scratches = SearchScratchPool()

  /// Opens a file. With `expecting`, it has to be the very one that the stamp was taken of.
  ///
  /// - Throws: ``RAGError`` of code `corrupt` for a file of a damaged header or block table, one
  ///   that contradicts itself or one of another stamp; `incompatibleFormat` for one of another
  ///   kind, version or byte order; `notFound` or `io` when it cannot be read.
  /// - Complexity: O(size of the block table), a thousandth of the file.
  public init(path: String, expecting: FileStamp? = nil) throws {
    self.path = path
    file = try MappedFile(path: path)
    (header, layout, stamp) = try GraphFileHeader.read(file.bytes, path: path)
    // A file that has a header has bytes.
    guard let start = file.bytes.baseAddress else {
      throw RAGError(.corrupt, "the file is empty; write it anew ('rag repair')", path: path)
    }
    self.start = start
    guard expecting == nil || expecting == stamp else {
      throw RAGError(
        .corrupt, "this is another graph file than the index names; write it anew ('rag repair')",
        path: path)
    }
    checks = try GraphChecks(file.bytes, path: path)
    let centre = (start + layout.centre.lowerBound).assumingMemoryBound(to: Float.self)
    try checks.check(centre, byteCount: layout.centre.count)
    coder = VectorCoder(
      metric: header.metric, layout: header.codes,
      centre: Array(UnsafeBufferPointer(start: centre, count: header.dimension)))
  }

  /// Holds all of the file against its checksums, and its parts against each other.
  ///
  /// - Throws: ``RAGError`` of code `corrupt` that names the place.
  /// - Complexity: O(size of the file).
  public func check() throws { try checks.checkAll() }

  /// Whether nobody has written to the file since it was opened.
  package var isUnchanged: Bool { file.isUnchanged }

  /// Gives the memory back that holds the file, of which a search reads again what it needs.
  func releasePages() { file.releasePages() }

  /// Whether a vector of this id is in the file.
  ///
  /// - Throws: ``RAGError`` of code `corrupt`.
  public func contains(_ id: Int64) throws -> Bool {
    let ids = try checkedIDs()
    let slot = ids.firstIndex(notBelow: id, from: 0)
    return slot < ids.count && ids[slot] == id
  }

  /// The ids of all vectors, ascending.
  ///
  /// - Throws: ``RAGError`` of code `corrupt`.
  public func ids() throws -> [Int64] { Array(try checkedIDs()) }

  /// Answers a query.
  public func search(_ query: VectorQuery) throws -> VectorSearchResult {
    let vector = try query.prepared(metric, dimension: dimension)
    let allowed = try slots(query.allowing, query.excluding)
    try checks.checkSome()
    return try scratches.withScratch { scratch in
      try view.search(
        query, vector: coder.encode(query: vector, into: scratch.query),
        queryLength: vector.length, allowed: allowed, scratch)
    }
  }

  /// The graph for reading; valid while the file is referenced.
  var view: GraphView {
    GraphView(
      vectors: CodedVectors(
        layout: header.codes, metric: metric, coarse: section(layout.coarse),
        fine: section(layout.fine), terms: section(layout.terms)),
      m: parameters.m, slotCount: count, count: count, entry: header.entry,
      topLevel: header.topLevel, largestLength: header.largestLength,
      calibration: header.calibration, ids: section(layout.ids),
      groundLinks: section(layout.groundLinks), upperRows: section(layout.upperRows),
      upperLinks: section(layout.upperLinks), upperRowCount: header.upperRowCount, live: nil,
      guarding: checks)
  }

  private func checkedIDs() throws -> UnsafeBufferPointer<Int64> {
    let ids: UnsafePointer<Int64> = section(layout.ids)
    if count > 0 { try checks.check(ids, byteCount: layout.ids.count) }
    return UnsafeBufferPointer(start: ids, count: count)
  }

  /// The start of a section; the layout keeps it inside the file, and aligned for its type.
  private func section<Element>(_ range: Range<Int>) -> UnsafePointer<Element> {
    (start + range.lowerBound).assumingMemoryBound(to: Element.self)
  }

  private func slots(_ allowing: IDSet?, _ excluding: IDSet?) throws -> SlotSet? {
    guard allowing != nil || excluding != nil else { return nil }
    let ids = try checkedIDs()
    var set = SlotSet(slotCount: count, isFull: allowing == nil)
    ids.forEachIndex(of: allowing) { set.insert(UInt32($0)) }
    ids.forEachIndex(of: excluding) { set.remove(UInt32($0)) }
    return set
  }
}
