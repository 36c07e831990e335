/// Recognizes UTF-16 that lacks its byte-order mark.
enum UTF16Guess {
  private static let sampleByteCount = 64 << 10

  /// UTF-16 in one byte order when the bytes look like it, else nil.
  static func encoding(of bytes: UnsafeBufferPointer<UInt8>) -> TextEncoding? {
    let sample = UnsafeBufferPointer(rebasing: bytes.prefix(sampleByteCount & ~1))
    let unitCount = sample.count / 2
    guard unitCount > 0, bytes.count % 2 == 0 else { return nil }
    var zeros = (even: 0, odd: 0)
    for index in 0..<unitCount {
      if sample[2 * index] == 0 { zeros.even += 1 }
      if sample[2 * index + 1] == 0 { zeros.odd += 1 }
    }
    // Latin text has a zero in nearly every unit, all at the same side.
    if zeros.odd * 10 >= unitCount * 4, zeros.even * 20 < zeros.odd { return .utf16LittleEndian }
    if zeros.even * 10 >= unitCount * 4, zeros.odd * 20 < zeros.even { return .utf16BigEndian }
    // Chinese, Japanese and Korean have few zeros. Bytes that are UTF-8 are no such text.
    if zeros.odd + zeros.even == 0, UTF8Scan.survey(sample).isValid { return nil }
    let little = AsianShares(sample, isBigEndian: false)
    let big = AsianShares(sample, isBigEndian: true)
    if little.isPlausible, little.usual > big.usual + 0.2 { return .utf16LittleEndian }
    if big.isPlausible, big.usual > little.usual + 0.2 { return .utf16BigEndian }
    return nil
  }

  /// How much of a sample is usual in Chinese, Japanese and Korean text.
  private struct AsianShares {
    /// Units of those scripts and of ASCII.
    var usual: Double
    /// Units of ASCII, punctuation and kana. Text has them; double-byte encodings, whose codes
    /// look like ideographs and syllables when taken for UTF-16, have no such codes.
    var anchors: Double

    var isPlausible: Bool { usual >= 0.95 && anchors >= 0.02 }

    init(_ bytes: UnsafeBufferPointer<UInt8>, isBigEndian: Bool) {
      var usual = 0
      var anchors = 0
      let unitCount = bytes.count / 2
      for index in 0..<unitCount {
        let first = UInt16(bytes[2 * index])
        let second = UInt16(bytes[2 * index + 1])
        switch isBigEndian ? first << 8 | second : second << 8 | first {
        case 0x09, 0x0A, 0x0D, 0x20...0x7E, 0x2010...0x2026, 0x3000...0x30FF, 0xFF01...0xFF5E:
          anchors += 1
        case 0x4E00...0x9FFF, 0xAC00...0xD7A3: usual += 1
        default: break
        }
      }
      self.usual = Double(usual + anchors) / Double(unitCount)
      self.anchors = Double(anchors) / Double(unitCount)
    }
  }
}
