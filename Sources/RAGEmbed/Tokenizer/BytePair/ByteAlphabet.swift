/// GPT-2's writing of bytes as visible characters, in which byte-level vocabularies are kept:
/// printable Latin-1 stands for itself, the other bytes for the characters from U+0100 on.
enum ByteAlphabet {
  private static let bytes: [UInt32: UInt8] = {
    var bytes: [UInt32: UInt8] = [:]
    var other: UInt32 = 0x100
    for byte in UInt8.min...UInt8.max {
      switch byte {
      case 0x21...0x7E, 0xA1...0xAC, 0xAE...0xFF: bytes[UInt32(byte)] = byte
      default:
        bytes[other] = byte
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
    for scalar in String(decoding: piece, as: UTF8.self).unicodeScalars {
      guard let byte = bytes[scalar.value] else { return nil }
      decoded.append(byte)
    }
    return decoded
  }
}
