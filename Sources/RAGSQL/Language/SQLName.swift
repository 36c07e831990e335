import CSQLite
import RAGGenerate

/// Names and texts as SQL writes them.
enum SQLName {
  /// The name in double quotes.
  static func quoted(_ name: String) -> String {
    "\"" + name.replacing("\"", with: "\"\"") + "\""
  }

  /// The name, in quotes where SQLite needs them, and where a prompt shows it in another form:
  /// quotes tell where such a name ends.
  static func written(_ name: String) -> String {
    let tokens = SQLLexer.tokens(of: name)
    let isBare =
      tokens.count == 1 && tokens[0].kind == .word && tokens[0].text == name
      // A name that begins so is a parameter.
      && !name.hasPrefix("$") && sqlite3_keyword_check(name, CInt(name.utf8.count)) == 0
      && PromptFence.inside(name) == name
    return isBare ? name : quoted(name)
  }

  /// A text in single quotes.
  static func literal(_ text: String) -> String { "'" + text.replacing("'", with: "''") + "'" }
}
