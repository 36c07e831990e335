import Testing

@testable import RAGLexical

@Suite("Lexical queries")
struct QueryTests {
  @Test(
    "A question becomes terms",
    arguments: [
      ("How do I open a database?", ["open", "databas"]),
      ("the who", ["the", "who"]),
      ("running runs RUN run-time", ["run", "time"]),
      ("NEAR(\"a b\" AND c*) -x", ["near", "b", "c", "x"]),
      ("don't café", ["don", "t", "cafe"]),
      ("数据库", ["数据", "据库"]), ("用 Swift 写代码", ["用*", "swift", "写代", "代码"]),
      ("研究running", ["研究", "run"]), ("使用SQLite数据库", ["使用", "sqlite", "数据", "据库"]),
      ("what is_a", ["is_a", "a", "is", "what"]), ("", []), ("¿? 🙂", []),
    ])
  func terms(_ text: String, _ expected: [String]) {
    let terms = LexicalQuery(text).terms.map {
      String(decoding: $0.bytes, as: UTF8.self) + ($0.isPrefix ? "*" : "")
    }
    #expect(terms == expected)
  }

  @Test("Stop words alone are known as such")
  func stopWords() {
    for text in ["the who", "What is it?", "THE", "的", "where 的？", "的 在"] {
      #expect(LexicalQuery(text).isOfStopWords)
    }
    for text in ["the lock", "中", "what is 中", "is_a", "", "?"] {
      #expect(!LexicalQuery(text).isOfStopWords, "\(text)")
    }
  }

  @Test("A long text keeps its first 128 terms")
  func limit() {
    let text = (0..<500).map { "word\($0)" }.joined(separator: " ")
    #expect(LexicalQuery(text).terms.count == 128)
    #expect(LexicalQuery(text).terms.last?.bytes == Array("word127".utf8))
  }
}
