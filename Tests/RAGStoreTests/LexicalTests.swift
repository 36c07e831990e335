import RAGCore
import RAGIndex
import Testing

@testable import RAGStore

@Suite("Full text")
struct LexicalTests {
  private func texts(_ stored: [String], query: String) async throws -> [String] {
    try await withTemporaryDirectory { directory in
      let store = try await Store.open(IndexDirectory(directory), for: .write)
      try await store.put(record("a", stored))
      return try await store.lexical(query)
    }
  }

  @Test("finds words in any form, case and accent")
  func english() async throws {
    let stored = ["The tables were indexed", "A café in Zürich", "Nothing of the kind"]
    #expect(try await texts(stored, query: "indexing a table").first == stored[0])
    #expect(try await texts(stored, query: "CAFE zurich") == [stored[1]])
  }

  @Test(
    "finds Chinese, Japanese and Korean words inside sentences",
    arguments: [
      ("黑豹队的防守只丢了308分", "防守"), ("黑豹队的防守只丢了308分", "谁的防守最好？"), ("これは日本語の文章です", "日本語"),
      ("한국어 문장입니다", "한국어"), ("使用SQLite数据库", "sqlite"), ("使用SQLite数据库", "数据库"), ("一只猫", "猫"),
      ("猫在家", "猫"),
    ])
  func cjk(text: String, query: String) async throws {
    #expect(try await texts([text, "无关的内容在此处", "unrelated"], query: query).first == text)
  }

  @Test("does not find a bigram across two words")
  func cjkBoundary() async throws {
    #expect(try await texts(["中国。人民"], query: "国人") == [])
  }

  @Test(
    "reads every character of a user's text as text",
    arguments: [
      "\"", "\"\"\"", "NEAR(", "NEAR(alpha beta)", "alpha*", "*", "title:alpha",
      "{title text}: alpha",
      "alpha AND", "OR", "NOT alpha", "alpha-beta", "(", ")", "^alpha", "alpha + beta", "'; DROP",
      "\0",
      "?", "alpha\u{0}beta", "-alpha", "col : x", "AND OR NOT NEAR",
    ])
  func syntax(query: String) async throws {
    _ = try await texts(["alpha beta"], query: query)
  }

  @Test("never fails on random text", arguments: [1, 2, 3] as [UInt64])
  func fuzz(seed: UInt64) async throws {
    let alphabet = Array("ab\"'*()-:^{}+?~,.;!\\/@#$%&|<>=[] \n\t中文日本é\u{0}\u{200B}👩‍👩‍👧0NEARANDOT")
    try await withTemporaryDirectory { directory in
      let store = try await Store.open(IndexDirectory(directory), for: .write)
      try await store.put(record("a", ["alpha beta 中文"]))
      var state = seed
      for _ in 0..<500 {
        let query = String(
          (0..<12).map { _ in
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return alphabet[Int(state >> 33) % alphabet.count]
          })
        _ = try await store.lexical(query)
      }
    }
  }
}
