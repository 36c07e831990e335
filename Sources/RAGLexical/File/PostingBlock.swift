/// Up to 128 postings as bytes: the widths of both columns, then the gaps between slots and the
/// frequencies less one, each column packed from the lowest bit and filled up to a byte.
enum PostingBlock {
  static let capacity = 128
  /// No more than this many bytes are one block.
  static let byteLimit = 2 + 2 * capacity * MemoryLayout<UInt32>.size

  /// Appends a block of ascending slots, the one before them being `previous`, or -1.
  static func encode(
    _ slots: UnsafeBufferPointer<UInt32>, _ frequencies: UnsafeBufferPointer<UInt32>,
    after previous: Int, to bytes: inout [UInt8]
  ) {
    var gaps: UInt32 = 0
    var excess: UInt32 = 0
    var last = previous
    for index in slots.indices {
      gaps |= UInt32(Int(slots[index]) - last - 1)
      last = Int(slots[index])
      excess |= frequencies[index] &- 1
    }
    let gapWidth = 32 - gaps.leadingZeroBitCount
    let excessWidth = 32 - excess.leadingZeroBitCount
    bytes.append(UInt8(gapWidth))
    bytes.append(UInt8(excessWidth))
    last = previous
    pack(slots.count, gapWidth, to: &bytes) { index in
      let gap = UInt64(Int(slots[index]) - last - 1)
      last = Int(slots[index])
      return gap
    }
    pack(slots.count, excessWidth, to: &bytes) { UInt64(frequencies[$0] &- 1) }
  }

  @inline(__always)
  private static func pack(
    _ count: Int, _ width: Int, to bytes: inout [UInt8], _ value: (Int) -> UInt64
  ) {
    var pending: UInt64 = 0
    var bits = 0
    for index in 0..<count {
      pending |= value(index) << UInt64(bits)
      bits += width
      while bits >= 8 {
        bytes.append(UInt8(truncatingIfNeeded: pending))
        pending >>= 8
        bits -= 8
      }
    }
    if bits > 0 { bytes.append(UInt8(truncatingIfNeeded: pending)) }
  }

  /// Reads `count` postings of a block behind slot `previous`, and returns the last slot, or nil
  /// when the block is not of this size. Slots ascend whatever the bytes are; they fit where the
  /// last one fits.
  ///
  /// Up to 8 bytes behind the block are read and ignored.
  static func decode(
    _ block: UnsafeRawBufferPointer, count: Int, after previous: Int,
    slots: UnsafeMutablePointer<UInt32>, frequencies: UnsafeMutablePointer<UInt32>
  ) -> Int? {
    guard block.count >= 2, let start = block.baseAddress else { return nil }
    let gapWidth = Int(block[0])
    let excessWidth = Int(block[1])
    let gapByteCount = (count * gapWidth + 7) / 8
    guard gapWidth <= 32, excessWidth <= 32,
      block.count == 2 + gapByteCount + (count * excessWidth + 7) / 8
    else { return nil }
    var slot = previous
    unpack(start + 2, count, gapWidth) { index, gap in
      slot &+= Int(gap) &+ 1
      slots[index] = UInt32(truncatingIfNeeded: slot)
    }
    unpack(start + 2 + gapByteCount, count, excessWidth) { frequencies[$0] = UInt32($1) &+ 1 }
    return slot
  }

  @inline(__always)
  private static func unpack(
    _ bytes: UnsafeRawPointer, _ count: Int, _ width: Int, _ body: (Int, UInt64) -> Void
  ) {
    let mask = (1 as UInt64) << UInt64(width) &- 1
    var bit = 0
    for index in 0..<count {
      let word = UInt64(
        littleEndian: bytes.loadUnaligned(fromByteOffset: bit >> 3, as: UInt64.self))
      body(index, word >> UInt64(bit & 7) & mask)
      bit &+= width
    }
  }
}
