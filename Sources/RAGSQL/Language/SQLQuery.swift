import RAGGenerate

/// One SQL query as a model wrote it, without the words around it.
///
/// Two queries are equal when they have the same tokens: blanks, comments and the case of bare
/// words do not count.
public struct SQLQuery: Sendable, Hashable {
  /// The query, without a semicolon at its end.
  public let text: String

  private let key: [String]

  /// Takes a query as it is, but for blanks, comments and a semicolon at its ends.
  public init(_ text: String) {
    let tokens = SQLLexer.tokens(of: text)
    let kept = tokens[..<(1 + (tokens.lastIndex { !$0.isSymbol(";") } ?? -1))]
    let bytes = Array(text.utf8)
    self.text =
      if let first = kept.first, let last = kept.last {
        String(decoding: bytes[first.range.lowerBound..<last.range.upperBound], as: UTF8.self)
      } else {
        ""
      }
    key = kept.map { token in
      switch token.kind {
      case .word: token.text.lowercased()
      case .string: "'" + token.text
      case .quotedName: "\"" + token.text.lowercased()
      default: token.text
      }
    }
  }

  /// Finds the query in a model's answer: in the last code fence that holds one, or in the text.
  /// - Throws: `UnreadableProposal` when there is no query or more than one.
  public init(answer: String) throws {
    let fences = Self.fencedParts(of: answer)
    guard let source = fences.last(where: Self.begins) ?? fences.last ?? Self.barePart(of: answer)
    else {
      throw UnreadableProposal(
        "the answer holds no query: write one SELECT statement in a ```sql code block")
    }
    let query = SQLQuery(source)
    guard !query.text.isEmpty else {
      throw UnreadableProposal("the code block is empty: write one SELECT statement into it")
    }
    guard !SQLLexer.tokens(of: query.text).contains(where: { $0.isSymbol(";") }) else {
      throw UnreadableProposal(
        "the answer holds several statements: write one SELECT statement alone")
    }
    self = query
  }

  /// Whether two queries have the same tokens.
  public static func == (left: SQLQuery, right: SQLQuery) -> Bool { left.key == right.key }

  /// Hashes the tokens.
  public func hash(into hasher: inout Hasher) { hasher.combine(key) }

  private static func begins(_ text: String) -> Bool {
    guard let first = SQLLexer.tokens(of: text).first else { return false }
    return ["SELECT", "WITH", "VALUES"].contains { first.isWord($0) } || first.isSymbol("(")
  }

  /// What stands between lines of three back quotes or more; a fence that does not end goes on to
  /// the end of the text.
  private static func fencedParts(of text: String) -> [String] {
    var parts: [String] = []
    var inside: [Substring]?
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
      let trimmed = line.drop { $0 == " " || $0 == "\t" }
      guard trimmed.hasPrefix("```") || trimmed.hasPrefix("~~~") else {
        inside?.append(line)
        continue
      }
      if let lines = inside {
        parts.append(lines.joined(separator: "\n"))
        inside = nil
      } else {
        // The whole may stand on one line: ```sql SELECT 1```
        let rest = trimmed.drop { $0 == "`" || $0 == "~" }
        if let end = rest.firstRange(of: "```") {
          parts.append(String(withoutLanguage(rest[..<end.lowerBound])))
        } else {
          inside = [withoutLanguage(rest)]
        }
      }
    }
    if let inside { parts.append(inside.joined(separator: "\n")) }
    return parts.filter { $0.contains { !$0.isWhitespace } }
  }

  private static func withoutLanguage(_ line: Substring) -> Substring {
    let word = line.prefix { $0.isLetter || $0.isNumber }
    return ["sql", "sqlite", "sqlite3"].contains(word.lowercased())
      ? line.dropFirst(word.count) : line
  }

  /// The text from the first line that begins like a query.
  private static func barePart(of answer: String) -> String? {
    let lines = answer.split(separator: "\n", omittingEmptySubsequences: false)
    if let start = lines.firstIndex(where: { begins(String(withoutLabel($0))) }) {
      let rest = [withoutLabel(lines[start])] + lines[(start + 1)...].prefix { !$0.isEmpty }
      return rest.joined(separator: "\n")
    }
    // Something else than a query is for the sandbox to refuse, by its name.
    let first = SQLLexer.tokens(of: answer).first
    return first.map { token in commandWords.contains { token.isWord($0) } } ?? false
      ? answer : nil
  }

  private static func withoutLabel(_ line: Substring) -> Substring {
    let trimmed = line.drop { $0 == " " || $0 == "\t" }
    for label in ["sql:", "query:", "sql query:", "sqlite:"] {
      if trimmed.lowercased().hasPrefix(label) { return trimmed.dropFirst(label.count) }
    }
    return trimmed
  }
}

/// Words that begin statements which are no queries.
private let commandWords = [
  "ALTER", "ANALYZE", "ATTACH", "BEGIN", "COMMIT", "CREATE", "DELETE", "DETACH", "DROP", "END",
  "EXPLAIN", "INSERT", "PRAGMA", "REINDEX", "RELEASE", "REPLACE", "ROLLBACK", "SAVEPOINT",
  "UPDATE", "VACUUM",
]
