/// A graph as it lies in memory: what search needs, whoever owns the bytes.
///
/// Nodes are numbered by *slots* from 0. All pointers stay valid, and what they point to
/// unchanged, for as long as the owner lends the view.
///
/// `@unchecked Sendable`: nobody writes through it, and the owner lends it for reading only.
struct GraphView: @unchecked Sendable {
  /// Ends a list of links that is shorter than its room, and stands for "no node".
  static let none = UInt32.max

  let vectors: CodedVectors
  /// Links a node may have on the levels above 0; on level 0 twice as many.
  let m: Int
  /// Slots, those without a node included.
  let slotCount: Int
  /// Nodes.
  let count: Int
  /// The node that every search starts from, ``none`` in an empty graph; its level is `topLevel`.
  let entry: UInt32
  let topLevel: Int
  /// The length of the longest vector: with that of the query it bounds an inner product.
  let largestLength: Float
  let calibration: Calibration

  /// `[slotCount]`
  let ids: UnsafePointer<Int64>
  /// `[slotCount, 2 m]`: the links on level 0.
  let groundLinks: UnsafePointer<UInt32>
  /// `[slotCount]`: the row of `upperLinks` that holds a node's links on level 1, if it has one.
  let upperRows: UnsafePointer<UInt32>
  /// `[upperRowCount, m]`: the links above level 0, the levels of one node in rows that follow each
  /// other.
  let upperLinks: UnsafePointer<UInt32>
  let upperRowCount: Int
  /// The slots that hold a node, where not all do.
  let live: SlotSet?
  /// Checks parts of a file before their first use; nil in memory.
  let guarding: GraphChecks?

  /// The room for links on a level.
  @inline(__always)
  func degree(_ level: Int) -> Int { level == 0 ? 2 * m : m }

  /// The links of a node, which has the level; ``none`` ends a list that is not full.
  @inline(__always)
  func links(_ slot: UInt32, _ level: Int) throws -> UnsafePointer<UInt32> {
    if level == 0 {
      let links = groundLinks + Int(slot) &* (2 &* m)
      if let guarding { try guarding.check(links, byteCount: 8 &* m) }
      return links
    }
    if let guarding { try guarding.check(upperRows + Int(slot), byteCount: 4) }
    let row = Int(upperRows[Int(slot)]) + level - 1
    if let guarding {
      guard row < upperRowCount else {
        throw guarding.corrupt("the links of node \(slot) above level 0 are out of range")
      }
      try guarding.check(upperLinks + row * m, byteCount: 4 * m)
    }
    return upperLinks + row * m
  }

  /// Checks what the coarse scores of nodes are made from.
  @inline(__always)
  func checkCoarse(_ slots: UnsafePointer<UInt32>, _ count: Int) throws {
    guard let guarding, !guarding.isPassChecked else { return }
    let stride = vectors.layout.coarseStride
    for index in 0..<count {
      let slot = Int(slots[index])
      try guarding.check(vectors.coarse + slot &* stride, byteCount: stride)
      try guarding.check(vectors.terms + slot, byteCount: 8)
    }
  }

  func checkFine(_ slots: UnsafePointer<UInt32>, _ count: Int) throws {
    guard let guarding else { return }
    try checkCoarse(slots, count)
    let stride = vectors.layout.fineStride
    for index in 0..<count {
      try guarding.check(vectors.fine + Int(slots[index]) * stride, byteCount: stride)
    }
  }

  func id(_ slot: UInt32) throws -> Int64 {
    if let guarding { try guarding.check(ids + Int(slot), byteCount: 8) }
    return ids[Int(slot)]
  }
}
