/// Pieces as two byte tries: those that start a word and those that continue one.
///
/// Children live in one hash table keyed by parent and byte, so a step is one probe. UTF-8 keeps
/// pieces on scalar boundaries: a piece that starts on one ends on one.
struct VocabularyTrie: ~Copyable, @unchecked Sendable {
  // Sendable: only `insert` writes, and it needs the tries for itself.

  /// Nodes are numbered in 24 bits, and no vocabulary has more nodes than bytes.
  static let maximumByteCount = 1 << 24 - 2

  /// `parent << 8 | byte` in the high half, the child in the low half, with a flag where a piece
  /// ends there; 0 is a free slot, for no child is 0.
  private var slots: UnsafeMutablePointer<UInt64>
  private var bits: UInt64 = 4
  /// The token that ends at a node, where one does.
  private let tokens: UnsafeMutablePointer<Int32>
  /// Node 0 is before the first byte of a word, node 1 before that of a piece inside a word.
  private var nodeCount: UInt32 = 2

  private static let endFlag: UInt64 = 1 << 31

  /// Makes tries that have room for pieces of `byteCount` bytes together, at most
  /// ``maximumByteCount``.
  init(byteCount: Int) {
    // Pieces share about two thirds of their bytes.
    while 1 << bits < byteCount / 2 { bits += 1 }
    slots = Self.freeSlots(bits)
    tokens = .allocate(capacity: byteCount + 2)
  }

  deinit {
    slots.deallocate()
    tokens.deallocate()
  }

  /// Adds a piece of at least one byte, or gives it another token; there must be room.
  mutating func insert(_ piece: UnsafeRawBufferPointer, continues: Bool, token: Int32) {
    var node: UInt32 = continues ? 1 : 0
    var slot = 0
    for byte in piece {
      let key = Self.key(node, byte)
      slot = self.slot(of: key)
      if slots[slot] == 0 {
        // At most two thirds of the slots are taken, so every search ends.
        if UInt64(nodeCount) * 3 > 2 << bits {
          grow()
          slot = self.slot(of: key)
        }
        slots[slot] = key << 32 | UInt64(nodeCount)
        nodeCount += 1
      }
      node = Self.child(slots[slot])
    }
    slots[slot] |= Self.endFlag
    tokens[Int(node)] = token
  }

  /// The longest piece that starts at `start` in a word, and where it ends; the token is -1 where
  /// none does.
  ///
  /// - Complexity: O(bytes of the longest piece).
  func longestMatch(
    in word: UnsafePointer<UInt8>, from start: Int, to end: Int
  ) -> (token: Int32, end: Int) {
    var node: UInt32 = start == 0 ? 0 : 1
    var index = start
    var match: (node: UInt32, end: Int) = (0, start)
    while index < end {
      let entry = slots[slot(of: Self.key(node, word[index]))]
      if entry == 0 { break }
      node = Self.child(entry)
      index &+= 1
      if entry & Self.endFlag != 0 { match = (node, index) }
    }
    return (match.end == start ? -1 : tokens[Int(match.node)], match.end)
  }

  @inline(__always)
  private static func key(_ node: UInt32, _ byte: UInt8) -> UInt64 {
    UInt64(node) &<< 8 | UInt64(byte)
  }

  @inline(__always)
  private static func child(_ entry: UInt64) -> UInt32 {
    UInt32(truncatingIfNeeded: entry) & 0xFF_FFFF
  }

  /// The slot of a key, or the free one where it would go.
  @inline(__always)
  private func slot(of key: UInt64) -> Int {
    // Multiplicative hashing (Knuth, The Art of Computer Programming, vol. 3, section 6.4).
    var slot = Int(truncatingIfNeeded: (key &* 0x9E37_79B9_7F4A_7C15) &>> (64 &- bits))
    let mask = (1 &<< Int(bits)) &- 1
    while slots[slot] != 0, slots[slot] &>> 32 != key { slot = (slot &+ 1) & mask }
    return slot
  }

  private mutating func grow() {
    let old = UnsafeMutableBufferPointer(start: slots, count: 1 << bits)
    bits += 1
    slots = Self.freeSlots(bits)
    for entry in old where entry != 0 { slots[slot(of: entry >> 32)] = entry }
    old.deallocate()
  }

  private static func freeSlots(_ bits: UInt64) -> UnsafeMutablePointer<UInt64> {
    let slots = UnsafeMutablePointer<UInt64>.allocate(capacity: 1 << bits)
    slots.initialize(repeating: 0, count: 1 << bits)
    return slots
  }
}
