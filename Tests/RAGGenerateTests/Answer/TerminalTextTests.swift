import Testing

@testable import RAGGenerate

@Suite struct TerminalTextTests {
  static let cases: [(text: String, shown: String)] = [
    ("plain\ttext\nline", "plain\ttext\nline"),
    ("\u{1B}[31mred\u{1B}[0m", "red"),
    ("\u{1B}[2J\u{1B}[1;1Hx", "x"),
    ("\u{1B}]0;title\u{07}x", "x"),
    ("\u{1B}]8;;http://evil\u{1B}\\link\u{1B}]8;;\u{1B}\\", "link"),
    ("\u{1B}Pq#0\u{1B}\\x", "x"),
    ("\u{1B}]0;never ends\nnext line", "\nnext line"),
    ("\u{1B}(Bx\u{1B}cy\u{1B}7z", "xyz"),
    ("\u{9B}31mx\u{9D}0;t\u{9C}y", "xy"),
    ("a\u{0}b\u{8}c\u{7}d\u{7F}e", "abcde"),
    ("a\r\nb\rc\r", "a\nb\nc\n"),
    ("a\u{202E}b\u{2066}c\u{200B}d\u{FEFF}e", "abcde"),
    ("👩‍👩‍👧 ❤️", "👩‍👩‍👧 ❤️"),
    ("x\u{1B}", "x"),
    ("x\u{1B}\u{1B}[1mz", "xz"),
    ("x\u{1B}éy", "xéy"),
  ]

  @Test(arguments: cases)
  func `shows text without sequences, however it is cut`(text: String, shown: String) {
    var whole = TerminalText()
    #expect(whole.filter(text) == shown)
    let scalars = Array(text.unicodeScalars)
    for place in 0...scalars.count {
      var filter = TerminalText()
      var result = ""
      for part in [scalars[..<place], scalars[place...]] {
        var view = String.UnicodeScalarView()
        view.append(contentsOf: part)
        result += filter.filter(String(view))
      }
      #expect(Array(result.unicodeScalars) == Array(shown.unicodeScalars), "cut at \(place)")
    }
  }
}
