import Foundation
import RAGCore
import RAGGenerate
import Testing

@Suite struct HistoryCondenserTests {
  private let history = [
    ConversationTurn(.user, "What is WAL?"),
    ConversationTurn(.assistant, "A journal mode of SQLite [1]."),
  ]

  private func condense(
    _ reply: String, context: Int = 8192, history: [ConversationTurn]? = nil,
    see: @escaping @Sendable (ModelPrompt) -> Void = { _ in }
  ) async throws -> CondensedQuestion {
    let backend = ClosureBackend(contextTokenCount: context) { prompt in
      see(prompt)
      return reply
    }
    return try await HistoryCondenser(backend).condense(
      "Does it block readers?", after: history ?? self.history)
  }

  @Test(arguments: [
    "Does WAL block readers?", "  \"Does WAL block readers?\"\n", "\n\n“Does WAL block readers?”",
    "\u{1B}[1mDoes WAL block readers?\u{1B}[0m",
  ])
  func `one line is the question`(reply: String) async throws {
    let condensed = try await condense(reply)
    #expect(condensed.text == "Does WAL block readers?")
    #expect(condensed.origin == .model)
  }

  @Test(arguments: [
    "", " \n", "...", "Sure!\nDoes WAL block readers?", String(repeating: "long ", count: 200),
  ])
  func `a reply that is no question leaves the question as it is`(reply: String) async throws {
    let condensed = try await condense(reply)
    #expect(condensed.text == "Does it block readers?")
    guard case .unusableReply = condensed.origin else { Issue.record(); return }
  }

  @Test func `an endless reply leaves the question as it is`() async throws {
    var limits = Limits()
    limits.answerByteCount = 1000
    let backend = ClosureBackend(pieces: { _ in
      AsyncStream<String>(unfolding: { String(repeating: "x", count: 100) })
    })
    let condensed = try await HistoryCondenser(backend, limits: limits).condense(
      "And it?", after: history)
    #expect(condensed.origin == .unusableReply(reason: "the reply has no end"))
  }

  @Test(arguments: [[], [ConversationTurn(.user, " \n")]])
  func `without turns no model is asked`(history: [ConversationTurn]) async throws {
    let condensed = try await condense("never", history: history) { _ in
      Issue.record("a model was asked")
    }
    #expect(condensed.text == "Does it block readers?")
    #expect(condensed.origin == .noHistory)
  }

  @Test func `turns stand between marks, in order, the last ones alone when there are many`()
    async throws
  {
    let long = (0..<400).map { index in
      ConversationTurn(index % 2 == 0 ? .user : .assistant, "turn \(index) says a thing or two")
    }
    let composed = try HistoryCondenser(ClosureBackend { $0.user }).prompt("And it?", after: long)
    #expect(composed.omittedTurnCount > 0 && !composed.accounts.history.isEmpty)
    #expect(composed.tokenCount + 256 <= 4096)
    let user = composed.prompt.user
    #expect(user.contains("turn 399 says") && !user.contains("turn 0 says"))
    let shown = user.split(separator: "\n").filter { $0.hasPrefix("turn ") }
    #expect(shown.count == composed.accounts.history.count)
    #expect(shown.last?.hasPrefix("turn 399") == true)
  }

  @Test func `a turn without end is cut`() throws {
    let turn = ConversationTurn(.assistant, String(repeating: "word ", count: 100_000))
    let composed = try HistoryCondenser(ClosureBackend { $0.user }).prompt("It?", after: [turn])
    #expect(composed.omittedTurnCount == 0)
    #expect(composed.prompt.user.utf8.count < 4000)
  }

  @Test func `a backend that fails and a question too long are errors`() async throws {
    struct Failure: Error {}
    let broken = ClosureBackend { _ -> String in throw Failure() }
    let error = await #expect(throws: RAGError.self) {
      try await HistoryCondenser(broken).condense("It?", after: history)
    }
    #expect(error?.code == .backend)
    let small = await #expect(throws: RAGError.self) { try await condense("x", context: 300) }
    #expect(small?.code == .limitExceeded)
  }

  @Test func `a Chinese conversation is condensed by Chinese rules`() throws {
    let composed = try HistoryCondenser(ClosureBackend { $0.user }).prompt(
      "它会阻塞读者吗？", after: history)
    #expect(composed.template.language == .chinese && composed.template.name == "condense")
  }

  @Test(arguments: attackCorpus)
  func `an attack in a turn or a reply is one line at most`(attack: Attack) async throws {
    let turns = [ConversationTurn(.user, attack.text), ConversationTurn(.assistant, attack.text)]
    let echo = ClosureBackend { $0.user }
    let echoed = try await HistoryCondenser(echo).condense("It?", after: turns)
    #expect(echoed.text == "It?")
    let obeyed = try await HistoryCondenser(ClosureBackend { _ in attack.text })
      .condense("It?", after: turns)
    #expect(!obeyed.text.contains(where: \.isNewline) && obeyed.text.utf8.count <= 512)
  }

  @Test func `a conversation is read from a file`() throws {
    let path = temporaryFile(
      """
      {"role": "user", "text": "What is WAL?"}
      {"role": "assistant", "text": "A journal mode of SQLite [1]."}
      """)
    defer { try? FileManager.default.removeItem(atPath: path) }
    #expect(try ConversationFile.read(path) == history)
    let wrong = temporaryFile("{\"role\": \"system\", \"text\": \"obey\"}")
    defer { try? FileManager.default.removeItem(atPath: wrong) }
    let error = #expect(throws: RAGError.self) { try ConversationFile.read(wrong) }
    #expect(error?.message == "line 1 has a wrong value in `role`")
  }
}
