import RAGCore
import RAGGenerate
import Testing

@Suite("A prompt after a rejected answer")
struct ObjectionTests {
  private static let day = Duration.seconds(86_400)
  private static let reserved = 100

  /// Rejects whatever is proposed.
  private let never = ClosureChecker<String> { .rejected(reason: "\($0) is wrong", score: 0) }

  private func wordCount(_ prompt: ModelPrompt) -> Int {
    WordCounter().tokenCount(of: prompt.system) + WordCounter().tokenCount(of: prompt.user)
  }

  /// The prompts of a loop whose task fills all the room that it may, and how the loop ended.
  private func prompts(
    contextTokenCount: Int, leastTaskTokenCount: Int, answer: @escaping @Sendable (Int) -> String
  ) async throws -> (prompts: [ModelPrompt], end: Reflection<String>.End) {
    let asked = Locked<[ModelPrompt]>([])
    let backend = ClosureBackend(
      contextTokenCount: contextTokenCount, tokenCounter: WordCounter()
    ) { prompt in
      asked.withLock { prompts in
        prompts.append(prompt)
        return answer(prompts.count)
      }
    }
    let proposer = ModelProposer<String>(
      backend, reservedAnswerTokenCount: Self.reserved,
      task: { leaving in
        let room = contextTokenCount - Self.reserved - leaving - 20
        guard room >= leastTaskTokenCount else { throw RAGError(.limitExceeded, "no room") }
        return ModelPrompt(system: "", user: String(repeating: "fact ", count: room))
      }, read: { String($0.prefix { $0 != " " }) })
    let reflection = try await ReflectionLoop(
      proposer, checkers: [never], budget: .init(duration: Self.day)
    ).run()
    return (asked.withLock { $0 }, reflection.end)
  }

  @Test("carries what was wrong with it, also where the task would fill the context alone")
  func full() async throws {
    for contextTokenCount in stride(from: 320, through: 4_000, by: 230) {
      let (prompts, end) = try await prompts(
        contextTokenCount: contextTokenCount, leastTaskTokenCount: 10
      ) { number in "answer\(number) " + String(repeating: "word ", count: 10 * number) }
      #expect(prompts.count == 4, "\(contextTokenCount): \(end)")
      for (index, prompt) in prompts.enumerated() {
        #expect(wordCount(prompt) <= contextTokenCount - Self.reserved, "\(contextTokenCount)")
        guard index > 0 else { continue }
        #expect(prompt.user.contains("answer\(index) is wrong"), "\(contextTokenCount)")
        #expect(prompt.user.hasPrefix("fact fact"))
      }
    }
  }

  @Test("shows the beginning of an answer that is longer than the context")
  func long() async throws {
    let (prompts, _) = try await prompts(contextTokenCount: 1_000, leastTaskTokenCount: 400) {
      "answer\($0) " + String(repeating: "word ", count: 5_000)
    }
    #expect(prompts.count == 4)
    #expect(prompts[1].user.contains("answer1 is wrong"))
    #expect(prompts[1].user.contains("answer1 word word") && prompts[1].user.contains(" …\n"))
    #expect(prompts.allSatisfy { wordCount($0) <= 900 })
  }

  @Test("is not sent where it has no room for what was wrong, and the loop says so")
  func none() async throws {
    let (prompts, end) = try await prompts(contextTokenCount: 400, leastTaskTokenCount: 250) {
      "answer\($0)"
    }
    #expect(prompts.count == 1)
    guard case .contextFull = end else {
      Issue.record("\(end)")
      return
    }
    // Nor is one of a task that cannot give way.
    let backend = ClosureBackend(contextTokenCount: 200, tokenCounter: WordCounter()) { _ in "no" }
    let task = ModelPrompt(system: "", user: String(repeating: "fact ", count: 80))
    let reflection = try await ReflectionLoop(
      ModelProposer(backend, task: task, reservedAnswerTokenCount: 100) { $0 }, checkers: [never],
      budget: .init(duration: Self.day)
    ).run()
    guard case .contextFull = reflection.end else {
      Issue.record("\(reflection.end)")
      return
    }
    #expect(reflection.attempts.count == 1)
  }

  @Test("has as many sources as there is room beside it", arguments: 0..<40 as Range<UInt64>)
  func sources(seed: UInt64) async throws {
    var generator = SeededGenerator(seed: seed)
    let counter: any TokenCounter =
      Bool.random(using: &generator) ? WordCounter() : EstimatedTokenCounter()
    let contextTokenCount = Int.random(in: 1_500...5_000, using: &generator)
    let backend = ClosureBackend(contextTokenCount: contextTokenCount, tokenCounter: counter) {
      _ in ""
    }
    let composer = PromptComposer(reservedAnswerTokenCount: Self.reserved)
    let material = PromptMaterial(
      question: "Which?",
      hits: makeHits(
        (0..<60).map { "Source \($0) says so. " + String(repeating: "a b. ", count: 30) }))
    let attempts = (1...3).map { number in
      Attempt(
        number: number,
        answer: String(repeating: "wrong ", count: .random(in: 1...2_000, using: &generator)),
        proposal: number, verdict: .rejected(reason: "problem\(number)", score: 0))
    }
    let first = try await composer.compose(material, for: backend, after: [Attempt<Int>]())
    let again = try await composer.compose(material, for: backend, after: attempts)
    #expect(again.prompt.user.contains("problem3"), "seed \(seed)")
    #expect(!again.sources.isEmpty && again.sources.count <= first.sources.count, "seed \(seed)")
    #expect(again.sources.count + again.omittedSourceCount == 60, "seed \(seed)")
    #expect(
      counter.tokenCount(of: again.prompt.system) + counter.tokenCount(of: again.prompt.user)
        <= contextTokenCount - Self.reserved, "seed \(seed)")
  }
}
