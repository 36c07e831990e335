/// Eight bytes of a text in one register, the first in the lowest bits.
///
/// The arithmetic is bytewise within the register (Warren, Hacker's Delight, chapter 6).
struct WordBytes {
  let bytes: UInt64

  private static let highBits: UInt64 = 0x8080_8080_8080_8080
  private static let ones: UInt64 = 0x0101_0101_0101_0101

  @inline(__always)
  init(_ bytes: UInt64) { self.bytes = bytes }

  /// Takes the bytes at an offset, and zeros for those past the end of the text.
  @inline(__always)
  init(_ text: UnsafeBufferPointer<UInt8>, at offset: Int) {
    let bytes = UnsafeRawBufferPointer(text)
    let count = text.count &- offset
    if count >= 8 {
      self.bytes = UInt64(
        littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
    } else if count > 0, text.count >= 8 {
      // The last eight, of which the first are before the offset.
      let last = bytes.loadUnaligned(fromByteOffset: text.count &- 8, as: UInt64.self)
      self.bytes = UInt64(littleEndian: last) &>> UInt64(8 &* (8 &- count))
    } else {
      var value: UInt64 = 0
      for index in 0..<max(count, 0) {
        value |= UInt64(text[offset &+ index]) &<< UInt64(8 &* index)
      }
      self.bytes = value
    }
  }

  /// The high bit of each byte that is an ASCII letter.
  @inline(__always)
  private var letters: UInt64 {
    Self.range(UInt8(ascii: "a")...UInt8(ascii: "z"), bytes | 0x20 &* Self.ones) & ~bytes
  }

  /// How many bytes there are before the first that is no ASCII letter or digit.
  @inline(__always)
  var alphanumericCount: Int {
    let digits = Self.range(UInt8(ascii: "0")...UInt8(ascii: "9"), bytes) & ~bytes
    return (~(letters | digits) & Self.highBits).trailingZeroBitCount &>> 3
  }

  /// With `caseBits`, 0x20 in every byte, the letters in lower case; with 0, the same.
  @inline(__always)
  func folded(_ caseBits: UInt64) -> UInt64 { bytes | (letters &>> 2) & caseBits }

  /// The high bit of each byte whose lower seven bits are in a range; the high bits of other bytes
  /// are 0.
  @inline(__always)
  private static func range(_ range: ClosedRange<UInt8>, _ bytes: UInt64) -> UInt64 {
    let low = bytes & ~highBits
    // Sums of two numbers of seven bits stay in their byte.
    let reachesLower = low &+ UInt64(0x80 &- range.lowerBound) &* ones
    let passesUpper = low &+ UInt64(0x7F &- range.upperBound) &* ones
    return reachesLower & ~passesUpper & highBits
  }
}
