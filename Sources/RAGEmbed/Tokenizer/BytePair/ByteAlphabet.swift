/// GPT-2's writing of bytes as visible characters, in which byte-level vocabularies are kept:
/// printable Latin-1 stands for itself, the other bytes for the characters from U+0100 on.
enum ByteAlphabet {
  /// The byte of each character, -1 where it is none of the alphabet's.
  private static let bytes: [Int16] = {
    var bytes = [Int16](repeating: -1, count: 0x180)
    var other = 0x100
    for byte in 0..<256 {
      switch byte {
      case 0x21...0x7E, 0xA1...0xAC, 0xAE...0xFF: bytes[byte] = Int16(byte)
      default:
        bytes[other] = Int16(byte)
        other += 1
      }
    }
    return bytes
  }()

  /// The bytes that a piece of UTF-8 text stands for, or nil where a character is none of the
  /// alphabet's.
  static func decode(_ piece: some Collection<UInt8>) -> [UInt8]? {
    var decoded: [UInt8] = []
    decoded.reserveCapacity(piece.count)
    var lead = 0
    for byte in piece {
      // Its characters have one byte or two.
      let value = lead > 0 ? lead << 6 | Int(byte & 0x3F) : Int(byte)
      if lead == 0, byte >= 0xC0, byte < 0xE0 {
        lead = Int(byte & 0x1F)
        continue
      }
      lead = 0
      guard value < bytes.count, bytes[value] >= 0, byte < 0xE0 else { return nil }
      decoded.append(UInt8(truncatingIfNeeded: bytes[value]))
    }
    return lead == 0 ? decoded : nil
  }
}
