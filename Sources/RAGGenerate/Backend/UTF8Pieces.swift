/// Decodes UTF-8 that arrives in pieces cut anywhere; what is not UTF-8 becomes U+FFFD.
struct UTF8Pieces {
  /// The beginning of a character, at most three bytes.
  private var rest: [UInt8] = []

  /// The characters that are whole after another piece.
  mutating func decode(_ piece: [UInt8]) -> String {
    let bytes = rest + piece
    let wholeCount = bytes.count - Self.unfinishedByteCount(bytes.suffix(3))
    rest = Array(bytes[wholeCount...])
    return String(decoding: bytes[..<wholeCount], as: UTF8.self)
  }

  /// What was left unfinished, at the end of the text.
  mutating func finish() -> String {
    defer { rest = [] }
    return String(decoding: rest, as: UTF8.self)
  }

  /// How many bytes at the end begin a character that needs more.
  private static func unfinishedByteCount(_ end: ArraySlice<UInt8>) -> Int {
    for (count, byte) in end.reversed().enumerated() where byte & 0xC0 != 0x80 {
      let length =
        switch byte {
        case 0xC2...0xDF: 2
        case 0xE0...0xEF: 3
        case 0xF0...0xF4: 4
        default: 1
        }
      return length > count + 1 ? count + 1 : 0
    }
    return 0
  }
}
