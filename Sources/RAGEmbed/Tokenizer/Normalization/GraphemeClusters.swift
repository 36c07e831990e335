/// Grapheme clusters (Unicode Standard Annex 29), as far as ``CharacterMap`` must know them.
///
/// Rules GB3-GB5, GB9, GB9a and GB9b are kept. Those for Hangul, flags and emoji only join scalars
/// to clusters of more than ``CharacterMap/maximumClusterByteCount`` bytes, which are looked up
/// scalar by scalar whether joined or not.
enum GraphemeClusters {
  /// Where the cluster that starts at an offset ends.
  static func end(in bytes: UnsafeBufferPointer<UInt8>, from start: Int) -> Int {
    var (scalar, length) = bytes.scalar(at: start)
    var end = start + length
    if scalar.value < 0x20 || scalar.value == 0x7F {
      let isLineEnd = scalar == "\r" && end < bytes.count && bytes[end] == 0x0A
      return isLineEnd ? end + 1 : end
    }
    if end == bytes.count || (scalar.value < 0x80 && bytes[end] < 0x80) { return end }
    if isControl(scalar) { return end }
    while end < bytes.count {
      let joinsNext = isPrepended(scalar)
      (scalar, length) = bytes.scalar(at: end)
      guard extends(scalar) || (joinsNext && !isControl(scalar)) else { break }
      end += length
    }
    return end
  }

  /// Scalars that join what is before them, a bit each: those below 0x20000, and those from
  /// 0xE0000 on, which are moved to there.
  private static let extenders: [UInt64] = {
    var bits = [UInt64](repeating: 0, count: (0x20000 + 0x1000) / 64)
    for value in Array(0x300..<0x20000) + Array(0xE0000..<0xE1000) {
      guard let scalar = Unicode.Scalar(UInt32(value)), isExtender(scalar) else { continue }
      let bit = value < 0x20000 ? value : value - 0xE0000 + 0x20000
      bits[bit >> 6] |= 1 << UInt64(bit & 63)
    }
    return bits
  }()

  @inline(__always)
  private static func extends(_ scalar: Unicode.Scalar) -> Bool {
    let value = Int(scalar.value)
    switch value {
    case 0..<0x300: return false
    case 0..<0x20000: return extenders[value >> 6] >> UInt64(value & 63) & 1 == 1
    case 0xE0000..<0xE1000:
      let bit = value - 0xE0000 + 0x20000
      return extenders[bit >> 6] >> UInt64(bit & 63) & 1 == 1
    default: return false
    }
  }

  /// Extend, ZWJ and SpacingMark.
  private static func isExtender(_ scalar: Unicode.Scalar) -> Bool {
    let properties = scalar.properties
    if properties.isGraphemeExtend || properties.isEmojiModifier { return true }
    switch scalar.value {
    case 0x200D, 0xE33, 0xEB3: return true
    // Spacing marks that stand alone (table 2 of the annex).
    case 0x102B...0x102C, 0x1038, 0x1062...0x1064, 0x1067...0x106D, 0x1083, 0x1087...0x108C,
      0x108F, 0x109A...0x109C, 0x1A61, 0x1A63...0x1A64, 0xAA7B, 0xAA7D, 0x11720...0x11721:
      return false
    default: return properties.generalCategory == .spacingMark
    }
  }

  private static func isPrepended(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x600...0x605, 0x6DD, 0x70F, 0x890...0x891, 0x8E2, 0xD4E, 0x110BD, 0x110CD,
      0x111C2...0x111C3, 0x1193F, 0x11941, 0x11A3A, 0x11A84...0x11A89, 0x11D46, 0x11F02:
      return true
    default: return false
    }
  }

  private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .control, .lineSeparator, .paragraphSeparator: return true
    case .format: return scalar != "\u{200C}" && scalar != "\u{200D}" && !isPrepended(scalar)
    case .unassigned: return scalar.properties.isDefaultIgnorableCodePoint
    default: return false
    }
  }
}
