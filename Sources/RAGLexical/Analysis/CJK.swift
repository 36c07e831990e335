/// Characters that are written without spaces, or with endings joined to the word.
enum CJK {
  /// Whether a character is Han, kana, Hangul or bopomofo.
  @inline(__always)
  static func contains(_ value: UInt32) -> Bool {
    guard value >= 0x1100 else { return false }
    switch value {
    case 0x1100...0x11FF, 0x2E80...0x2FDF, 0x3005...0x3007, 0x3040...0x312F, 0x3130...0x318F,
      0x31A0...0x31FF, 0x3400...0x4DBF, 0x4E00...0x9FFF, 0xA960...0xA97F, 0xAC00...0xD7FF,
      0xF900...0xFAFF, 0xFF66...0xFF9F, 0x1B000...0x1B16F, 0x20000...0x3FFFF:
      return true
    default: return false
    }
  }
}
