/// A piece of SQL.
struct SQLToken: Hashable {
  enum Kind {
    /// A keyword or a bare name.
    case word
    /// A name in quotes of one of three kinds; `text` is without them.
    case quotedName
    /// A string; `text` is what it says.
    case string
    case number
    case symbol
    case comment
    /// A string, name or comment that does not end.
    case unterminated
  }

  var kind: Kind
  var text: String
  /// Where it stands, in UTF-8 bytes.
  var range: Range<Int>

  /// Whether it can name a table or a column.
  var isName: Bool { kind == .word || kind == .quotedName }

  func isWord(_ word: String) -> Bool { kind == .word && text.uppercased() == word }

  func isSymbol(_ symbol: String) -> Bool { kind == .symbol && text == symbol }
}
