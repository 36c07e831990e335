/// Tells the markers that stand before their statement, or are a part of its grammar: "According to
/// [1], …", "[1] and [2] say …", "… as stated in [1]".
enum LeadingMarker {
  /// Of a line, what is looked at.
  static let byteCount = 64

  /// What the words of a line make of a marker behind them.
  enum Role {
    /// Its line begins with it.
    case opening
    /// It stands behind a sentence; where it begins the next one, that goes on with a small letter.
    case sequel
    /// A word such as a preposition needs it.
    case object
    /// What was said has it for its source.
    case reference
  }

  /// The role of a marker by the last bytes of its line up to it, at most ``byteCount``.
  static func role(behind line: String) -> Role {
    let visible = line.reversed().drop(while: \.isWhitespace).reversed()
    let said = String(visible).lowercased()
    let word = String(said.reversed().prefix(while: \.isLetter).reversed())
    if words.contains(word) || said.hasSuffix("based on")
      || unspacedWords.contains(where: word.hasSuffix)
    {
      return .object
    }
    let isBare = said.withoutListNumber.allSatisfy { !$0.isLetter && !$0.isNumber }
    if isBare, said.utf8.count < byteCount / 2 { return .opening }
    return said.last.map(".!?…。！？".contains) == true ? .sequel : .reference
  }

  /// Whether another marker stands beside the one before it, with no more than such words between.
  static func continues(_ between: String) -> Bool {
    let parts = between.split { $0.isWhitespace || ",;、，".contains($0) }
    return parts.allSatisfy { joiners.contains($0.lowercased()) || words.contains($0.lowercased()) }
  }

  private static let words: Set<String> = [
    "to", "in", "from", "by", "per", "see", "source", "sources", "document", "documents", "passage",
    "passages", "reference", "references", "laut", "gemäß", "quelle", "quellen", "dokument",
    "selon", "dans", "según", "en", "fuente",
  ]
  private static let unspacedWords = ["根据", "依据", "按照", "来源", "文档", "参见"]
  private static let joiners: Set<String> = [
    "and", "or", "both", "&", "und", "et", "y", "和", "及", "与",
  ]
}
