import Foundation

/// A text in the form in which a statement and its source are compared where they differ in what
/// no reader would call a difference: letter case, forms of width and compatibility (NFKC), white
/// space, quotation marks, dashes, invisible characters, and marks of Markdown emphasis.
struct NormalisedText {
  private var scalars: [Unicode.Scalar] = []
  /// For each scalar the UTF-8 offsets in the text of the character it came from.
  private var places: [Range<Int>] = []

  init(_ text: String) {
    var offset = 0
    var blank: Range<Int>?
    for character in text {
      let place = offset..<(offset + character.utf8.count)
      offset = place.upperBound
      if character.isWhitespace {
        if !scalars.isEmpty { blank = blank ?? place }
        continue
      }
      let folded = String(character).precomposedStringWithCompatibilityMapping.lowercased()
      for scalar in folded.unicodeScalars {
        guard !InvisibleScalars.isInvisible(scalar), !"*_`#".unicodeScalars.contains(scalar) else {
          continue
        }
        if let gap = blank { append(" ", gap) }
        blank = nil
        append(Self.plain(scalar), place)
      }
    }
  }

  private mutating func append(_ scalar: Unicode.Scalar, _ place: Range<Int>) {
    scalars.append(scalar)
    places.append(place)
  }

  private static func plain(_ scalar: Unicode.Scalar) -> Unicode.Scalar {
    switch scalar {
    case "‘", "’", "‚", "‛", "′": "'"
    case "“", "”", "„", "‟", "″", "«", "»": "\""
    case "‐", "‑", "‒", "–", "—", "―", "−": "-"
    default: scalar
    }
  }

  /// Where another text stands in this one, as UTF-8 offsets; nil where it does not. It does not end
  /// within a word or a number: "limit 1" is not in "limit 16", nor in "limit 1.5".
  ///
  /// - Complexity: O(scalars of both), but for texts that repeat themselves.
  func range(of other: NormalisedText) -> Range<Int>? {
    guard let first = other.scalars.first, other.scalars.count <= scalars.count else { return nil }
    for start in 0...(scalars.count - other.scalars.count) where scalars[start] == first {
      let end = start + other.scalars.count
      if scalars[start..<end].elementsEqual(other.scalars), !isWithinWord(start), !isWithinWord(end)
      {
        return places[start].lowerBound..<places[end - 1].upperBound
      }
    }
    return nil
  }

  /// Whether a word or number goes on across a place between two scalars.
  private func isWithinWord(_ place: Int) -> Bool {
    guard place > 0, place < scalars.count else { return false }
    let (before, after) = (scalars[place - 1], scalars[place])
    if Self.isDigit(before), after == "." || after == "," {
      return place + 1 < scalars.count && Self.isDigit(scalars[place + 1])
    }
    if Self.isDigit(after), before == "." || before == "," || before == "-" { return true }
    return Self.isSpacedWord(before) && Self.isSpacedWord(after)
  }

  private static func isDigit(_ scalar: Unicode.Scalar) -> Bool {
    scalar.properties.generalCategory == .decimalNumber
  }

  /// Whether a scalar is of a word in a script that sets words apart by spaces.
  private static func isSpacedWord(_ scalar: Unicode.Scalar) -> Bool {
    (scalar.properties.isAlphabetic || isDigit(scalar)) && !InformativeWords.isUnspaced(scalar)
  }
}
