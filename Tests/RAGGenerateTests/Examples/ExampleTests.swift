import Foundation
import RAGCore
import RAGGenerate
import Testing

@Suite struct ExampleTests {
  private let examples = [
    PromptExample(question: "How large may a page be?", answer: "64 KiB [1]."),
    PromptExample(question: "When does a checkpoint run?", answer: "At 1000 pages [1]."),
    PromptExample(question: "什么是预写日志？", answer: "一种日志 [1]。"),
  ]

  @Test func `the examples of a file are read`() throws {
    let path = temporaryFile(
      """
      {"question": "a?", "answer": "b"}

      {"question": "c?", "answer": "d", "sources": ["e", "f"]}\r
      """)
    defer { try? FileManager.default.removeItem(atPath: path) }
    #expect(
      try ExampleFile.read(path) == [
        PromptExample(question: "a?", answer: "b"),
        PromptExample(question: "c?", answer: "d", sources: ["e", "f"]),
      ])
  }

  @Test(arguments: [
    ("{\"question\": \"a\"}", "line 2 has no `answer`"), ("{", "line 2 is not valid JSON"),
    ("[]", "line 2 is not a JSON object"),
    ("{\"question\": \" \", \"answer\": \"b\"}", "line 2: `question` is empty"),
    ("{\"question\": \"a\", \"answer\": \"b\", \"sources\": [1]}", "`sources.0`"),
  ])
  func `a line that is no example is named`(line: String, fault: String) {
    let path = temporaryFile("{\"question\": \"a\", \"answer\": \"b\"}\n\(line)\n")
    defer { try? FileManager.default.removeItem(atPath: path) }
    let error = #expect(throws: RAGError.self) { try ExampleFile.read(path) }
    #expect(error?.code == .invalidInput && error?.path == path)
    #expect(error?.message.contains(fault) == true, "\(error?.message ?? "")")
  }

  @Test(arguments: [
    ("How many checkpoints run?", 1), ("Page sizes, how large?", 0), ("预写日志有什么用？", 2),
    ("Nothing alike", 0),
  ])
  func `the example that shares most words comes first`(question: String, first: Int) async throws {
    let found = try await ExampleSelector(examples).examples(for: question, count: 2)
    #expect(found.count == 2 && found.first == examples[first])
  }

  @Test func `with an embedder the nearest vector comes first`() async throws {
    let selector = try await ExampleSelector(examples, embedder: BagEmbedder())
    #expect(
      try await selector.examples(for: "When do checkpoints run?", count: 1) == [examples[1]])
    #expect(try await selector.examples(for: "x", count: 0).isEmpty)
    #expect(try await selector.examples(for: "x", count: .max).count == 3)
    #expect(try await ExampleSelector([], embedder: BagEmbedder()).examples(for: "x").isEmpty)
  }

  @Test func `many examples take a bounded share`() throws {
    let huge = PromptExample(question: "huge", answer: String(repeating: "w ", count: 2000))
    let many =
      [huge] + (0..<200).map { PromptExample(question: "Q\($0)?", answer: "word word word.") }
    let composed = try PromptComposer(reservedAnswerTokenCount: 0).compose(
      PromptMaterial(question: "q", hits: makeHits(["One."]), examples: many),
      contextTokenCount: 2000, tokenCounter: WordCounter())
    let accounts = composed.accounts
    #expect(accounts.examples.count > 5 && composed.omittedExampleCount > 100)
    #expect(!composed.prompt.user.contains("huge"))
    #expect(accounts.examples.reduce(0, +) <= 400)
    // The most fitting ones stay, the first nearest to the question.
    let user = composed.prompt.user
    let (first, second) = (user.firstRange(of: "Q0?"), user.firstRange(of: "Q1?"))
    #expect(try #require(first).lowerBound > #require(second).lowerBound)
    #expect(composed.prompt.system.contains("<example-"))
  }
}
