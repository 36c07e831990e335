import Foundation
import RAGCore
import Testing

@Suite("Subprocess")
struct SubprocessTests {
  private func shell(
    _ script: String, limit: Int = 1 << 26, duration: Duration = .seconds(1_200),
    code: RAGError.Code = .io
  ) -> Subprocess {
    Subprocess(
      ["sh", "-c", script], outputByteCount: limit, outputLimitName: "documentByteCount",
      duration: duration, failureCode: code)
  }

  @Test("gives back what the command writes")
  func output() async throws {
    #expect(try await shell("printf 'a b'").run(stdin: []) == Array("a b".utf8))
    #expect(try await shell("true").run(stdin: []) == [])
    #expect(try await shell("cat").run(stdin: Array("äöü\0x".utf8)) == Array("äöü\0x".utf8))
  }

  @Test("does not block on large input, output and errors at once")
  func largePipes() async throws {
    let input = (0..<(8 << 20)).map { UInt8(truncatingIfNeeded: $0 &* 31) }
    let output = try await shell("tee /dev/stderr").run(stdin: input)
    #expect(output == input)
  }

  @Test("lets a command leave its input unread")
  func unreadInput() async throws {
    let input = [UInt8](repeating: 65, count: 4 << 20)
    #expect(try await shell("echo done").run(stdin: input) == Array("done\n".utf8))
    #expect(try await shell("exec 0<&-; echo done").run(stdin: input) == Array("done\n".utf8))
  }

  @Test("passes arguments as they are")
  func rawArguments() async throws {
    let command = Subprocess(
      ["printf", "%s|", "a b", "$HOME", "*", "", "';\"", "日本"], outputByteCount: 1000,
      outputLimitName: "documentByteCount", duration: .seconds(60))
    #expect(try await command.run(stdin: []) == Array("a b|$HOME|*||';\"|日本|".utf8))
  }

  @Test("runs many at once without mixing them")
  func concurrent() async throws {
    try await withThrowingTaskGroup(of: (Int, [UInt8]).self) { group in
      for number in 0..<24 {
        group.addTask {
          let input = [UInt8](repeating: UInt8(number), count: 200_000 + number)
          return (number, try await shell("cat").run(stdin: input))
        }
      }
      for try await (number, output) in group {
        #expect(output == [UInt8](repeating: UInt8(number), count: 200_000 + number))
      }
    }
  }

  @Test(
    "a command that fails is an error with the last line of its standard error",
    arguments: [
      (
        "echo first >&2; printf 'no such\\033[1m page\\n\\n' >&2; exit 3",
        "status 3: no such[1m page"
      ),
      ("exit 7", "failed with status 7"),
      ("kill -TERM $$", "ended by signal 15"),
    ])
  func failure(script: String, message: String) async {
    let error = await #expect(throws: RAGError.self) {
      try await shell(script, code: .backend).run(stdin: [])
    }
    #expect(error?.code == .backend)
    #expect(error?.message.hasSuffix(message) == true, "\(error?.message ?? "")")
  }

  @Test("a command that cannot start is an error that says so")
  func noCommand() async {
    func code(_ words: [String]) async -> RAGError.Code? {
      let command = Subprocess(
        words, outputByteCount: 10, outputLimitName: "documentByteCount", duration: .seconds(60))
      return await #expect(throws: RAGError.self) { try await command.run(stdin: []) }?.code
    }
    #expect(await code(["no-such-command-here"]) == .notFound)
    #expect(await code(["/etc/passwd"]) == .invalidInput)
    #expect(await code([]) == .invalidInput)
    #expect(await code(["echo", "a\0b"]) == .invalidInput)
  }

  @Test("output over the limit stops the command and names the limit")
  func outputLimit() async throws {
    #expect(try await shell("head -c 1000 /dev/zero", limit: 1000).run(stdin: []).count == 1000)
    let error = await #expect(throws: RAGError.self) {
      try await shell("cat /dev/zero", limit: 100_000).run(stdin: [])
    }
    #expect(error?.code == .limitExceeded)
    #expect(error?.message.contains("Limits.documentByteCount") == true)
  }

  @Test(
    "time over stops the command and all its children",
    arguments: [
      "sleep 1000", "sleep 1000 & sleep 1000", "exec >&- 2>&-; sleep 1000", "sleep 999 &",
    ])
  func timeLimit(script: String) async throws {
    let directory = try TemporaryDirectory()
    let file = directory.path + "/pids"
    // The script notes the group of its processes; afterwards the group must be empty.
    let error = await #expect(throws: RAGError.self) {
      try await shell("echo $$ > '\(file)'; \(script)", duration: .seconds(2)).run(stdin: [])
    }
    #expect(error?.code == .limitExceeded)
    #expect(error?.message.contains("Limits.commandDuration") == true)
    try await expectGroupGone(noted: file)
  }

  @Test("cancelling the task kills the command")
  func cancellation() async throws {
    let directory = try TemporaryDirectory()
    let file = directory.path + "/pids"
    let started = AsyncStream<Void>.makeStream()
    let task = Task {
      var pieces = 0
      for try await _ in shell("echo $$ > '\(file)'; echo go; sleep 1000").stream(stdin: []) {
        pieces += 1
        started.continuation.yield()
      }
      return pieces
    }
    for await _ in started.stream { break }
    task.cancel()
    #expect(try await task.value == 1)
    try await expectGroupGone(noted: file)

    let run = Task { try await shell("sleep 1000").run(stdin: []) }
    run.cancel()
    await #expect(throws: RAGError.self) { try await run.value }
  }

  @Test("ending the iteration kills the command")
  func endedIteration() async throws {
    let directory = try TemporaryDirectory()
    let file = directory.path + "/pids"
    for try await piece in shell("echo $$ > '\(file)'; yes").stream(stdin: []) {
      #expect(piece.starts(with: Array("y\n".utf8)))
      break
    }
    try await expectGroupGone(noted: file)
  }

  @Test("hands on no other descriptor, no ignored signal, and a group of its own")
  func cleanChild() async throws {
    let leak = open("/dev/null", O_RDONLY)
    defer { close(leak) }
    let listing = try await shell("ls /proc/self/fd | wc -l").run(stdin: [])
    // Three, and the one with which `ls` reads the directory.
    #expect(
      Int(String(decoding: listing, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines))
        == 4)
    let group = try await shell("test $(cut -d' ' -f5 /proc/$$/stat) = $$ && echo own").run(
      stdin: [])
    #expect(group == Array("own\n".utf8))
    let ignored = try await shell("grep SigIgn /proc/$$/status").run(stdin: [])
    // Signals 1 to 28; the C library keeps 32 and 33 for itself.
    #expect(String(decoding: ignored, as: UTF8.self).hasSuffix("0000000\n"))
  }

  /// The kill comes from another thread, and its victims take a moment to go.
  private func expectGroupGone(noted file: String) async throws {
    let text = try String(contentsOfFile: file, encoding: .utf8)
    let group = try #require(pid_t(text.trimmingCharacters(in: .whitespacesAndNewlines)))
    while isAlive(group: group) { await Task.yield() }
  }

  /// Whether a process of the group runs; one killed but not yet reaped by its new parent does not.
  private func isAlive(group: pid_t) -> Bool {
    guard kill(-group, 0) == 0 else { return false }
    let processes = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
    return processes.contains { name in
      guard pid_t(name) != nil,
        let line = try? String(contentsOfFile: "/proc/\(name)/stat", encoding: .utf8),
        let end = line.lastIndex(of: ")")
      else { return false }
      let fields = line[end...].split(separator: " ")
      return fields.count > 3 && fields[3] == "\(group)" && fields[1] != "Z" && fields[1] != "X"
    }
  }
}
