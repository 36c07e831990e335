import RAGCore

/// Tells the markers that stand before their statement, or are a part of its grammar: "According to
/// [1], …", "[1] and [2] say …", "… as stated in [1]".
enum LeadingMarker {
  /// Of a line, what is looked at.
  static let byteCount = 64
  /// A marker with fewer informative words before it in its sentence is judged by all of it.
  private static let wordCount = 3

  /// What the words of a line make of a marker behind them.
  enum Role {
    /// Its line begins with it, or what a colon announces.
    case opening
    /// It stands behind a sentence; where it begins the next one, that goes on with a small letter.
    case sequel
    /// A word such as a preposition needs it.
    case object
    /// It stands behind the first words of its statement.
    case early
    /// What was said has it for its source.
    case reference
  }

  /// The role of a marker by what its line has since the marker before, at most the last
  /// ``byteCount`` of it.
  static func role(behind line: String) -> Role {
    let shown = Wrapping.withoutOpening(line[...])
    let said = shown.lowercased()
    let label = said.last.map(":：".contains) == true ? said.dropLast() : said[...]
    let word = String(label.reversed().prefix(while: \.isLetter).reversed())
    if words.contains(word) || said.hasSuffix("based on")
      || unspacedWords.contains(where: word.hasSuffix)
    {
      return .object
    }
    if label.count < said.count { return .opening }
    let isBare = String(shown).withoutListNumber.allSatisfy { !$0.isLetter && !$0.isNumber }
    if isBare, said.utf8.count < byteCount / 2 { return .opening }
    if said.last.map(".!?…。！？".contains) == true { return .sequel }
    let sentences = SentenceSplitter.ranges(in: said)
    let begun = sentences.last.map { String(decoding: Array(said.utf8)[$0], as: UTF8.self) } ?? ""
    // The cells of a table are statements of their own.
    let clause = String(begun[clauseStart(in: begun)...])
    let isEarly = begun.first != "|" && !saysEnough(clause)
    return isEarly ? .early : .reference
  }

  /// Whether what follows a text belongs to the marker behind it, if that is so of the marker before.
  static func opensClause(_ line: String) -> Bool {
    line.last { !$0.isWhitespace }.map { ",;:，；：".contains($0) } == true
  }

  /// The clause of a sentence that a place is in, where it says enough by itself; and that place in
  /// it, in bytes.
  static func clause(of sentence: String, around place: Int) -> (text: String, place: Int) {
    let before = String(decoding: Array(sentence.utf8)[..<place], as: UTF8.self)
    let start = before[..<clauseStart(in: before)].utf8.count
    let rest = String(decoding: Array(sentence.utf8)[start...], as: UTF8.self)
    for match in rest.matches(of: joints) {
      let clause = String(rest[..<match.range.lowerBound])
      if clause.utf8.count > place - start, saysEnough(clause) { return (clause, place - start) }
    }
    return (rest, place - start)
  }

  /// Where the last clause of a text begins, if what is before it says enough by itself.
  private static func clauseStart(in text: String) -> String.Index {
    let joint = text.matches(of: innerJoints).last {
      saysEnough(String(text[..<$0.range.lowerBound]))
    }
    return joint?.range.upperBound ?? text.startIndex
  }

  /// Regular expressions are parsed each time that they are written within a function.
  private nonisolated(unsafe) static let joints =
    /[,，]\s*(?:and|but|while|whereas|und|aber|而)\b|[;；]/
  private nonisolated(unsafe) static let innerJoints =
    /[,，\s]\s*(?:and|but|while|whereas|und|aber|während)\s+|[,，]而|[;；]\s*/

  private static func saysEnough(_ text: String) -> Bool {
    InformativeWords.words(of: text).count >= wordCount
  }

  /// Whether a marker stands beside the one before it, by what is between them.
  static func continues(_ between: String) -> Bool { Formula.reference.covers(between) }

  private static let words: Set<String> = [
    "to", "in", "from", "by", "per", "see", "source", "sources", "document", "documents", "passage",
    "passages", "reference", "references", "as", "both", "using", "following", "whereas", "while",
    "than", "and", "or", "but", "that", "also", "either", "neither", "nor", "laut", "gemäß",
    "quelle", "quellen", "dokument", "siehe",
    "und", "oder", "sowohl", "als", "auch", "weder", "noch", "selon", "dans", "et", "según", "en",
    "y", "fuente", "和", "及", "与", "或",
  ]
  private static let unspacedWords = ["根据", "依据", "按照", "来源", "出处", "文档", "参见", "详见", "请见"]
}
