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
    /// Its line begins with it.
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
    let visible = line.reversed().drop(while: \.isWhitespace).reversed()
    let said = String(visible).lowercased()
    let label = said.last.map(":：".contains) == true ? said.dropLast() : said[...]
    let word = String(label.reversed().prefix(while: \.isLetter).reversed())
    if words.contains(word) || said.hasSuffix("based on")
      || unspacedWords.contains(where: word.hasSuffix)
    {
      return .object
    }
    let isBare = said.withoutListNumber.allSatisfy { !$0.isLetter && !$0.isNumber }
    if isBare, said.utf8.count < byteCount / 2 { return .opening }
    if said.last.map(".!?…。！？".contains) == true { return .sequel }
    let sentences = SentenceSplitter.ranges(in: said)
    let begun = sentences.last.map { String(decoding: Array(said.utf8)[$0], as: UTF8.self) } ?? ""
    // The cells of a table are statements of their own.
    let isEarly = begun.first != "|" && InformativeWords.words(of: begun).count < wordCount
    return isEarly ? .early : .reference
  }

  /// Whether a marker stands beside the one before it, by what is between them.
  static func continues(_ between: String) -> Bool { ReferenceClause.addsNothing(between) }

  private static let words: Set<String> = [
    "to", "in", "from", "by", "per", "see", "source", "sources", "document", "documents", "passage",
    "passages", "reference", "references", "as", "both", "using", "following", "whereas", "while",
    "than", "and", "or", "but", "that", "laut", "gemäß", "quelle", "quellen", "dokument", "siehe",
    "und", "oder", "selon", "dans", "et", "según", "en", "y", "fuente",
  ]
  private static let unspacedWords = ["根据", "依据", "按照", "来源", "出处", "文档", "参见", "详见", "请见"]
}
