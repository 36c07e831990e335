/// Takes out of a text what a reader cannot see but a model or a terminal obeys.
///
/// Gone are control characters, bidirectional and other format controls, tag characters, fillers
/// and the variation selectors that can carry hidden bytes. Joiners stay where scripts and emoji
/// need them. CR, CRLF, NEL and the Unicode line and paragraph separators become LF.
enum InvisibleScalars {
  /// The text without them.
  static func removed(from text: String) -> [Unicode.Scalar] {
    let scalars = Array(text.unicodeScalars)
    var result: [Unicode.Scalar] = []
    result.reserveCapacity(scalars.count)
    for (index, scalar) in scalars.enumerated() {
      switch scalar {
      case "\r":
        if index + 1 == scalars.count || scalars[index + 1] != "\n" { result.append("\n") }
      case "\u{85}", "\u{2028}", "\u{2029}":
        result.append("\n")
      case "\u{200C}", "\u{200D}":
        let next = index + 1 < scalars.count ? scalars[index + 1] : nil
        if let last = result.last, let next, joins(last, next) { result.append(scalar) }
      case "\u{FE0E}", "\u{FE0F}":
        if let last = result.last, last.properties.isEmoji { result.append(scalar) }
      default:
        if !isInvisible(scalar) { result.append(scalar) }
      }
    }
    return result
  }

  /// Whether a scalar shows nothing of its own; line feed and tab do.
  static func isInvisible(_ scalar: Unicode.Scalar) -> Bool {
    if scalar.value < 0x7F { return scalar.value < 0x20 && scalar != "\n" && scalar != "\t" }
    switch scalar.properties.generalCategory {
    case .control: return true
    // Signs that are written around digits, in Arabic and elsewhere, do show.
    case .format: return !isNumberSign(scalar)
    default: return scalar.properties.isDefaultIgnorableCodePoint
    }
  }

  /// The ASCII form of a full-width scalar; any other as it is.
  static func narrow(_ scalar: Unicode.Scalar) -> Unicode.Scalar {
    guard (0xFF01...0xFF5E).contains(scalar.value) else { return scalar }
    return Unicode.Scalar(scalar.value - 0xFEE0) ?? scalar
  }

  private static func isNumberSign(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x0600...0x0605, 0x06DD, 0x070F, 0x0890...0x0891, 0x08E2, 0x110BD, 0x110CD: true
    default: false
    }
  }

  /// Whether a joiner between two scalars belongs there.
  private static func joins(_ first: Unicode.Scalar, _ second: Unicode.Scalar) -> Bool {
    let isSelector = first == "\u{FE0F}" || first.properties.isEmojiModifier
    if second.properties.isEmoji, second.value > 0x7F {
      return isSelector || (first.properties.isEmoji && first.value > 0x7F)
    }
    return needsJoiners(first) && needsJoiners(second)
  }

  /// Arabic, the scripts of India and their neighbours, Khmer and Mongolian.
  private static func needsJoiners(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x0600..<0x0780, 0x0860..<0x0E00, 0x1000..<0x10A0, 0x1780..<0x18B0, 0xA8E0..<0xA900,
      0xFB50..<0xFE00, 0xFE70..<0xFEFF:
      true
    default: false
    }
  }
}
