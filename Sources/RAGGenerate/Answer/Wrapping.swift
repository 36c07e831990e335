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
    guard let place = possibleLeadIn(in: text) else { return nil }
    let inside = text[text.index(after: place)...]
    let words = inside.split { !$0.isLetter }.map { $0.lowercased() }
    let areAll = words.allSatisfy { leadIns.contains($0) || leadInAdditions.contains($0) }
    let isLeadIn =
      areAll && words.first.map(leadIns.contains) == true
      && inside.allSatisfy { $0.isLetter || " .:：".contains($0) }
    return isLeadIn ? place : nil
  }

  /// Where a bracket opens that may hold no more once more has come; that of "open(document[9])" is
  /// none.
  private static func possibleLeadIn(in text: Substring) -> Substring.Index? {
    guard let place = text.lastIndex(where: { "()（）[]".contains($0) }), "(（".contains(text[place]),
      text[place...].count <= leadInCount
    else { return nil }
    return opensCall(text[...place]) ? nil : place
  }

  /// Whether a text ends with the bracket of a call, as in `print([1])`.
  static func opensCall(_ text: some StringProtocol) -> Bool {
    guard text.last == "(", let name = text.dropLast().last else { return false }
    return name.isASCII && (name.isLetter || name.isNumber || name == "_")
  }

  /// Longer ones say something.
  private static let leadInCount = 24
  private static let leadIns: Set<String> = [
    "see", "cf", "source", "sources", "ref", "refs", "reference", "references", "document",
    "documents", "siehe", "vgl", "vergleiche", "quelle", "quellen", "来源", "出处", "参见", "参阅", "详见",
    "见", "参考", "见来源", "见文档", "参见来源", "参见文档", "详见文档",
  ]
  private static let leadInAdditions: Set<String> = ["also", "auch", "dazu"]

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
