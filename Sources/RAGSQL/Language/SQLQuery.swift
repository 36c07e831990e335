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
    guard
      let source = fences.last(where: Self.beginsWithWord) ?? fences.last(where: Self.begins)
        ?? fences.last(where: Self.commands)
        ?? Self.barePart(of: answer)
    else {
      throw UnreadableProposal(
        "the answer holds no query: write one SELECT statement in a ```sql code block")
    }
    let query = SQLQuery(source)
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
    beginsWithWord(text) || SQLLexer.tokens(of: text).first?.isSymbol("(") == true
  }

  private static func beginsWithWord(_ text: String) -> Bool {
    let first = SQLLexer.tokens(of: text).first
    return first.map { token in ["SELECT", "WITH", "VALUES"].contains { token.isWord($0) } }
      ?? false
  }

  /// Something else than a query, for the sandbox to refuse by its name.
  private static func commands(_ text: String) -> Bool {
    let first = SQLLexer.tokens(of: text).first
    return first.map { token in commandWords.contains { token.isWord($0) } } ?? false
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

  /// What of the line of a fence is not the name of a language.
  private static func withoutLanguage(_ line: Substring) -> Substring {
    let rest = line.drop { $0.isLetter || $0.isNumber }
    return begins(String(line)) ? line : begins(String(rest)) ? rest : ""
  }

  /// The query in a text without fences: from a line that begins like one, or from behind a colon
  /// or in a back quote, to its semicolon, the end of a tag or fence, or an empty line behind which
  /// no SQL goes on. Where another query follows, with that one, to be refused.
  private static func barePart(of answer: String) -> String? {
    let lines = answer.split(separator: "\n", omittingEmptySubsequences: false)
    guard let start = lines.firstIndex(where: { beginning(in: $0) != nil }),
      let first = beginning(in: lines[start])
    else { return commands(answer) ? answer : nil }
    let rest = lines[(start + 1)...].prefix { line in
      !["```", "~~~", "</"].contains { line.hasPrefix($0) }
    }
    let text = ([first] + rest).joined(separator: "\n")
    let (query, behind) = parts(of: text)
    // A second query, or a command, is for the model to choose from.
    let isAlone = behind.split(separator: "\n").allSatisfy {
      !beginsWithWord(String($0)) && !commands(String($0))
    }
    return isAlone ? query : query + ";" + behind
  }

  /// What goes on like SQL, and what stands behind: after a semicolon, or after an empty line where
  /// no word follows that a query can go on with.
  private static func parts(of text: String) -> (query: String, behind: String) {
    let bytes = Array(text.utf8)
    let tokens = SQLLexer.tokens(of: text)
    var depth = 0
    for (index, token) in tokens.enumerated() {
      if token.isSymbol("(") { depth += 1 }
      if token.isSymbol(")") { depth -= 1 }
      let end = token.range.upperBound
      let next = index + 1 < tokens.count ? tokens[index + 1] : nil
      let gap = String(
        decoding: bytes[end..<(next?.range.lowerBound ?? bytes.count)], as: UTF8.self)
      let isNewParagraph =
        depth <= 0 && gap.split(separator: "\n", omittingEmptySubsequences: false).count > 2
        && next.map { token in !goingOn.contains { token.isWord($0) || token.isSymbol($0) } }
          ?? false
      guard token.isSymbol(";") || isNewParagraph else { continue }
      return (
        String(
          decoding: bytes[..<(token.isSymbol(";") ? token.range.lowerBound : end)], as: UTF8.self),
        String(decoding: bytes[end...], as: UTF8.self)
      )
    }
    return (text, "")
  }

  /// The part of a line that begins like a query.
  private static func beginning(in line: Substring) -> Substring? {
    if begins(String(line)) { return line }
    if let open = line.firstIndex(of: "`") {
      let inside = line[line.index(after: open)...].prefix { $0 != "`" }
      if begins(String(inside)) { return inside }
    }
    guard let colon = line.firstIndex(of: ":") else { return nil }
    let rest = line[line.index(after: colon)...].drop { $0 == " " || $0 == "\t" }
    return begins(String(rest)) ? rest : nil
  }
}

/// What a query goes on with after its beginning.
private let goingOn = [
  "FROM", "WHERE", "GROUP", "HAVING", "WINDOW", "ORDER", "LIMIT", "OFFSET", "UNION", "INTERSECT",
  "EXCEPT", "JOIN", "LEFT", "RIGHT", "FULL", "INNER", "CROSS", "NATURAL", "ON", "USING", "AND",
  "OR",
  "NOT", "IN", "BETWEEN", "LIKE", "IS", "AS", "THEN", "ELSE", "END", "WHEN", "ASC", "DESC", ",",
  ")",
  "(", "=", "<", ">", ";",
]

/// Words that begin statements which are no queries.
private let commandWords = [
  "ALTER", "ANALYZE", "ATTACH", "BEGIN", "COMMIT", "CREATE", "DELETE", "DETACH", "DROP", "END",
  "EXPLAIN", "INSERT", "PRAGMA", "REINDEX", "RELEASE", "REPLACE", "ROLLBACK", "SAVEPOINT",
  "UPDATE", "VACUUM",
]
