/// One to four bytes of UTF-8 in a word, the first byte lowest.
struct PackedUTF8: Hashable, Sendable {
  var bits: UInt32

  static let replacement = PackedUTF8("\u{FFFD}")

  init(bits: UInt32) { self.bits = bits }

  init(_ scalar: Unicode.Scalar) {
    bits = 0
    for (index, byte) in scalar.utf8.enumerated() { bits |= UInt32(byte) << (8 * UInt32(index)) }
  }

  var byteCount: Int {
    bits < 0x100 ? 1 : bits < 0x1_0000 ? 2 : bits < 0x100_0000 ? 3 : 4
  }

  func append(to bytes: inout [UInt8]) {
    var rest = bits
    repeat {
      bytes.append(UInt8(truncatingIfNeeded: rest))
      rest >>= 8
    } while rest != 0
  }
}
