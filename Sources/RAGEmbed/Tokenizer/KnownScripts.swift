/// The scripts that a vocabulary knows: those that enough of its pieces begin with.
///
/// A model whose vocabulary spells a script by single characters, or not at all, was not trained on
/// texts in it: its vectors of such texts mean little.
package struct KnownScripts: Sendable {
  /// Nil: nobody counted, and all are taken for known.
  private let scripts: Set<UInt32>?

  /// So many pieces make a script known. A vocabulary for English holds some hundred characters of
  /// others; one for several languages, thousands of pieces of each.
  private static let pieceCount = 1_000

  /// All scripts.
  init() { scripts = nil }

  /// Counts pieces by the script of their first letter.
  ///
  /// - Complexity: O(bytes of the pieces).
  init(_ pieces: ByteStrings) {
    var counts: [UInt32: Int] = [:]
    for index in 0..<pieces.count {
      let piece = pieces.bytes[pieces[index]]
      // Special tokens: `[unused7]`.
      if piece.count > 2, piece.first == 0x5B, piece.last == 0x5D { continue }
      var decoder = UTF8()
      var bytes = piece.makeIterator()
      while case .scalarValue(let scalar) = decoder.decode(&bytes) {
        guard Self.isLetter(scalar) else { continue }
        counts[Self.script(of: scalar), default: 0] += 1
        break
      }
    }
    scripts = Set(counts.filter { $0.value >= Self.pieceCount }.keys)
  }

  /// The share of the letters of a text that are of known scripts; 1 for a text without letters.
  func share(of text: String) -> Double {
    guard let scripts else { return 1 }
    var (letters, known) = (0, 0)
    for scalar in text.unicodeScalars where Self.isLetter(scalar) {
      letters += 1
      if scripts.contains(Self.script(of: scalar)) { known += 1 }
    }
    return letters > 0 ? Double(known) / Double(letters) : 1
  }

  private static func isLetter(_ scalar: Unicode.Scalar) -> Bool {
    scalar.isASCII
      ? (0x61...0x7A).contains(scalar.value | 0x20) : scalar.properties.isAlphabetic
  }

  /// A number for Latin, Kana, Hangul and Han, which have several ranges; for others the range of
  /// 256 scalars, which is as good as a script here.
  private static func script(of scalar: Unicode.Scalar) -> UInt32 {
    switch scalar.value {
    case ..<0x250, 0x1E00...0x1EFF: 0
    case 0x3040...0x30FF, 0x31F0...0x31FF, 0xFF66...0xFF9F: 1
    case 0x1100...0x11FF, 0x3130...0x318F, 0xA960...0xA97F, 0xAC00...0xD7FF: 2
    case 0x2E80...0x2FDF, 0x3005...0x3007, 0x3400...0x4DBF, 0x4E00...0x9FFF, 0xF900...0xFAFF,
      0x20000...0x3FFFF:
      3
    default: 4 + scalar.value >> 8
    }
  }
}
