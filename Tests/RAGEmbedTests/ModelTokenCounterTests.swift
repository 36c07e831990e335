import Foundation
import RAGCore
import RAGEmbed
import Testing

@Suite("A model's token counter")
struct ModelTokenCounterTests {
  private func withFile(
    _ fixture: TokenizerFixture, _ body: (String) throws -> Void
  ) async throws {
    try await withTemporaryDirectory { path in
      let data = try JSONSerialization.data(withJSONObject: fixture.members)
      try data.write(to: URL(fileURLWithPath: path + "/tokenizer.json"))
      try body(path)
    }
  }

  @Test("reads a file or its directory, and counts as it is recorded", arguments: ["byte-pair"])
  func counts(kind: String) async throws {
    let cases = try #require(TokenizerFixture.cases(of: kind)["llama-3"])
    let fixture = try #require(TokenizerFixture.variants(of: kind)["llama-3"])
    try await withFile(fixture) { directory in
      for path in [directory, directory + "/tokenizer.json"] {
        let counter = try ModelTokenCounter(path: path)
        #expect(counter.isExact)
        for item in cases { #expect(counter.tokenCount(of: item.text) == item.tokens.count) }
      }
    }
  }

  @Test("says what is wrong with a path")
  func wrongPaths() async throws {
    try await withTemporaryDirectory { path in
      #expect(thrownError { _ = try ModelTokenCounter(path: path) }?.code == .notFound)
      #expect(thrownError { _ = try ModelTokenCounter(path: path + "/no") }?.code == .notFound)
      let file = path + "/x.json"
      try Data("{".utf8).write(to: URL(fileURLWithPath: file))
      #expect(thrownError { _ = try ModelTokenCounter(path: file) }?.code == .corrupt)
    }
  }

  @Test(
    "counts a megabyte without a place to cut as its parts",
    arguments: ["llama-3", "qwen-2", "gpt-4", "gpt-4o", "deepseek"])
  func withoutSpace(variant: String) async throws {
    let fixture = try #require(TokenizerFixture.variants(of: "byte-pair")[variant])
    try await withFile(fixture) { directory in
      let counter = try ModelTokenCounter(path: directory)
      for flood in ["a", "A", "9", "中", "-", "'", " ", "\n", " \n", "é", "aA", "\u{301}"] {
        let text = String(repeating: flood, count: (1 << 20) / flood.utf8.count)
        let count = counter.tokenCount(of: text)
        #expect(count > 0 && count <= text.utf8.count, "\(flood.debugDescription)")
      }
      // Digits are cut every three, or one by one, wherever they stand.
      let digits = counter.tokenCount(of: "123") * 100_000
      #expect(counter.tokenCount(of: String(repeating: "123", count: 100_000)) == digits)
    }
  }

  @Test("counts a long text as its lines, one after the other")
  func blocks() async throws {
    for (kind, variant) in [("byte-pair", "llama-3"), ("character-pair", "llama")] {
      let fixture = try #require(TokenizerFixture.variants(of: kind)[variant])
      try await withFile(fixture) { directory in
        let counter = try ModelTokenCounter(path: directory)
        let line = " and an index that knows its encoder, 12 times 中文"
        let one = counter.tokenCount(of: "x" + line) - counter.tokenCount(of: "x")
        let text = "x" + String(repeating: line, count: 20_000)
        #expect(counter.tokenCount(of: text) == counter.tokenCount(of: "x") + one * 20_000)
      }
    }
  }
}
