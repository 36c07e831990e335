/// The comments in a CREATE TABLE statement, by what they stand beside.
///
/// A comment on a line of its own speaks of the column after it, one at the end of a line of the
/// column before it, and one before the first column of the table.
struct DefinitionComments {
  private static let scalarCount = 120

  private(set) var table = ""
  /// By the column's name in lower case.
  private(set) var columns: [String: String] = [:]

  init() {}

  init(in definition: String) {
    let bytes = Array(definition.utf8)
    var depth = 0
    var isAtStart = false
    var column: String?
    var waiting: [String] = []
    var end = 0
    for token in SQLLexer.all(of: definition) {
      defer { end = token.range.upperBound }
      if token.kind == .comment {
        let text = Self.text(of: token)
        let isOnOwnLine = bytes[end..<token.range.lowerBound].contains(UInt8(ascii: "\n"))
        if let column, !isOnOwnLine {
          columns[column, default: ""] = Self.joined(columns[column] ?? "", text)
        } else if column == nil, !isOnOwnLine {
          table = Self.joined(table, text)
        } else {
          waiting.append(text)
        }
      } else if token.isSymbol("(") {
        depth += 1
        if depth == 1 {
          isAtStart = true
          for text in waiting { table = Self.joined(table, text) }
          waiting = []
        }
      } else if token.isSymbol(")") {
        depth -= 1
      } else if token.isSymbol(","), depth == 1 {
        isAtStart = true
      } else if isAtStart, depth == 1, token.isName {
        isAtStart = false
        let name = token.text.lowercased()
        column = name
        for text in waiting { columns[name] = Self.joined(columns[name] ?? "", text) }
        waiting = []
      }
    }
  }

  private static func text(of token: SQLToken) -> String {
    var text = token.text[...]
    if text.hasPrefix("/*") { text = text.dropFirst(2).dropLast(2) }
    text = text.drop { $0 == "-" || $0 == "*" }
    return text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
  }

  private static func joined(_ left: String, _ right: String) -> String {
    let text = left.isEmpty ? right : left + " " + right
    return String(String.UnicodeScalarView(text.unicodeScalars.prefix(scalarCount)))
  }
}
