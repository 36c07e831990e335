import RAGCore
import RAGGenerate
import RAGRetrieve
import Testing

@Suite struct PromptComposerTests {
  @Test func `a prompt holds rules, numbered sources and the question`() throws {
    let hits = [
      makeHit(
        "WAL allows readers during a write.", title: "WAL", headings: ["Overview", "Modes"],
        path: "/docs/wal.html"),
      makeHit("Rollback journals block readers.", path: "/docs/journal.html", id: 2, rank: 2),
    ]
    var generator = SeededGenerator(seed: 1)
    let composed = try PromptComposer().compose(
      PromptMaterial(question: "Does WAL block readers?", hits: hits), contextTokenCount: 4096,
      tokenCounter: EstimatedTokenCounter(), using: &generator)
    let user = composed.prompt.user
    #expect(composed.prompt.system.contains(Answer.notFoundText))
    #expect(composed.sources.map(\.number) == [1, 2])
    #expect(composed.sources.map(\.hit) == hits)
    #expect(composed.omittedSourceCount == 0)
    #expect(user.contains("Title: WAL\nSection: Overview > Modes\nPath: /docs/wal.html\n"))
    #expect(user.contains("Text:\nWAL allows readers during a write.\n</source-"))
    #expect(user.contains("\nDoes WAL block readers?\n</question-"))
    let first = try #require(user.firstRange(of: "number=\"1\""))
    let second = try #require(user.firstRange(of: "number=\"2\""))
    #expect(first.lowerBound < second.lowerBound)
  }

  @Test func `each prompt has marks of its own`() throws {
    let hits = makeHits(["One.", "Two."])
    let first = try PromptComposer().compose("q", from: hits, contextTokenCount: 4096)
    let second = try PromptComposer().compose("q", from: hits, contextTokenCount: 4096)
    #expect(first.prompt != second.prompt)
  }

  @Test func `the best sources stand at both ends when asked`() throws {
    let composed = try PromptComposer(sourceOrder: .edges).compose(
      "q", from: makeHits(["a1.", "a2.", "a3.", "a4.", "a5."]), contextTokenCount: 4096)
    let order = composed.prompt.user.split(separator: "\n").filter { $0.hasPrefix("a") }
    #expect(order == ["a1.", "a3.", "a5.", "a4.", "a2."])
    #expect(composed.sources.map(\.number) == [1, 2, 3, 4, 5])
    #expect(composed.prompt.user.contains("number=\"2\">\nPath: /d/2.txt\nText:\na2."))
  }

  @Test func `a first source that does not fit is cut after a sentence`() throws {
    let text = (1...200).map { "Sentence number \($0) stands here." }.joined(separator: " ")
    let composed = try PromptComposer(reservedAnswerTokenCount: 100).compose(
      "q", from: makeHits([text, "Short."]), contextTokenCount: 1000, tokenCounter: WordCounter())
    #expect(composed.sources.count == 1)
    #expect(composed.sources[0].isCut)
    #expect(composed.omittedSourceCount == 1)
    let shown = try #require(
      composed.prompt.user.split(separator: "\n").first { $0.hasPrefix("Sentence") })
    #expect(shown.hasSuffix("stands here. …"))
    #expect(shown.split(separator: " ").count > 500)
  }

  @Test func `a first source without sentences is cut after a word`() throws {
    let text = (1...2000).map { "word\($0)" }.joined(separator: " ")
    let composed = try PromptComposer(reservedAnswerTokenCount: 0).compose(
      "q", from: makeHits([text]), contextTokenCount: 1000, tokenCounter: WordCounter())
    #expect(composed.sources[0].isCut)
    #expect(composed.tokenCount == 1000)
  }

  @Test(arguments: [0, 100, 1023, 1024, 1030])
  func `a question that does not fit is refused with the numbers`(context: Int) throws {
    let error = #expect(throws: RAGError.self) {
      try PromptComposer().compose(
        "What is this?", from: makeHits(["A."]), contextTokenCount: context)
    }
    #expect(error?.code == .limitExceeded)
    #expect(error?.message.contains("\(context)") == true)
    #expect(error?.message.contains("What is") == false)
  }

  @Test(arguments: [Int.min, -1, Int.max])
  func `any reserve is taken without a trap`(reserved: Int) {
    #expect(throws: RAGError.self) {
      try PromptComposer(reservedAnswerTokenCount: reserved).compose(
        "q", from: [], contextTokenCount: -5)
    }
  }

  @Test func `a thousand hits leave room for markers of three digits`() throws {
    let hits = makeHits((1...1000).map { "Text \($0)." })
    let composed = try PromptComposer().compose("q", from: hits, contextTokenCount: 10_000_000)
    #expect(composed.sources.count == 999)
    #expect(composed.omittedSourceCount == 1)
  }
}
