#if HTTP
  import RAGCore
  import Testing

  @testable import RAGHTTP

  @Suite("An answer over HTTP")
  struct AnswerTests {
    @Test("comes from OpenAI's API, piece by piece")
    func openAIAnswer() async throws {
      let script = Script(.events(chunk("Whales"), chunk(""), chunk(" swim.\n"), "[DONE]"))
      let backend = try await openAI(script, key: testKey())
      #expect(backend.name == "tiny")
      #expect(backend.contextTokenCount == 100)
      #expect(try await pieces(backend) == ["Whales", " swim.\n"])
      let request = try #require(script.requests.first)
      #expect(request.path == "/v1/chat/completions")
      #expect(request.fields["authorization"] == "Bearer \(secret)")
      #expect(request.fields["content-type"] == "application/json")
      #expect(request.fields["accept"] == "text/event-stream")
      #expect(request.body.contains(#""content":"question""#))
      #expect(!request.body.contains("tools"))
    }

    @Test("comes from Ollama's API")
    func ollama() async throws {
      let script = Script(
        ScriptedReply(
          fields: ["content-type": "application/x-ndjson"],
          steps: [
            .send(#"{"message":{"content":"Whales"},"done":false}"# + "\n"),
            .send(#"{"message":{"content":" swim."},"done":false}"# + "\n"),
            .send(#"{"message":{"content":""},"done":true,"done_reason":"stop"}"#),
          ]))
      let backend = try OllamaBackend(
        url: await LoopbackServer.url(script), model: "tiny", contextTokenCount: 4096,
        tokenCounter: CharacterCounter(), options: .patient)
      #expect(try await pieces(backend) == ["Whales", " swim."])
      let request = try #require(script.requests.first)
      #expect(request.path == "/api/chat")
      #expect(request.fields["authorization"] == nil)
      #expect(request.body.contains(#""num_ctx":4096"#))
    }

    @Test("comes from Anthropic's API")
    func anthropic() async throws {
      let script = Script(
        ScriptedReply(
          fields: ["content-type": "text/event-stream; charset=utf-8"],
          steps: [
            .send("event: message_start\ndata: {\"type\":\"message_start\"}\n\n"),
            .send("event: ping\ndata: {\"type\":\"ping\"}\n\n"),
            .send("data: {\"type\":\"content_block_delta\",\"delta\":{\"text\":\"Whales\"}}\n\n"),
            .send("data: {\"type\":\"message_stop\"}\n\n"),
          ]))
      let backend = try AnthropicBackend(
        url: await LoopbackServer.url(script), model: "tiny", key: testKey(),
        contextTokenCount: 4096, tokenCounter: CharacterCounter(), options: .patient)
      #expect(try await pieces(backend) == ["Whales"])
      let request = try #require(script.requests.first)
      #expect(request.path == "/v1/messages")
      #expect(request.fields["x-api-key"] == secret)
      #expect(request.fields["authorization"] == nil)
      #expect(request.fields["anthropic-version"] == "2023-06-01")
    }

    @Test("is asked for at one address, whether or not the URL names a version of the API")
    func version() async throws {
      for end in ["", "/", "/v1", "/v1/"] {
        let script = Script { _, request in
          if request.path.hasSuffix("/count_tokens") { return .json(200, #"{"input_tokens":3}"#) }
          return request.path.hasPrefix("/v1")
            ? .events(#"{"type":"message_stop"}"#)
            : ScriptedReply(
              fields: ["content-type": "application/x-ndjson"],
              steps: [.send(#"{"message":{"content":""},"done":true}"#)])
        }
        let url = try await LoopbackServer.url(script) + end
        let anthropic = try AnthropicBackend(
          url: url, model: "tiny", key: testKey(), contextTokenCount: 64,
          tokenCounter: CharacterCounter(), options: .patient)
        let ollama = try OllamaBackend(
          url: url, model: "tiny", contextTokenCount: 64, tokenCounter: CharacterCounter(),
          options: .patient)
        for backend in [anthropic, ollama] as [any ModelBackend] {
          #expect(try await pieces(backend) == [])
        }
        #expect(try await anthropic.tokenCount(of: testPrompt) == 3)
        #expect(
          script.requests.map(\.path) == [
            "/v1/messages", "/api/chat", "/v1/messages/count_tokens",
          ])
      }
    }

    @Test("keeps control characters, which the terminal's side cleans")
    func controls() async throws {
      let text = "\u{1B}[2J\u{1B}]0;x\u{7}"
      let backend = try await openAI(Script(.events(chunk(text), "[DONE]")))
      #expect(try await pieces(backend).joined() == text)
    }

    @Test("holds a character whose two halves came in two messages, or what stands for one")
    func halves() async throws {
      func deltas(_ escaped: String...) async throws -> String {
        let chunks = escaped.map { #"{"choices":[{"delta":{"content":"\#($0)"}}]}"# } + ["[DONE]"]
        let reply = ScriptedReply(steps: chunks.map { .send("data: \($0)\n\n") })
        return try await pieces(openAI(Script(reply))).joined()
      }
      #expect(try await deltas(#"a\ud83d"#, #"\ude00b"#) == "a😀b")
      #expect(try await deltas(#"\ud83d\ude00\uD83D"#, #"\uDE01\ud83d"#, #"\ude02"#) == "😀😁😂")
      #expect(try await deltas(#"a\ud83db"#, #"\ude00c"#) == "a\u{FFFD}b\u{FFFD}c")
      #expect(try await deltas(#"a\ud83d"#, "b", #"\ude00c"#) == "ab\u{FFFD}c")
      #expect(try await deltas(#"a\ud83d"#, #"b\ude00\ud83d"#) == "ab\u{FFFD}")
      #expect(try await deltas(#"\\ud83d"#, #"\\ude00\\"#) == #"\ud83d\ude00\"#)
    }

    @Test("is whole without the last mark when the model said why it stopped")
    func finishReason() async throws {
      let stop = #"{"choices":[{"delta":{},"finish_reason":"stop"}]}"#
      #expect(try await pieces(openAI(Script(.events(chunk("a"), stop)))) == ["a"])
    }

    @Test("may be empty")
    func empty() async throws {
      #expect(try await pieces(openAI(Script(.events("[DONE]")))) == [])
    }

    @Test("leaves a connection that serves the next")
    func reuse() async throws {
      let script = Script(.events(chunk("a"), "[DONE]"))
      let backend = try await openAI(script)
      for _ in 0..<20 { #expect(try await pieces(backend) == ["a"]) }
      #expect(script.requests.count == 20)
      // The next request may be quicker than what ends the last.
      #expect(Set(script.requests.map(\.clientPort)).count < 10)
    }

    @Test("does not wait for what a service sends after its end")
    func afterEnd() async throws {
      let script = Script(.events(chunk("a"), "[DONE]", then: [.endless(": still here\n\n")]))
      #expect(try await pieces(openAI(script)) == ["a"])
      await script.closed()
    }
  }
#endif
