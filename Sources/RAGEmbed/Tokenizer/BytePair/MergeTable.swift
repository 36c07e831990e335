/// Which pairs of tokens become which one, and in what order, as a hash table.
final class MergeTable: @unchecked Sendable {
  // Sendable: the slots are written in `init` alone.

  /// A merge: the lower its rank, the earlier.
  struct Merge: Sendable, Hashable {
    var rank: UInt32
    var token: Int32
  }

  private struct Slot {
    /// The pair and one; 0 is a free slot.
    var key: UInt64
    var merge: Merge
  }

  private let slots: UnsafeMutablePointer<Slot>
  private let mask: Int

  /// Of two merges of a pair the later one counts, as in the reference.
  init(_ merges: [(left: Int32, right: Int32, token: Int32)]) {
    var capacity = 16
    while capacity < merges.count * 2 { capacity *= 2 }
    slots = .allocate(capacity: capacity)
    slots.initialize(
      repeating: Slot(key: 0, merge: Merge(rank: 0, token: 0)), count: capacity)
    mask = capacity - 1
    for (rank, merge) in merges.enumerated() {
      let key = Self.key(merge.left, merge.right)
      slots[slot(of: key)] = Slot(
        key: key, merge: Merge(rank: UInt32(truncatingIfNeeded: rank), token: merge.token))
    }
  }

  deinit { slots.deallocate() }

  /// The merge of a pair, or nil.
  @inline(__always)
  func merge(_ left: Int32, _ right: Int32) -> Merge? {
    let slot = slots[slot(of: Self.key(left, right))]
    return slot.key == 0 ? nil : slot.merge
  }

  @inline(__always)
  private static func key(_ left: Int32, _ right: Int32) -> UInt64 {
    (UInt64(UInt32(bitPattern: left)) << 32 | UInt64(UInt32(bitPattern: right))) &+ 1
  }

  /// The slot of a key, or the free one where it would go; at most half are taken.
  @inline(__always)
  private func slot(of key: UInt64) -> Int {
    // Fibonacci hashing (Knuth, The Art of Computer Programming, vol. 3, section 6.4).
    var slot = Int(truncatingIfNeeded: (key &* 0x9E37_79B9_7F4A_7C15) >> 32) & mask
    while slots[slot].key != 0, slots[slot].key != key { slot = (slot + 1) & mask }
    return slot
  }
}
