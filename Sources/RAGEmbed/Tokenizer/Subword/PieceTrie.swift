/// The pieces of a vocabulary as a double array (Aoe 1989, "An Efficient Digital Search Algorithm
/// by Using a Double-Array Structure"), one probe a byte.
///
/// A node is known by its unit: where its children are, the byte that leads to it, and the token
/// that ends at it. Children lie at `base ^ byte`. No two nodes share a base, so the byte alone
/// tells whether a child is the node's own.
final class PieceTrie: @unchecked Sendable {
  // Sendable: the units are written in `init` alone.

  /// Bits 0 ..< 30: base of the children, 0 where there are none. Bits 30 ..< 39: the byte and
  /// one, 0 for a free unit. Bits 39 ..< 64: the token and one, 0 where none ends here.
  typealias Node = UInt64

  /// The node before the first byte; 0, which is no node's, means "none".
  let root: Node
  private let units: UnsafeMutablePointer<Node>
  /// How many bytes the units take, for reports.
  let byteCount: Int

  /// Builds the trie of pieces and their tokens. Of two equal pieces the later one counts; empty
  /// pieces are left out.
  ///
  /// - Complexity: O(n log n) comparisons for n pieces, and O(bytes).
  init(_ pieces: ByteStrings, tokens: [Int32]) {
    var builder = PieceTrieBuilder(pieces, tokens: tokens)
    builder.build()
    root = builder.units[PieceTrieBuilder.rootIndex]
    units = .allocate(capacity: builder.units.count)
    units.initialize(from: builder.units, count: builder.units.count)
    byteCount = builder.units.count * MemoryLayout<Node>.stride
  }

  deinit { units.deallocate() }

  /// The child of a node by a byte, or 0.
  @inline(__always)
  func child(of node: Node, by byte: UInt8) -> Node {
    // In bounds: the builder fills whole blocks of 256, and every base lies in one (block 0, which
    // stays free, for nodes without children).
    let unit = units[Int(node & 0x3FFF_FFFF) ^ Int(byte)]
    return (unit >> 30) & 0x1FF == UInt64(byte) + 1 ? unit : 0
  }

  /// The token that ends at a node, or -1.
  @inline(__always)
  static func token(at node: Node) -> Int32 { Int32(truncatingIfNeeded: node >> 39) - 1 }

  /// The node that bytes lead to from another, or 0.
  func node(after bytes: some Sequence<UInt8>, from start: Node) -> Node {
    var node = start
    for byte in bytes {
      node = child(of: node, by: byte)
      if node == 0 { return 0 }
    }
    return node
  }

  /// The token of a whole piece.
  func token(of piece: some Sequence<UInt8>) -> Int32? {
    let node = node(after: piece, from: root)
    let token = Self.token(at: node)
    return node == root || token < 0 ? nil : token
  }
}
