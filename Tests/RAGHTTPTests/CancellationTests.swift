#if HTTP
  import RAGCore
  import Testing

  @testable import RAGHTTP

  @Suite("A request that is not wanted any more")
  struct CancellationTests {
    @Test("is closed when the iteration of its answer ends")
    func endOfIteration() async throws {
      let script = Script(.events(chunk("a"), then: [.stall]))
      let backend = try await openAI(script)
      for try await _ in backend.generate(testPrompt) { break }
      await script.closed()
    }

    @Test("is closed in the middle of an answer that flows")
    func flowing() async throws {
      let script = Script(ScriptedReply(steps: [.endless("data: \(chunk("a"))\n\n")]))
      let backend = try await openAI(script)
      for try await _ in backend.generate(testPrompt) { break }
      await script.closed()
    }

    @Test("is closed with its task, before and after the answer begins", arguments: [true, false])
    func task(isSilent: Bool) async throws {
      let script = Script(ScriptedReply(isSilent: isSilent, steps: [.stall]))
      let backend = try await openAI(script)
      let task = Task { try await pieces(backend) }
      await script.arrived()
      task.cancel()
      #expect(try await task.value == [])
      await script.closed()
    }

    @Test("is not sent again from its pause")
    func pausing() async throws {
      let script = Script(.json(503, "{}"))
      let (paused, note) = AsyncStream.makeStream(of: Void.self)
      var options = HTTPOptions.patient
      options.pause = { _ in
        note.yield()
        for await _ in AsyncStream<Void>.makeStream().stream {}
        try Task.checkCancellation()
      }
      let backend = try await openAI(script, options: options)
      let task = Task { try await pieces(backend) }
      for await _ in paused { break }
      task.cancel()
      #expect(try await task.value == [])
      #expect(script.requests.count == 1)
    }

    @Test("for vectors says that it was cancelled")
    func vectors() async throws {
      let script = Script(ScriptedReply(isSilent: true))
      let embedder = try RemoteEmbedder(
        url: await LoopbackServer.url(script), model: "e", dimension: 2, maximumTokenCount: 10,
        tokenCounter: CharacterCounter(), options: .patient)
      let task = Task { try await embedder.embed(["a"], as: .query) }
      await script.arrived()
      task.cancel()
      let error = await #expect(throws: RAGError.self) { try await task.value }
      #expect(error?.code == .cancelled)
      await script.closed()
    }
  }
#endif
