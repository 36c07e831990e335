/// A set of slots, one bit each.
struct SlotSet: Sendable {
  private var words: [UInt64]
  private(set) var count: Int

  /// No slot of `slotCount`.
  init(slotCount: Int) {
    words = Array(repeating: 0, count: (slotCount + 63) / 64)
    count = 0
  }

  /// No slot of `slotCount`, or all of them.
  init(slotCount: Int, isFull: Bool) {
    self.init(slotCount: slotCount)
    guard isFull else { return }
    for index in words.indices { words[index] = .max }
    if slotCount % 64 > 0 { words[words.count - 1] = (1 << UInt64(slotCount % 64)) - 1 }
    count = slotCount
  }

  /// Makes room for slots below `slotCount`.
  mutating func grow(slotCount: Int) {
    let missing = (slotCount + 63) / 64 - words.count
    if missing > 0 { words.append(contentsOf: repeatElement(0, count: missing)) }
  }

  @inline(__always)
  func contains(_ slot: UInt32) -> Bool {
    words[Int(slot >> 6)] >> UInt64(slot & 63) & 1 == 1
  }

  @inline(__always)
  mutating func insert(_ slot: UInt32) {
    let word = words[Int(slot >> 6)]
    let bit: UInt64 = 1 << UInt64(slot & 63)
    words[Int(slot >> 6)] = word | bit
    count += word & bit == 0 ? 1 : 0
  }

  mutating func remove(_ slot: UInt32) {
    guard contains(slot) else { return }
    words[Int(slot >> 6)] &= ~(1 << UInt64(slot & 63))
    count -= 1
  }

  /// Calls `body` with each slot, ascending.
  @inline(__always)
  func forEach(_ body: (UInt32) throws -> Void) rethrows {
    for (index, word) in words.enumerated() {
      var rest = word
      while rest != 0 {
        try body(UInt32(index * 64 + rest.trailingZeroBitCount))
        rest &= rest - 1
      }
    }
  }

  /// The slots, ascending.
  var slots: [UInt32] {
    var slots: [UInt32] = []
    slots.reserveCapacity(count)
    forEach { slots.append($0) }
    return slots
  }
}
