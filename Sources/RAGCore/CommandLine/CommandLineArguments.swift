/// The words of a command line, split as a shell splits them, but never run by one.
///
/// White space separates words. Single quotes keep everything as it is; double quotes keep all
/// but a backslash before `"`, `\`, `$`, a backquote or a line break; elsewhere a backslash takes
/// the next character as it is. Nothing is expanded: `$HOME`, `~`, `*`, `|` and `>` are plain text.
package struct CommandLineArguments: Sendable, Hashable {
  /// The words, the command first; at least one, and the first is not empty.
  package let words: [String]

  /// Splits a command line.
  /// - Throws: ``RAGError`` of code `invalidInput` for an unbalanced quote, a backslash at the
  ///   end, a NUL character, or no command at all; it names the column, from 1.
  package init(parsing text: String) throws {
    var words: [String] = []
    var word: String.UnicodeScalarView?
    var quote: (mark: Unicode.Scalar, column: Int)?
    var scalars = text.unicodeScalars.makeIterator()
    var column = 0
    while let scalar = scalars.next() {
      column += 1
      if scalar == "\0" { throw Self.error("a NUL character at column \(column)") }
      switch (scalar, quote?.mark) {
      case (quote?.mark, .some):
        quote = nil
      case ("\\", nil), ("\\", "\""):
        guard let next = scalars.next() else {
          throw Self.error("a backslash with nothing after it at column \(column)")
        }
        column += 1
        if next == "\0" { throw Self.error("a NUL character at column \(column)") }
        if next == "\n" { continue }
        let isEscape = quote == nil || next == "\"" || next == "\\" || next == "$" || next == "`"
        word = word ?? .init()
        if !isEscape { word?.append("\\") }
        word?.append(next)
      case ("'", nil), ("\"", nil):
        quote = (scalar, column)
        word = word ?? .init()
      case (" ", nil), ("\t", nil), ("\n", nil), ("\r", nil):
        if let finished = word { words.append(String(finished)) }
        word = nil
      default:
        word = word ?? .init()
        word?.append(scalar)
      }
    }
    if let quote {
      throw Self.error("the quote \(quote.mark) at column \(quote.column) never ends")
    }
    if let word { words.append(String(word)) }
    guard let command = words.first, !command.isEmpty else { throw Self.error("no command") }
    self.words = words
  }

  private static func error(_ fault: String) -> RAGError {
    RAGError(
      .invalidInput, "cannot split the command line: \(fault); quote words as in a shell")
  }
}
