/// The pieces of few bytes in one hash table: most words of a text are found by one probe.
struct PieceTable: ~Copyable, @unchecked Sendable {
  // Sendable: only `insert` writes, and it needs the table for itself.

  /// Pieces of more bytes are not here.
  static let maximumLength = 15

  /// The bytes of a piece and how many there are: the first eight in `low`, the others in `high`,
  /// whose last byte is their number, with its high bit set for a piece that continues a word.
  struct Key: Equatable {
    let low: UInt64
    let high: UInt64

    /// Takes bytes in the order of memory, the first in the lowest bits; what is past `length`, at
    /// most ``maximumLength``, is left out.
    @inline(__always)
    init(low: UInt64, high: UInt64, length: Int, continues: Bool = false) {
      let last = UInt64(continues ? length | 0x80 : length) &<< 56
      if length < 8 {
        self.low = low & ~(UInt64.max &<< UInt64(8 &* length))
        self.high = last
      } else {
        self.low = low
        self.high = high & ~(UInt64.max &<< UInt64(8 &* (length &- 8))) | last
      }
    }
  }

  private struct Entry {
    var key: Key
    var token: Int32
  }

  /// The pieces in the order of the vocabulary: it puts the frequent ones side by side.
  private let entries: UnsafeMutablePointer<Entry>
  private var count: UInt32 = 0
  /// A hash table of entries: each slot has one more than an entry's number in its lower 24 bits,
  /// and eight bits of the hash of its key; 0 is a free slot.
  private let slots: UnsafeMutablePointer<UInt32>
  private let shift: UInt64
  private let mask: Int

  /// A bit for each length of the pieces that begin with three bytes and, perhaps, with others that
  /// share the entry; bit 0 stands for all longer ones.
  private let lengths: UnsafeMutablePointer<UInt16>
  private static let lengthBits: UInt32 = 14

  /// Makes a table that has room for `count` pieces, fewer than 2^24.
  init(count: Int) {
    entries = .allocate(capacity: count)
    // At most half of the slots are taken, so every search ends.
    var bits = 4
    while 1 << bits < count * 2 { bits += 1 }
    slots = .allocate(capacity: 1 << bits)
    slots.initialize(repeating: 0, count: 1 << bits)
    shift = UInt64(64 - bits)
    mask = (1 << bits) - 1
    lengths = .allocate(capacity: 1 << Self.lengthBits)
    lengths.initialize(repeating: 0, count: 1 << Self.lengthBits)
  }

  deinit {
    entries.deallocate()
    slots.deallocate()
    lengths.deallocate()
  }

  /// Adds a piece, or gives it another token; there must be room. Of one that is too long, only that
  /// it is there is kept.
  mutating func insert(_ piece: UnsafeRawBufferPointer, continues: Bool, token: Int32) {
    var first: (low: UInt64, high: UInt64) = (0, 0)
    withUnsafeMutableBytes(of: &first) {
      $0.copyMemory(from: UnsafeRawBufferPointer(rebasing: piece.prefix(Self.maximumLength)))
    }
    let low = UInt64(littleEndian: first.low)
    let isLong = piece.count > Self.maximumLength
    if piece.count > 2 {
      lengths[Self.lengthsPlace(low, continues)] |= isLong ? 1 : 1 << UInt16(piece.count)
    }
    if isLong { return }
    let key = Key(
      low: low, high: UInt64(littleEndian: first.high), length: piece.count, continues: continues)
    let (slot, tag) = slot(of: key)
    if slots[slot] == 0 {
      (entries + Int(count)).initialize(to: Entry(key: key, token: token))
      count += 1
      slots[slot] = tag | count
    } else {
      entries[Int(slots[slot] & 0xFF_FFFF) - 1].token = token
    }
  }

  /// The token of a piece, or -1.
  @inline(__always)
  func token(of key: Key) -> Int32 {
    let entry = slots[slot(of: key).slot]
    return entry == 0 ? -1 : entries[Int(entry & 0xFF_FFFF) &- 1].token
  }

  /// Which lengths to look up of the pieces that begin with `low`, of which `count` bytes count; bit
  /// 0 stands for all lengths that are not here.
  @inline(__always)
  func possibleLengths(_ low: UInt64, count: Int, continues: Bool) -> UInt32 {
    // Pieces of one or two bytes are most often there.
    if count < 3 { return count == 1 ? 0b010 : 0b110 }
    let fitting: UInt32 = count > Self.maximumLength ? 0xFFFF : (2 &<< UInt32(count)) &- 1
    return (UInt32(lengths[Self.lengthsPlace(low, continues)]) | 0b110) & fitting
  }

  @inline(__always)
  private static func lengthsPlace(_ low: UInt64, _ continues: Bool) -> Int {
    let start = UInt32(truncatingIfNeeded: low) & 0xFF_FFFF | (continues ? 1 &<< 24 : 0)
    return Int((start &* 0x9E37_79B1) &>> (32 &- lengthBits))
  }

  /// The slot of a piece, or the free one where it would go, and the bits of its hash.
  @inline(__always)
  private func slot(of key: Key) -> (slot: Int, tag: UInt32) {
    // Multiplicative hashing (Knuth, The Art of Computer Programming, vol. 3, section 6.4).
    let mixed = (key.low ^ key.high &* 0xC2B2_AE3D_27D4_EB4F) &* 0x9E37_79B9_7F4A_7C15
    var slot = Int(truncatingIfNeeded: mixed &>> shift)
    let tag = UInt32(truncatingIfNeeded: mixed &>> 8) & 0xFF00_0000
    while true {
      let entry = slots[slot]
      if entry == 0 { return (slot, tag) }
      if entry & 0xFF00_0000 == tag, entries[Int(entry & 0xFF_FFFF) &- 1].key == key {
        return (slot, tag)
      }
      slot = (slot &+ 1) & mask
    }
  }
}
