import RAGCore
import RAGGenerate
import Testing

@Suite struct ReflectionLoopTests {
  /// More than any machine needs.
  private static let day = Duration.seconds(86_400)

  /// Accepts 42; the nearer a number, the better.
  private let is42 = ClosureChecker<Int> { number in
    number == 42
      ? .accepted
      : .rejected(reason: "\(number) is wrong", score: 1 / Double(1 + abs(number - 42)))
  }

  private func loop(
    _ answers: [String], budget: ReflectionBudget = ReflectionBudget(duration: Self.day),
    see: @escaping @Sendable (ModelPrompt) -> Void = { _ in }
  ) -> ReflectionLoop<Int> {
    let place = Counter()
    let backend = ClosureBackend { prompt in
      see(prompt)
      return answers[min(await place.next(), answers.count - 1)]
    }
    let task = ModelPrompt(system: "Guess.", user: "Which number?")
    let proposer = ModelProposer(backend, task: task) { answer in
      guard let number = Int(answer) else { throw UnreadableProposal("no number") }
      return number
    }
    return ReflectionLoop(proposer, checkers: [is42], budget: budget)
  }

  @Test func `A rejected proposal is made again with what was wrong`() async throws {
    let prompts = Prompts()
    let reflection = try await loop(["7", "x", "", "42"]) { prompts.add($0.user) }.run()
    #expect(reflection.isAccepted)
    #expect(reflection.best?.proposal == 42)
    #expect(
      reflection.attempts.map(\.verdict.reason) == [
        "7 is wrong", "no number", "the answer was empty", nil,
      ])
    #expect(prompts.all[0] == "Which number?")
    #expect(prompts.all[3].contains("7 is wrong"))
    #expect(prompts.all[3].contains("no number"))
  }

  @Test func `Giving up gives the best so far`() async throws {
    let reflection = try await loop(
      ["1", "40", "99"], budget: .init(attemptCount: 3, duration: Self.day)
    ).run()
    guard case .attemptsSpent = reflection.end else { Issue.record(); return }
    #expect(reflection.best?.proposal == 40)
  }

  @Test func `A proposal that comes again is not checked again and ends the loop`() async throws {
    let reflection = try await loop(["1"], budget: .init(attemptCount: 9, duration: Self.day)).run()
    guard case .repeated = reflection.end else { Issue.record(); return }
    #expect(reflection.attempts.map(\.isRepeated) == [false, true, true])
  }

  @Test func `An answer that holds no proposal and comes again ends the loop too`() async throws {
    let same = try await loop(["I will not"], budget: .init(attemptCount: 9, duration: Self.day))
      .run()
    guard case .repeated = same.end else { Issue.record(); return }
    #expect(same.attempts.map(\.isRepeated) == [false, true, true])
    #expect(same.best == nil)
    let other = try await loop(
      ["no", "never", "not I"], budget: .init(attemptCount: 3, duration: Self.day)
    ).run()
    #expect(other.attempts.map(\.isRepeated) == [false, false, false])
  }

  @Test func `Tokens and time end the loop`() async throws {
    let tokens = try await loop(["1"], budget: .init(tokenCount: 3, duration: Self.day)).run()
    guard case .tokensSpent = tokens.end else { Issue.record(); return }
    let (silence, continuation) = AsyncStream<String>.makeStream()
    defer { continuation.finish() }
    let backend = ClosureBackend(pieces: { _ in silence })
    let proposer = ModelProposer(backend, task: ModelPrompt(system: "", user: "")) { $0 }
    let late = ReflectionLoop(
      proposer, checkers: [], budget: .init(duration: .milliseconds(20)))
    let reflection = try await late.run()
    guard case .timeSpent = reflection.end else { Issue.record(); return }
  }

  @Test func `Every step is told`() async throws {
    var steps: [String] = []
    for try await step in loop(["1", "42"]).steps() {
      switch step {
      case .asking(let number): steps.append("asking \(number)")
      case .answered(_, let answer): steps.append("answered \(answer)")
      case .judged(let attempt): steps.append("judged \(attempt.verdict == .accepted)")
      case .finished: steps.append("finished")
      }
    }
    #expect(
      steps == [
        "asking 1", "answered 1", "judged false", "asking 2", "answered 42", "judged true",
        "finished",
      ])
  }

  @Test func `An answer without end is an error`() async throws {
    var limits = Limits()
    limits.answerByteCount = 1000
    let backend = ClosureBackend(pieces: { _ in
      AsyncStream<String>(unfolding: { String(repeating: "x", count: 100) })
    })
    let proposer = ModelProposer(
      backend, task: ModelPrompt(system: "", user: ""), limits: limits
    ) { $0 }
    let error = await #expect(throws: RAGError.self) {
      try await ReflectionLoop(proposer, checkers: [], budget: .init(duration: Self.day)).run()
    }
    #expect(error?.code == .limitExceeded)
  }
}

private actor Counter {
  private var count = -1
  func next() -> Int { count += 1; return count }
}

private final class Prompts: Sendable {
  private let texts = Locked<[String]>([])
  func add(_ text: String) { texts.withLock { $0.append(text) } }
  var all: [String] { texts.withLock { $0 } }
}
