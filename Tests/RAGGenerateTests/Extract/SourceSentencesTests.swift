import Testing

@testable import RAGGenerate

@Suite struct SourceSentencesTests {
  @Test(arguments: [
    ("One is here. Two is there.", ["One is here.", "Two is there."]),
    (
      "A sentence that was wrapped by its author after\nsome words is one piece.",
      ["A sentence that was wrapped by its author after\nsome words is one piece."]
    ),
    ("Name\tSize\nint\t4\nlong\t8", ["Name\tSize", "int\t4", "long\t8"]),
    ("| a | b |\n|---|---|\n| c | d |", ["| a | b |", "|---|---|", "| c | d |"]),
    ("let a = 1\nlet b = 2;", ["let a = 1", "let b = 2;"]),
    ("Heading\n\nText follows it.", ["Heading", "Text follows it."]),
    ("一。二！", ["一。", "二！"]), ("", []), (" \n ", []),
  ])
  func `a chunk falls into sentences, rows and lines`(text: String, pieces: [String]) {
    #expect(SourceSentences.pieces(of: text).map { text.slice($0.range) } == pieces)
  }

  @Test func `sentences read better than headings, menus, code and questions`() {
    func readability(_ text: String) -> Double {
      SourceSentences.pieces(of: text).first?.readability ?? -1
    }
    let sentence = readability("The database file holds the whole database.")
    #expect(sentence == 1)
    for other in [
      "Database files", "Home | Docs | About", "for (i = 0; i < n; i++) {", "How large is it?",
      "Yes indeed.", "- is not a table without row ids.",
    ] {
      #expect(readability(other) < sentence, "\(other)")
    }
    #expect(readability("sqlite3_open() returns a connection.") == sentence)
  }
}
