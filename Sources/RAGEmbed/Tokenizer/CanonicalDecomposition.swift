import Foundation

/// Canonical decompositions of single scalars (Unicode Standard, section 3.7).
enum CanonicalDecomposition {
  /// The blocks that have scalars with a decomposition, Hangul syllables aside, which decompose by
  /// rule. They are those of Unicode 9, as in the reference tokenizer; later versions change none
  /// of them.
  private static let candidates: [ClosedRange<UInt32>] = [
    0xC0...0x233, 0x340...0x3D4, 0x400...0x4F9, 0x622...0x6D3, 0x929...0x934, 0x958...0x95F,
    0x9CB...0x9DF, 0xA33...0xA5E, 0xB48...0xB5D, 0xB94...0xBCC, 0xC48...0xC48, 0xCC0...0xCCB,
    0xD4A...0xD4C, 0xDDA...0xDDE, 0xF43...0xFB9, 0x1026...0x1026, 0x1B06...0x1B43,
    0x1E00...0x1FFD, 0x2000...0x2001, 0x2126...0x212B, 0x219A...0x22ED, 0x2329...0x232A,
    0x2ADC...0x2ADC, 0x304C...0x30FE, 0xF900...0xFAD9, 0xFB1D...0xFB4E, 0x1109A...0x110AB,
    0x1112E...0x1112F, 0x1134B...0x1134C, 0x114BB...0x114BE, 0x115BA...0x115BB,
    0x1D15E...0x1D1C0, 0x2F800...0x2FA1D,
  ]

  private static let table: [UInt32: [Unicode.Scalar]] = {
    // One call for all: a line each, for decomposition never crosses a line end.
    let scalars = candidates.joined().compactMap(Unicode.Scalar.init)
    var lines = String.UnicodeScalarView()
    for scalar in scalars {
      lines.append(scalar)
      lines.append("\n")
    }
    let decomposed = String(lines).decomposedStringWithCanonicalMapping.unicodeScalars
    var table: [UInt32: [Unicode.Scalar]] = [:]
    for (scalar, line) in zip(scalars, decomposed.split(separator: "\n")) {
      if line.first != scalar { table[scalar.value] = Array(line) }
    }
    return table
  }()

  /// Calls `body` with each scalar of the full canonical decomposition, itself where it has none.
  static func forEach(of scalar: Unicode.Scalar, _ body: (Unicode.Scalar) -> Void) {
    let value = scalar.value
    switch value {
    case 0xAC00...0xD7A3:
      // Hangul syllables (section 3.12).
      let index = value - 0xAC00
      let parts = [0x1100 + index / 588, 0x1161 + index % 588 / 28, 0x11A7 + index % 28]
      for part in parts.prefix(index % 28 == 0 ? 2 : 3) { Unicode.Scalar(part).map(body) }
    case 0..<0xC0, 0x3100..<0xF900:
      body(scalar)
    default:
      guard let parts = table[value] else { return body(scalar) }
      for part in parts { body(part) }
    }
  }
}
