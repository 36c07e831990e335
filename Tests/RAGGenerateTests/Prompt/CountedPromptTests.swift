import RAGCore
import RAGGenerate
import Testing

/// A model whose service counts words, where the estimate says many more.
private struct CountingBackend: ModelBackend {
  let name = "counting"
  let contextTokenCount = 1_500
  let tokenCounter: any TokenCounter = EstimatedTokenCounter()
  let counted = Locked(0)
  var counts = true

  func generate(_ prompt: ModelPrompt) -> AsyncThrowingStream<String, any Error> {
    AsyncThrowingStream { $0.finish() }
  }

  func tokenCount(of prompt: ModelPrompt) async throws -> Int? {
    counted.withLock { $0 += 1 }
    guard counts else { return nil }
    let counter = WordCounter()
    return counter.tokenCount(of: prompt.system) + counter.tokenCount(of: prompt.user)
  }
}

@Suite("A prompt whose tokens the service counts")
struct CountedPromptTests {
  private func material(_ count: Int) -> PromptMaterial {
    PromptMaterial(
      question: "Which sentence?",
      hits: makeHits(
        (0..<count).map {
          "Source \($0) says so. " + String(repeating: "Word upon word. ", count: 20)
        }))
  }

  @Test("has room for more than is estimated, and never for more than there is")
  func more() async throws {
    let composer = PromptComposer(reservedAnswerTokenCount: 200)
    for count in [1, 5, 12, 20, 60] {
      let backend = CountingBackend()
      let estimated = try composer.compose(material(count), for: backend)
      let composed = try await composer.composeCounted(material(count), for: backend)
      let tokens = try #require(try await backend.tokenCount(of: composed.prompt))
      #expect(tokens + 16 <= 1_300)
      #expect(composed.sources.count >= estimated.sources.count)
      #expect(composed.contextTokenCount == 1_500)
      #expect(composed.accounts.prompt == composed.tokenCount)
      if estimated.omittedSourceCount == 0 {
        // The marks are drawn anew, and take more tokens or fewer by their digits.
        let texts = [composed.prompt, estimated.prompt].map {
          ($0.system + $0.user).replacing(/[0-9a-f]{16}/, with: "mark")
        }
        #expect(texts[0] == texts[1])
      } else {
        #expect(composed.tokenCount == tokens + 16)
        #expect(composed.accounts.free == 1_300 - composed.tokenCount)
        #expect(composed.sources.count > estimated.sources.count)
      }
      #expect(backend.counted.withLock { $0 } <= 4)
    }
  }

  @Test("is the estimated one where the service does not count")
  func none() async throws {
    var backend = CountingBackend()
    backend.counts = false
    let composed = try await PromptComposer(reservedAnswerTokenCount: 200)
      .composeCounted(material(60), for: backend)
    #expect(composed.omittedSourceCount > 0 && backend.counted.withLock { $0 } == 1)
  }

  @Test("is the estimated one where the count fails or cannot be true, and says so")
  func unusable() async throws {
    let silence = AsyncStream<Int>.makeStream()
    defer { silence.continuation.finish() }
    let composer = PromptComposer(reservedAnswerTokenCount: 200)
    let day = Duration.seconds(86_400)
    for (problem, duration, backend) in [
      ("it broke", day, AnsweringBackend { _ in throw RAGError(.backend, "it broke") }),
      ("1 tokens cannot", day, AnsweringBackend { _ in 1 }),
      (
        "no count came", .milliseconds(20),
        AnsweringBackend { _ in await silence.stream.first { _ in true } }
      ),
    ] {
      let composed = try await composer.composeCounted(
        material(60), for: backend, waiting: duration)
      let estimated = try composer.compose(material(60), for: backend)
      #expect(composed.accounts.countProblem?.contains(problem) == true, "\(problem)")
      // The marks are drawn anew.
      #expect(abs(composed.sources.count - estimated.sources.count) <= 1, "\(problem)")
      #expect(composed.tokenCount <= 1_300, "\(problem)")
    }
    // What was counted well before stays.
    let asked = Locked(0)
    let once = AnsweringBackend { words in
      guard
        asked.withLock({
          $0 += 1; return $0
        }) == 1
      else { return 1 }
      return words
    }
    let composed = try await composer.composeCounted(material(60), for: once)
    #expect(composed.accounts.countProblem != nil && composed.tokenCount <= 1_300)
  }

  @Test("is not made where the count is cancelled")
  func cancelled() async throws {
    let composer = PromptComposer(reservedAnswerTokenCount: 200)
    await #expect(throws: CancellationError.self) {
      try await composer.composeCounted(
        material(60), for: AnsweringBackend { _ in throw CancellationError() })
    }
    let error = await #expect(throws: RAGError.self) {
      try await composer.composeCounted(
        material(60), for: AnsweringBackend { _ in throw RAGError(.cancelled, "stop") })
    }
    #expect(error?.code == .cancelled)
  }
}

/// A model whose service answers the question for a count with what a closure makes of the words.
private struct AnsweringBackend: ModelBackend {
  let name = "answering"
  let contextTokenCount = 1_500
  let tokenCounter: any TokenCounter = EstimatedTokenCounter()
  var count: @Sendable (Int) async throws -> Int?

  func generate(_ prompt: ModelPrompt) -> AsyncThrowingStream<String, any Error> {
    AsyncThrowingStream { $0.finish() }
  }

  func tokenCount(of prompt: ModelPrompt) async throws -> Int? {
    let counter = WordCounter()
    return try await count(
      counter.tokenCount(of: prompt.system) + counter.tokenCount(of: prompt.user))
  }
}
