import RAGCore
import Synchronization

/// Checks the blocks of a graph file, each before its first use: its checksum, and the range of
/// what search relies on.
///
/// `@unchecked Sendable`: the file's bytes never change.
final class GraphChecks: @unchecked Sendable {
  private let header: GraphFileHeader
  private let layout: GraphFileHeader.Layout
  private let bytes: UnsafeRawBufferPointer
  private let base: UnsafeRawPointer
  private let blocks: BlockChecks
  /// The blocks before the fine codes, which walks and scans read; and those of them that are not
  /// checked yet.
  private let passBlocks: Range<Int>
  private let remaining: Atomic<Int>
  private let sweep = Atomic(0)

  /// Reads the header and the block table of a file in memory.
  ///
  /// - Throws: ``RAGError`` of code `incompatibleFormat` or `corrupt`.
  init(_ bytes: UnsafeRawBufferPointer, path: String) throws {
    let (header, layout, _) = try GraphFileHeader.read(bytes, path: path)
    blocks = try BlockChecks(
      bytes, of: GraphFileHeader.kind, table: layout.blockTable,
      tableChecksum: header.tableChecksum, path: path)
    // A file that has a header has bytes.
    guard let base = bytes.baseAddress else { throw blocks.corrupt("it is empty") }
    self.header = header
    self.layout = layout
    self.bytes = bytes
    self.base = base
    let offset = layout.fine.lowerBound - BlockFileKind.headerByteCount
    passBlocks = 0..<min(blocks.count, offset / BlockFileKind.blockByteCount + 1)
    remaining = Atomic(passBlocks.count)
  }

  /// Whether all that a first pass reads was checked.
  @inline(__always)
  var isPassChecked: Bool { remaining.load(ordering: .acquiring) == 0 }

  /// Checks some of the last blocks that no search happened to need, so that searches need not ask
  /// about each node for ever.
  func checkSome() throws {
    let left = remaining.load(ordering: .acquiring)
    guard left > 0, left < passBlocks.count / 4 else { return }
    let start = sweep.add(Self.sweepLength, ordering: .relaxed).oldValue % passBlocks.count
    for block in start..<min(start + Self.sweepLength, passBlocks.upperBound)
    where !blocks.isChecked(block) {
      try check(block: block)
    }
  }

  private static let sweepLength = 64

  func corrupt(_ what: String) -> RAGError { blocks.corrupt(what) }

  /// Checks the blocks that hold some bytes of the file, unless that was done before.
  ///
  /// - Throws: ``RAGError`` of code `corrupt` that names the place.
  @inline(__always)
  func check(_ pointer: UnsafeRawPointer, byteCount: Int) throws {
    let offset = pointer - base
    try blocks.forEachUnchecked(in: offset..<(offset &+ byteCount)) { try check(block: $0) }
  }

  /// Checks what the coarse scores of a range of nodes are made from.
  func checkCoarse(_ slots: Range<Int>, in vectors: CodedVectors) throws {
    guard !slots.isEmpty else { return }
    let stride = vectors.layout.coarseStride
    try check(vectors.coarse + slots.lowerBound * stride, byteCount: slots.count * stride)
    try check(vectors.terms + slots.lowerBound, byteCount: slots.count * 8)
  }

  /// Checks all of the file, also what no search relies on.
  func checkAll() throws {
    try blocks.forEachUnchecked { try check(block: $0) }
    try checkNodes()
  }

  private func check(block: Int) throws {
    try checkRanges(in: blocks.verify(block))
    if blocks.mark(block), passBlocks.contains(block) {
      remaining.subtract(1, ordering: .acquiringAndReleasing)
    }
  }

  private func checkRanges(in range: Range<Int>) throws {
    var previous = Int64.min
    for id in part(of: layout.ids, in: range, as: Int64.self) {
      guard id > previous || id == .min else { throw corrupt("its ids are out of order") }
      previous = id
    }
    for row in part(of: layout.upperRows, in: range, as: UInt32.self) {
      guard row <= header.upperRowCount else { throw corrupt("the level of a node is wrong") }
    }
    for links in [layout.upperLinks, layout.groundLinks] {
      for link in part(of: links, in: range, as: UInt32.self) {
        guard link == GraphView.none || link < header.count else {
          throw corrupt("a link leads nowhere")
        }
      }
    }
    let largest = Float(VectorMetric.largestSquaredLength * 8)
    for value in part(of: layout.terms, in: range, as: Float.self) {
      guard (0...largest).contains(value) else { throw corrupt("a code cannot be compared") }
    }
    if header.encoding == .float32 {
      for value in part(of: layout.fine, in: range, as: Float.self) {
        guard value.isFinite else { throw corrupt("a vector cannot be compared") }
      }
    }
    for value in part(of: layout.centre, in: range, as: Float.self) {
      // A mean of vectors that can be compared is no longer than they are.
      guard Double(value) * Double(value) <= VectorMetric.largestSquaredLength else {
        throw corrupt("its centre cannot be compared")
      }
    }
  }

  /// Ids ascend, levels account for every row of links, and links lead to nodes of their level.
  private func checkNodes() throws {
    let ids = part(of: layout.ids, in: layout.ids, as: Int64.self)
    for index in ids.indices.dropFirst() where ids[index - 1] >= ids[index] {
      throw corrupt("its ids are out of order")
    }
    let rows = part(of: layout.upperRows, in: layout.upperRows, as: UInt32.self)
    for index in rows.indices.dropFirst() {
      guard rows[index] >= rows[index - 1],
        rows[index] - rows[index - 1] <= UInt32(header.topLevel)
      else { throw corrupt("the level of a node is wrong") }
    }
    guard rows.first == 0, rows.last == UInt32(header.upperRowCount) else {
      throw corrupt("the level of a node is wrong")
    }
    func level(_ slot: UInt32) -> UInt32 { rows[Int(slot) + 1] - rows[Int(slot)] }
    guard header.count == 0 || level(header.entry) == UInt32(header.topLevel) else {
      throw corrupt("its entry point is not on the top level")
    }
    let m = header.parameters.m
    let upper = part(of: layout.upperLinks, in: layout.upperLinks, as: UInt32.self)
    let ground = part(of: layout.groundLinks, in: layout.groundLinks, as: UInt32.self)
    for slot in 0..<UInt32(header.count) {
      if slot % 4_096 == 0 { try Cancellation.check() }
      let node = Int(slot)
      try checkList(ground[(node * 2 * m)..<((node + 1) * 2 * m)]) { $0 != slot }
      for row in rows[node]..<rows[node + 1] {
        let floor = row - rows[node] + 1
        try checkList(upper[(Int(row) * m)..<((Int(row) + 1) * m)]) {
          $0 != slot && level($0) >= floor
        }
      }
    }
  }

  private func checkList(
    _ links: Slice<UnsafeBufferPointer<UInt32>>, _ isSound: (UInt32) -> Bool
  ) throws {
    let end = links.firstIndex(of: GraphView.none) ?? links.endIndex
    guard links[..<end].allSatisfy(isSound),
      links[end...].allSatisfy({ $0 == GraphView.none })
    else { throw corrupt("a link leads nowhere") }
  }

  /// The elements of a section that begin in a range of the file; the layout keeps sections inside
  /// the file and aligned, and blocks begin at multiples of 64.
  private func part<Element>(
    of section: Range<Int>, in range: Range<Int>, as: Element.Type
  ) -> UnsafeBufferPointer<Element> {
    let common = section.clamped(to: range)
    return UnsafeRawBufferPointer(rebasing: bytes[common]).assumingMemoryBound(to: Element.self)
  }
}
