#if HTTP
  import RAGCore
  import Testing

  @testable import RAGHTTP

  @Suite("A service that gives too much or takes too long")
  struct LimitTests {
    @Test("is stopped when it does not begin to answer", arguments: [true, false])
    func slowFirstByte(isSilent: Bool) async throws {
      let script = Script(ScriptedReply(isSilent: isSilent, steps: [.stall]))
      var options = HTTPOptions.patient
      options.firstByteTimeout = .milliseconds(50)
      let error = await failure(try await openAI(script, options: options)).error
      #expect(error?.code == .limitExceeded)
      #expect(error?.message.contains("firstByteTimeout") == true)
      // None where the machine was too busy to send it in time.
      #expect(script.requests.count <= 1)
    }

    @Test("is stopped when it falls silent in the middle")
    func stall() async throws {
      let script = Script(.events(chunk("a"), then: [.stall]))
      var options = HTTPOptions.patient
      options.pauseTimeout = .milliseconds(50)
      let error = await failure(try await openAI(script, options: options)).error
      #expect(error?.code == .limitExceeded)
      #expect(error?.message.contains("pauseTimeout") == true)
      await script.closed()
    }

    @Test("is stopped when all of it takes too long, busy as it may seem")
    func total() async throws {
      let script = Script(ScriptedReply(steps: [.endless(": wait\n\n")]))
      var options = HTTPOptions.patient
      options.totalTimeout = .milliseconds(50)
      options.responseByteCount = .max
      let error = await failure(try await openAI(script, options: options)).error
      #expect(error?.code == .limitExceeded)
      #expect(error?.message.contains("totalTimeout") == true)
    }

    @Test("is told with its last failure when the time ends between attempts")
    func totalWhilePausing() async throws {
      let script = Script(.json(503, #"{"error":"loading"}"#))
      var options = HTTPOptions.patient
      options.totalTimeout = .milliseconds(200)
      options.retryDelay = .seconds(1000)
      options.maximumRetryDelay = .seconds(1000)
      let error = await failure(try await openAI(script, options: options)).error
      #expect(error?.message.contains("totalTimeout") == true)
    }

    @Test("is stopped when its answer does not end")
    func endlessText() async throws {
      let text = String(repeating: "x", count: 8000)
      let script = Script(ScriptedReply(steps: [.endless("data: \(chunk(text))\n\n")]))
      let (error, pieces) = await failure(try await openAI(script))
      #expect(error?.code == .limitExceeded)
      #expect(error?.message.contains("answerByteCount") == true)
      #expect(pieces.reduce(0) { $0 + $1.utf8.count } <= 1 << 20)
      await script.closed()
    }

    @Test(
      "is stopped when it floods",
      arguments: [
        (String(repeating: "x", count: 1 << 16), "too much at once"),
        ("data: " + String(repeating: "x", count: 1 << 16) + "\n", "too much at once"),
        (": " + String(repeating: "x", count: 1 << 16) + "\n", "responseByteCount"),
        (
          "data: {\"choices\":[]}\n\n: " + String(repeating: "x", count: 1000) + "\n",
          "responseByteCount"
        ),
      ])
    func flood(text: String, expected: String) async throws {
      let script = Script(ScriptedReply(steps: [.endless(text)]))
      var options = HTTPOptions.patient
      options.responseByteCount = 4 << 20
      let error = await failure(try await openAI(script, options: options)).error
      #expect(error?.code == .limitExceeded)
      #expect(error?.message.contains(expected) == true)
      await script.closed()
    }

    @Test("is not read further than an error needs", arguments: [200, 400])
    func floodOfErrors(status: Int) async throws {
      let script = Script(
        ScriptedReply(
          status: status, fields: ["content-type": "text/html"],
          steps: [.endless(String(repeating: "<p>", count: 1000))]))
      let error = await failure(try await openAI(script)).error
      #expect(error?.code == .backend)
      #expect(error.map { $0.message.count < 500 } == true)
      await script.closed()
    }

    @Test("is told when the answer reached its limit of tokens")
    func length() async throws {
      let cut = #"{"choices":[{"delta":{"content":"b"},"finish_reason":"length"}]}"#
      for (count, remedy) in [(5, "GenerationOptions.answerTokenCount"), (nil, "raise them there")]
      {
        let backend = try await openAI(
          Script(.events(chunk("a"), cut)), generation: GenerationOptions(answerTokenCount: count))
        let (error, pieces) = await failure(backend)
        #expect(pieces == ["a", "b"])
        #expect(error?.code == .limitExceeded)
        #expect(error?.message.contains(remedy) == true)
      }
    }
  }
#endif
