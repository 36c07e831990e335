#if HTTP
  import RAGCore
  import Testing

  @testable import RAGHTTP

  @Suite("A request that fails")
  struct RetryTests {
    private let good = ScriptedReply.events(chunk("a"), "[DONE]")

    @Test("is sent again after a failure that may pass", arguments: [429, 500, 502, 503, 504, 529])
    func retry(status: Int) async throws {
      let pauses = Pauses()
      let script = Script(.json(status, "{}"), .json(status, "{}"), good)
      let backend = try await openAI(script, options: pauses.options())
      #expect(try await pieces(backend) == ["a"])
      #expect(script.requests.count == 3)
      #expect(Set(script.requests.map(\.body)).count == 1)
      let all = pauses.all
      #expect(all.count == 2)
      #expect(all.first.map { (.milliseconds(250)...(.milliseconds(500))).contains($0) } == true)
      #expect(all.last.map { (.milliseconds(500)...(.seconds(1))).contains($0) } == true)
    }

    @Test("waits as long as the service asks for")
    func retryAfter() async throws {
      let pauses = Pauses()
      let script = Script(
        .json(429, "{}", ["retry-after": "7"]),
        .json(503, "{}", ["retry-after": "Sun, 06 Nov 1994 08:49:37 GMT"]), good)
      #expect(try await pieces(openAI(script, options: pauses.options())) == ["a"])
      #expect(pauses.all == [.seconds(7), .zero])
    }

    @Test("is given up when the service asks for too long a pause")
    func longRetryAfter() async throws {
      let pauses = Pauses()
      let script = Script(.json(429, "{}", ["retry-after": "3600"]), good)
      let error = await failure(try await openAI(script, options: pauses.options())).error
      #expect(error?.code == .backend)
      #expect(error?.message.contains("3600 s") == true)
      #expect(error?.message.contains("maximumRetryDelay") == true)
      #expect(pauses.all.isEmpty)
    }

    @Test("is given up after the last attempt")
    func exhausted() async throws {
      let script = Script(.json(500, #"{"error":{"message":"out of memory"}}"#))
      let error = await failure(try await openAI(script)).error
      #expect(error?.code == .backend)
      #expect(error?.message.contains("out of memory") == true)
      #expect(error?.message.contains("3 attempts") == true)
      #expect(script.requests.count == 3)
    }

    @Test(
      "is not sent again when that cannot help", arguments: [301, 400, 401, 404, 413, 422, 501])
    func final(status: Int) async throws {
      let script = Script(.json(status, "{}", ["location": "http://example.com/"]))
      #expect(await failure(try await openAI(script)).error != nil)
      #expect(script.requests.count == 1)
    }

    @Test("is sent again after a cut, as long as nothing of the answer was given out")
    func earlyCut() async throws {
      let role = #"{"choices":[{"delta":{"role":"assistant"}}]}"#
      let script = Script(.events(then: [.cut]), .events(role, then: [.cut]), good)
      #expect(try await pieces(openAI(script)) == ["a"])
      #expect(script.requests.count == 3)
    }

    @Test("is an error after a cut in the middle of its answer", arguments: [true, false])
    func lateCut(isClosed: Bool) async throws {
      // Closed, or ended as if all were well.
      let script = Script(.events(chunk("a"), then: isClosed ? [.cut] : []), good)
      let (error, pieces) = await failure(try await openAI(script))
      #expect(error?.code == .io)
      #expect(pieces == ["a"])
      #expect(script.requests.count == 1)
    }

    @Test("for another format is cut without its mark, too")
    func otherCuts() async throws {
      let line = ScriptedReply(
        fields: ["content-type": "application/x-ndjson"],
        steps: [.send(#"{"message":{"content":"a"},"done":false}"# + "\n")])
      let ollama = try OllamaBackend(
        url: await LoopbackServer.url(Script(line)), model: "m", contextTokenCount: 10,
        tokenCounter: CharacterCounter(), options: .patient)
      let event = #"{"type":"content_block_delta","delta":{"text":"a"}}"#
      let anthropic = try AnthropicBackend(
        url: await LoopbackServer.url(Script(.events(event))), model: "m", key: nil,
        contextTokenCount: 10, tokenCounter: CharacterCounter(), options: .patient)
      for backend in [ollama, anthropic] as [any ModelBackend] {
        let (error, pieces) = await failure(backend)
        #expect(error?.code == .io)
        #expect(pieces == ["a"])
      }
    }
  }
#endif
