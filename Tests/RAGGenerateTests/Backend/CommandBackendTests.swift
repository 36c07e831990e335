import RAGCore
import RAGGenerate
import Testing

@Suite struct CommandBackendTests {
  private let prompt = ModelPrompt(system: "rules", user: "question: ünïcödé 数据库")

  private func answer(_ backend: any ModelBackend) async throws -> [String] {
    var pieces: [String] = []
    for try await piece in backend.generate(prompt) { pieces.append(piece) }
    return pieces
  }

  @Test func `the command reads rules, a blank line, and the rest`() async throws {
    let backend = try CommandBackend("cat")
    #expect(backend.name == "cat")
    #expect(try await answer(backend).joined() == "rules\n\nquestion: ünïcödé 数据库")
    #expect(CommandBackend.input(for: prompt) == "rules\n\nquestion: ünïcödé 数据库")
  }

  @Test func `words are split as in a shell, and no shell runs`() async throws {
    let backend = try CommandBackend("/usr/bin/printf '%s|%s|%s' \"a b\" '$HOME;x' c\\ d")
    #expect(backend.name == "printf")
    #expect(try await answer(backend).joined() == "a b|$HOME;x|c d")
  }

  @Test func `the command works on its input`() async throws {
    #expect(try await answer(CommandBackend("tr a-z A-Z")).joined().hasPrefix("RULES\n\nQUESTION"))
  }

  @Test func `a command may leave its input unread`() async throws {
    let large = ModelPrompt(system: "s", user: String(repeating: "x", count: 4 << 20))
    var text = ""
    for try await piece in try CommandBackend("printf done").generate(large) { text += piece }
    #expect(text == "done")
  }

  @Test func `an unknown command is said to be missing`() async throws {
    let backend = try CommandBackend("no-such-command-here --x")
    let error = await #expect(throws: RAGError.self) { try await answer(backend) }
    #expect(error?.code == .notFound)
    #expect(error?.message.contains("no-such-command-here") == true)
  }

  @Test(arguments: ["", "   ", "'unbalanced", "x \\"])
  func `a command line that does not split is refused`(line: String) {
    let error = #expect(throws: RAGError.self) { try CommandBackend(line) }
    #expect(error?.code == .invalidInput)
  }

  @Test func `a failing command gives its name and status`() async throws {
    let error = await #expect(throws: RAGError.self) { try await answer(CommandBackend("false")) }
    #expect(error?.code == .backend)
    #expect(error?.message.contains("'false'") == true)
    #expect(error?.message.contains("1") == true)
  }

  @Test func `the last line of standard error is shown`() async throws {
    let error = await #expect(throws: RAGError.self) {
      try await answer(CommandBackend("cat /no/such/file"))
    }
    #expect(error?.code == .backend)
    #expect(error?.message.contains("/no/such/file") == true)
  }

  @Test func `an endless answer is stopped at its limit`() async throws {
    var limits = Limits()
    limits.answerByteCount = 100_000
    let backend = try CommandBackend("yes", limits: limits)
    var byteCount = 0
    let error = await #expect(throws: RAGError.self) {
      for try await piece in backend.generate(prompt) { byteCount += piece.utf8.count }
    }
    #expect(error?.code == .limitExceeded)
    #expect(error?.message.contains("answerByteCount") == true)
    #expect(byteCount <= 100_000)
  }

  @Test func `a command that takes too long is stopped`() async throws {
    var limits = Limits()
    limits.commandDuration = .milliseconds(30)
    let backend = try CommandBackend("sleep 1000", limits: limits)
    let error = await #expect(throws: RAGError.self) { try await answer(backend) }
    #expect(error?.code == .limitExceeded)
    #expect(error?.message.contains("commandDuration") == true)
  }

  @Test func `cancelling the task ends the command`() async throws {
    let backend = try CommandBackend("sleep 1000")
    let task = Task { try await answer(backend) }
    task.cancel()
    #expect(try await task.value == [])
  }

  @Test func `a responder says that it was cancelled`() async throws {
    let responder = Responder(backend: try CommandBackend("sleep 1000"))
    let task = Task { try await responder.answer("q", from: makeHits(["A source."])) }
    task.cancel()
    let error = await #expect(throws: RAGError.self) { try await task.value }
    #expect(error?.code == .cancelled)
  }

  @Test func `bytes that are not UTF-8 are replaced`() async throws {
    let pieces = try await answer(CommandBackend("printf 'a\\377b\\303'"))
    #expect(pieces.joined() == "a\u{FFFD}b\u{FFFD}")
  }
}
