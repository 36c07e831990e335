/// What models put around a marker to set it apart from the text.
struct Wrapping {
  let opening: String
  let closing: String

  static let all = [
    Wrapping(opening: "<sup>", closing: "</sup>"), Wrapping(opening: "**", closing: "**"),
  ]
  /// What they are made of that is no text.
  static let tags = ["<sup>", "</sup>"]
  /// Brackets, by what opens them.
  static let brackets: [Character: Character] = ["(": ")", "（": "）", "[": "]", "【": "】"]

  /// What parts markers from one another.
  static let separators: Set<Character> = [",", ";", "、", "，", "；"]
  /// Words that do.
  static let joiners: Set<String> = ["and", "or", "und", "oder", "和", "及", "与", "或"]

  /// What opens one, or may once more has come, longer ones first.
  private static let starts = all.flatMap { wrapping in
    (1...wrapping.opening.count).reversed().map { wrapping.opening.prefix($0) }
  }

  /// Whether one that closes next would have been opened in a line.
  func isOpen(in line: some StringProtocol) -> Bool {
    opening != closing || line.ranges(of: opening).count % 2 == 1
  }

  /// Whether a line ends with what opens one.
  func opens(atEndOf line: some StringProtocol) -> Bool {
    line.hasSuffix(opening) && isOpen(in: line)
  }

  /// A text without what closes wrappings at its beginning, behind a marker.
  static func withoutClosing(_ text: String) -> Substring {
    var rest = text[...]
    while let wrapping = all.first(where: { rest.hasPrefix($0.closing) }) {
      rest = rest.dropFirst(wrapping.closing.count)
    }
    return rest
  }

  /// A text without what opens brackets and wrappings at its end, in which a marker stands.
  static func withoutOpening(_ text: Substring) -> Substring {
    withoutEnd(text) { rest, last in
      if brackets[last] != nil || last.isWhitespace { return 1 }
      return all.first { $0.opens(atEndOf: rest) }?.opening.count
    }
  }

  /// Where a bracket opens in a text that holds no more than what leads to a marker, as in "(cf."
  static func leadIn(in text: Substring) -> Substring.Index? {
    possibleLeadIn(in: text).flatMap { place in
      let inside = text[text.index(after: place)...]
      return inside.contains(where: \.isLetter) && Formula.reference.covers(String(inside))
        ? place : nil
    }
  }

  /// Where a bracket opens that may hold no more once more has come.
  private static func possibleLeadIn(in text: Substring) -> Substring.Index? {
    guard let place = text.lastIndex(where: { "()（）[]".contains($0) }), "(（".contains(text[place]),
      text[place...].count <= leadInCount
    else { return nil }
    return place
  }

  /// Longer ones say something.
  private static let leadInCount = 24

  /// A text without what may go from its end where a marker behind it does.
  static func withoutPossibleOpening(_ text: Substring) -> Substring {
    withoutEnd(possibleLeadIn(in: text).map { text[..<$0] } ?? text) { rest, last in
      if brackets[last] != nil || separators.contains(last) || last.isWhitespace { return 1 }
      return starts.first(where: rest.hasSuffix)?.count
    }
  }

  /// A text without the parts at its end, told by their lengths in characters.
  private static func withoutEnd(
    _ text: Substring, part: (Substring, Character) -> Int?
  ) -> Substring {
    var rest = text
    while let last = rest.last, let count = part(rest, last) { rest.removeLast(count) }
    return rest
  }
}
