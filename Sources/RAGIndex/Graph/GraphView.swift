/// A graph as it lies in memory: what search needs, whoever owns the bytes.
///
/// Nodes are numbered by *slots* from 0. All pointers stay valid, and what they point to
/// unchanged, for as long as the owner lends the view.
struct GraphView {
  /// Ends a list of links that is shorter than its room, and stands for "no node".
  static let none = UInt32.max
  /// The level of a slot that holds no node.
  static let freeLevel = UInt8.max

  let dimension: Int
  /// Floats from one vector to the next: the dimension, rounded up to a cache line.
  let stride: Int
  let kernel: ScoreKernel
  /// Links a node may have on the levels above 0; on level 0 twice as many.
  let m: Int
  /// Slots, those without a node included.
  let slotCount: Int
  /// Nodes.
  let count: Int
  /// The node that every search starts from, ``none`` in an empty graph; its level is `topLevel`.
  let entry: UInt32
  let topLevel: Int

  /// `[slotCount, stride]`, prepared for the metric.
  let vectors: UnsafePointer<Float>
  /// `[slotCount]`
  let ids: UnsafePointer<Int64>
  /// `[slotCount]`; ``freeLevel`` where there is no node.
  let levels: UnsafePointer<UInt8>
  /// `[slotCount, 2 m]`: the links on level 0.
  let groundLinks: UnsafePointer<UInt32>
  /// `[slotCount]`: the row of `upperLinks` that holds a node's links on level 1, if it has one.
  let upperRows: UnsafePointer<UInt32>
  /// `[rows, m]`: the links above level 0, the levels of one node in rows that follow each other.
  let upperLinks: UnsafePointer<UInt32>

  static func stride(dimension: Int) -> Int { (dimension + 15) / 16 * 16 }

  /// The room for links on a level.
  @inline(__always)
  func degree(_ level: Int) -> Int { level == 0 ? 2 * m : m }

  /// The links of a node, which has the level; ``none`` ends a list that is not full.
  @inline(__always)
  func links(_ slot: UInt32, _ level: Int) -> UnsafePointer<UInt32> {
    level == 0
      ? groundLinks + Int(slot) * (2 * m)
      : upperLinks + (Int(upperRows[Int(slot)]) + level - 1) * m
  }

  /// Whether a slot holds a node that reaches up to a level.
  @inline(__always)
  func has(_ slot: UInt32, _ level: Int) -> Bool {
    levels[Int(slot)] != Self.freeLevel && Int(levels[Int(slot)]) >= level
  }

  @inline(__always)
  func vector(_ slot: UInt32) -> UnsafePointer<Float> { vectors + Int(slot) * stride }

  @inline(__always)
  func score(_ a: UInt32, _ b: UInt32) -> Float {
    kernel.pair(vector(a), vector(b), dimension)
  }

  /// Scores a query against nodes, `scores[i]` for `slots[i]`.
  @inline(__always)
  func score(
    _ query: UnsafePointer<Float>, _ slots: UnsafePointer<UInt32>, _ count: Int,
    into scores: UnsafeMutablePointer<Float>
  ) {
    kernel.rows(query, vectors, stride, dimension, slots, count, scores)
  }
}
