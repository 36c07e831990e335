/// The slots that a filter lets through, one bit each.
struct SlotSet {
  private var words: [UInt64]
  private(set) var count: Int

  /// No slot of `slotCount`.
  init(slotCount: Int) {
    words = Array(repeating: 0, count: (slotCount + 63) / 64)
    count = 0
  }

  @inline(__always)
  func contains(_ slot: UInt32) -> Bool {
    words[Int(slot >> 6)] >> UInt64(slot & 63) & 1 == 1
  }

  mutating func insert(_ slot: UInt32) {
    guard !contains(slot) else { return }
    words[Int(slot >> 6)] |= 1 << UInt64(slot & 63)
    count += 1
  }

  mutating func remove(_ slot: UInt32) {
    guard contains(slot) else { return }
    words[Int(slot >> 6)] &= ~(1 << UInt64(slot & 63))
    count -= 1
  }

  /// Calls `body` with each slot, ascending.
  @inline(__always)
  func forEach(_ body: (UInt32) -> Void) {
    for (index, word) in words.enumerated() {
      var rest = word
      while rest != 0 {
        body(UInt32(index * 64 + rest.trailingZeroBitCount))
        rest &= rest - 1
      }
    }
  }
}
