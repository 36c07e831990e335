import Foundation

/// A text in the form in which a statement and its source are compared where they differ in what
/// no reader would call a difference: letter case, forms of width and compatibility (NFKC) but for
/// raised and lowered digits, white space, quotation marks, dashes, invisible characters, and marks
/// of Markdown emphasis and headings.
struct NormalisedText: Equatable {
  private var scalars: [Unicode.Scalar] = []
  /// For each scalar the UTF-8 offsets in the text of the character it came from.
  private var places: [Range<Int>] = []

  init(_ text: String) {
    let characters = Array(text)
    var offset = 0
    var blank: Range<Int>?
    for (index, character) in characters.enumerated() {
      let place = offset..<(offset + character.utf8.count)
      offset = place.upperBound
      if character.isWhitespace {
        if !scalars.isEmpty { blank = blank ?? place }
        continue
      }
      if Self.isMark(character, at: index, in: characters) { continue }
      for scalar in Self.folded(character).unicodeScalars
      where !InvisibleScalars.isInvisible(scalar) {
        if let gap = blank { append(" ", gap) }
        blank = nil
        append(Self.plain(scalar), place)
      }
    }
  }

  static func == (a: NormalisedText, b: NormalisedText) -> Bool { a.scalars == b.scalars }

  /// Raised, 10⁶ is a million, and 106 is not.
  private static func folded(_ character: Character) -> String {
    let isRaised = character.unicodeScalars.contains {
      $0.properties.generalCategory == .otherNumber
    }
    return isRaised
      ? String(character)
      : String(character).precomposedStringWithCompatibilityMapping.lowercased()
  }

  /// Whether a character is a mark of Markdown, and no part of a word (C#, 2*3, max_size).
  private static func isMark(_ character: Character, at index: Int, in text: [Character]) -> Bool {
    func isOutside(_ index: Int) -> Bool {
      !text.indices.contains(index) || !(text[index].isLetter || text[index].isNumber)
    }
    switch character {
    case "#": return index == 0 || text[index - 1].isWhitespace || text[index - 1] == "#"
    case "*", "_", "`": return isOutside(index - 1) || isOutside(index + 1)
    default: return false
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
    // C is neither C# nor C++.
    if Self.isSpacedWord(before), after == "#" || after == "+" { return true }
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
