/// Guesses the legacy encoding of a text that declares none and is not UTF-8.
///
/// Real text keeps to the common characters of its encoding; read in a wrong encoding, the same
/// bytes fall on rare ones or on none.
enum LegacyGuess {
  /// How plausible a text is in one encoding.
  struct Score {
    /// The share of codes beyond ASCII that are no characters.
    var invalidShare = 0.0
    /// The share of codes beyond ASCII that are common characters.
    var commonShare = 0.0
  }

  private static let sampleByteCount = 256 << 10

  /// The most plausible encoding; windows-1252 when none of the others is.
  static func encoding(of bytes: UnsafeBufferPointer<UInt8>, tables: CodeTables) -> TextEncoding {
    var best = TextEncoding.windows1252
    var bestShare = 0.75
    // Korean and Japanese first: their common codes are also common Chinese ones, while Chinese
    // text uses many more, so that it wins by a margin.
    for encoding in [TextEncoding.eucKR, .eucJP, .shiftJIS, .big5, .gb18030] {
      // A converter that this system lacks is no candidate.
      guard let table = try? tables.table(encoding) else { continue }
      let score = score(bytes, as: encoding, table: table)
      if score.invalidShare <= 0.02, score.commonShare > bestShare {
        best = encoding
        bestShare = score.commonShare + 0.03
      }
    }
    return best
  }

  /// Reads a sample of the text as one encoding.
  static func score(
    _ bytes: UnsafeBufferPointer<UInt8>, as encoding: TextEncoding, table: CodeTable
  ) -> Score {
    var codes = 0
    var invalid = 0
    var common = 0
    let isSingleByte = encoding.form == .singleByte
    var offset = UTF8Scan.asciiEnd(of: bytes, from: 0)
    let end = min(bytes.count, offset + sampleByteCount)
    while offset < end {
      let lead = bytes[offset]
      codes += 1
      if table.singles[Int(lead)].bits != 0 {
        offset += 1
      } else if !isSingleByte, offset + 1 < bytes.count,
        table.pair(lead, bytes[offset + 1]) != nil
      {
        if isCommon(lead, bytes[offset + 1], in: encoding) { common += 1 }
        offset += 2
      } else if encoding == .gb18030, lead >= 0x81, offset + 3 < bytes.count,
        (0x30...0x39).contains(bytes[offset + 1]), bytes[offset + 2] >= 0x81,
        (0x30...0x39).contains(bytes[offset + 3])
      {
        offset += 4
      } else if encoding == .eucJP, lead == 0x8F, offset + 2 < bytes.count,
        bytes[offset + 1] >= 0xA1, bytes[offset + 2] >= 0xA1
      {
        offset += 3
      } else {
        // The sample may end inside a code.
        if offset + 4 < end || end == bytes.count { invalid += 1 }
        offset += 1
      }
      if offset < end, bytes[offset] < 0x80 {
        offset = UTF8Scan.asciiEnd(of: bytes, from: offset)
      }
    }
    guard codes > 0 else { return Score() }
    return Score(
      invalidShare: Double(invalid) / Double(codes), commonShare: Double(common) / Double(codes))
  }

  /// Whether a pair is among those that make up nearly all text of its encoding.
  private static func isCommon(_ lead: UInt8, _ trail: UInt8, in encoding: TextEncoding) -> Bool {
    switch encoding {
    case .gb18030:
      // GB 2312: level 1 and punctuation. Kana in row 4 and 5 tell of Japanese.
      trail >= 0xA1 && ((0xB0...0xD7).contains(lead) || lead == 0xA1 || lead == 0xA3)
    case .big5:
      // Level 1 and punctuation.
      (0xA4...0xC6).contains(lead) || lead == 0xA1
    case .shiftJIS:
      // Punctuation, kana, JIS level 1.
      lead == 0x81 || lead == 0x82 || lead == 0x83 || (0x88...0x97).contains(lead)
    case .eucJP:
      trail >= 0xA1
        && (lead == 0xA1 || lead == 0xA4 || lead == 0xA5 || (0xB0...0xCF).contains(lead))
    case .eucKR:
      // Hangul of KS X 1001 and punctuation.
      trail >= 0xA1 && ((0xB0...0xC8).contains(lead) || lead == 0xA1 || lead == 0xA3)
    default: false
    }
  }
}
