/// A scalar and its UTF-8 bytes in one register, the first in the lowest bits.
struct EncodedScalar {
  let value: UInt32
  let bytes: UInt32
  let byteCount: Int

  init(ascii byte: UInt8) {
    value = UInt32(byte)
    bytes = UInt32(byte)
    byteCount = 1
  }

  /// Reads the scalar beyond ASCII that begins at an offset of valid UTF-8.
  @inline(__always)
  init(_ text: UnsafeBufferPointer<UInt8>, at offset: Int) {
    let first = UInt32(text[offset])
    let second = UInt32(text[offset &+ 1])
    if first < 0xE0 {
      value = (first & 0x1F) &<< 6 | second & 0x3F
      bytes = first | second &<< 8
      byteCount = 2
      return
    }
    let third = UInt32(text[offset &+ 2])
    if first < 0xF0 {
      value = (first & 0xF) &<< 12 | (second & 0x3F) &<< 6 | third & 0x3F
      bytes = first | second &<< 8 | third &<< 16
      byteCount = 3
      return
    }
    let fourth = UInt32(text[offset &+ 3])
    value =
      (first & 7) &<< 18 | (second & 0x3F) &<< 12 | (third & 0x3F) &<< 6 | fourth & 0x3F
    bytes = first | second &<< 8 | third &<< 16 | fourth &<< 24
    byteCount = 4
  }

  /// Encodes a scalar.
  @inline(__always)
  init(_ value: UInt32) {
    self.value = value
    let last = 0x80 | value & 0x3F
    let third = 0x80 | value &>> 6 & 0x3F
    if value < 0x80 {
      bytes = value
      byteCount = 1
    } else if value < 0x800 {
      bytes = 0xC0 | value &>> 6 | last &<< 8
      byteCount = 2
    } else if value < 0x10000 {
      bytes = 0xE0 | value &>> 12 | third &<< 8 | last &<< 16
      byteCount = 3
    } else {
      let second = 0x80 | value &>> 12 & 0x3F
      bytes = 0xF0 | value &>> 18 | second &<< 8 | third &<< 16 | last &<< 24
      byteCount = 4
    }
  }
}
