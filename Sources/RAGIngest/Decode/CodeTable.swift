/// What each one- and two-byte code of a legacy encoding stands for.
///
/// Asking the platform's converter once for every code and then looking codes up keeps decoding
/// linear and fast on any input, and knows the exact source bytes of every character.
struct CodeTable: Sendable {
  /// By byte; `bits` 0 where the byte is no character. ASCII is always itself.
  let singles: [PackedUTF8]
  /// By (lead - 0x80) * 256 + trail; empty for single-byte encodings.
  let pairs: [PackedUTF8]
  /// Bytes from 0x80 that start at least one pair.
  let leads: [Bool]

  /// Reads the table of an encoding that has at most two bytes a character, longer ones apart.
  /// - Throws: ``RAGError`` of code `unsupported` when this system lacks the converter.
  init(_ encoding: TextEncoding) throws {
    if encoding == .windows1252 {
      singles = Self.windows1252
      pairs = []
      leads = []
      return
    }
    let converter = try CodeConverter(encoding)
    var singles = (0..<256).map { PackedUTF8(bits: $0 < 0x80 ? UInt32($0) : 0) }
    for byte in 0x80...0xFF {
      singles[byte].bits = converter.convert([UInt8(byte)])?.bits ?? 0
    }
    if encoding == .gb18030 { singles[0x80] = PackedUTF8("\u{20AC}") }
    var pairs: [PackedUTF8] = []
    var leads = [Bool](repeating: false, count: 128)
    if encoding.form != .singleByte {
      pairs = [PackedUTF8](repeating: PackedUTF8(bits: 0), count: 128 * 256)
      for lead in 0x81...0xFE where singles[lead].bits == 0 {
        for trail in 0x40...0xFE where trail != 0x7F {
          guard let value = converter.convert([UInt8(lead), UInt8(trail)]) else { continue }
          pairs[(lead - 0x80) << 8 | trail] = value
          leads[lead - 0x80] = true
        }
      }
    }
    self.singles = singles
    self.pairs = pairs
    self.leads = leads
  }

  func pair(_ lead: UInt8, _ trail: UInt8) -> PackedUTF8? {
    guard lead >= 0x80, !pairs.isEmpty else { return nil }
    let value = pairs[Int(lead - 0x80) << 8 | Int(trail)]
    return value.bits == 0 ? nil : value
  }

  func isLead(_ byte: UInt8) -> Bool {
    byte >= 0x80 && !leads.isEmpty && leads[Int(byte - 0x80)]
  }

  /// Encoding Standard, index windows-1252: bytes without a character of their own are controls.
  private static let windows1252: [PackedUTF8] = {
    var table = (0..<256).map { byte in
      byte < 0x80 ? PackedUTF8(bits: UInt32(byte)) : PackedUTF8(Unicode.Scalar(UInt8(byte)))
    }
    let special: [UInt8: Unicode.Scalar] = [
      0x80: "\u{20AC}", 0x82: "\u{201A}", 0x83: "\u{0192}", 0x84: "\u{201E}", 0x85: "\u{2026}",
      0x86: "\u{2020}", 0x87: "\u{2021}", 0x88: "\u{02C6}", 0x89: "\u{2030}", 0x8A: "\u{0160}",
      0x8B: "\u{2039}", 0x8C: "\u{0152}", 0x8E: "\u{017D}", 0x91: "\u{2018}", 0x92: "\u{2019}",
      0x93: "\u{201C}", 0x94: "\u{201D}", 0x95: "\u{2022}", 0x96: "\u{2013}", 0x97: "\u{2014}",
      0x98: "\u{02DC}", 0x99: "\u{2122}", 0x9A: "\u{0161}", 0x9B: "\u{203A}", 0x9C: "\u{0153}",
      0x9E: "\u{017E}", 0x9F: "\u{0178}",
    ]
    for (byte, scalar) in special { table[Int(byte)] = PackedUTF8(scalar) }
    return table
  }()

  /// The character that windows-1252 gives a byte; numeric references of HTML use it too.
  static func windows1252Character(_ byte: UInt8) -> PackedUTF8 { windows1252[Int(byte)] }
}
