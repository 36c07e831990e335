/// Makes text of documents and models safe for a terminal: no control sequences.
enum Printable {
  /// Text on several lines: keeps line breaks and tabs, replaces other control characters.
  static func text(_ text: String) -> String {
    guard text.unicodeScalars.contains(where: isControl) else { return text }
    var scalars = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
      // A lone CR would let a line overwrite itself.
      if scalar == "\r" { continue }
      scalars.append(isControl(scalar) ? "\u{FFFD}" : scalar)
    }
    return String(scalars)
  }

  /// Text on one line: every run of white space and line breaks is one space.
  static func line(_ line: String) -> String {
    text(line).split(whereSeparator: \.isWhitespace).joined(separator: " ")
  }

  /// C0 but tab and line feed, DEL, C1, and the marks that reorder what follows.
  private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x09, 0x0A: false
    case 0x00...0x1F, 0x7F...0x9F, 0x202A...0x202E, 0x2066...0x2069: true
    default: false
    }
  }
}
