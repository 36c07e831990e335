/// The part of a source that speaks of what a statement does.
enum SharedContext {
  /// The share of the statement's words that a text in its language has.
  private static let leastCoverage = 0.3

  /// The pieces of a text that share a word with a statement, but for its numbers, those that go on
  /// with one, the headings and the beginning; all of a text that has few of its words, as in another
  /// language.
  /// - Complexity: O(bytes).
  static func of(_ statement: String, in text: String) -> String {
    let said = Set(words(of: statement))
    let bytes = Array(text.utf8)
    var context: [String] = []
    var shared: Set<String> = []
    // Whether the piece before is part of it, and whether that ends a sentence.
    var isWithin = false
    var isFinished = true
    for piece in SourceSentences.pieces(of: text) {
      let string = String(decoding: bytes[piece.range], as: UTF8.self)
      let end = string.last { !"\"'”’)]」』）*_".contains($0) }
      let ends = end.map { ".!?…。！？".contains($0) } == true
      // Below a heading or a label, in a list or table, and behind "It".
      let goesOn = isWithin && (!isFinished || !ends || refersBack(string))
      let common = said.intersection(words(of: string))
      shared.formUnion(common)
      isWithin = goesOn || !common.isEmpty
      isFinished = ends
      let isHeading = !ends && !piece.isLine && !"-*+•".contains(string.first ?? "-")
      if isWithin || isHeading || context.isEmpty { context.append(string) }
    }
    let isEnough = Double(shared.count) >= leastCoverage * Double(said.count)
    return isEnough && !shared.isEmpty ? context.joined(separator: "\n") : text
  }

  private static func words(of text: String) -> [String] {
    InformativeWords.words(of: text).filter { !$0.allSatisfy(\.isNumber) }
  }

  private static func refersBack(_ sentence: String) -> Bool {
    let first = sentence.prefix { $0.isLetter || $0 == "'" || $0 == "’" }.lowercased()
    return pronouns.contains(first) || unspacedPronouns.contains(where: first.hasPrefix)
  }

  private static let pronouns: Set<String> = [
    "it", "its", "he", "his", "she", "her", "they", "their", "this", "these", "that", "those",
    "both", "there", "here", "then", "er", "sie", "es", "ihr", "ihre", "sein", "seine", "dies",
    "diese",
    "dieser", "dieses", "das", "dort", "dann", "dabei", "il", "elle", "ils", "elles", "ce", "cela",
  ]
  private static let unspacedPronouns = ["它", "他", "她", "这", "该", "其", "此"]
}
