#if HTTP
  import RAGCore
  import Testing

  @testable import RAGHTTP

  @Suite("The tokens of a prompt, as a service counts them")
  struct TokenCountTests {
    private static let missing = ScriptedReply.json(404, #"{"detail":"Not Found"}"#)

    @Test("come from llama.cpp's server, for its plain text")
    func llamaServer() async throws {
      let script = Script(.json(200, #"{"tokens":[1,15043,29991]}"#))
      let backend = try await openAI(script, key: testKey())
      #expect(try await backend.tokenCount(of: testPrompt) == 3)
      #expect(try await backend.tokenCount(of: ModelPrompt(system: "", user: "u")) == 3)
      #expect(script.requests.map(\.path) == ["/tokenize", "/tokenize"])
      #expect(
        script.requests.map(\.body) == [
          #"{"add_special":true,"content":"rules\nquestion"}"#,
          #"{"add_special":true,"content":"u"}"#,
        ])
      #expect(script.requests.allSatisfy { $0.fields["authorization"] == "Bearer \(secret)" })
    }

    @Test("come from vLLM, for its messages", arguments: [400, 422])
    func vLLM(status: Int) async throws {
      let script = Script { _, request in
        request.body.contains(#""messages""#)
          ? .json(200, #"{"count":7,"max_model_len":64,"tokens":[1,2,3,4,5,6,7]}"#)
          : .json(status, #"{"object":"error","message":"no prompt"}"#)
      }
      let backend = try await openAI(script)
      for _ in 0..<3 { #expect(try await backend.tokenCount(of: testPrompt) == 7) }
      #expect(script.requests.map(\.path) == Array(repeating: "/tokenize", count: 4))
      let expected = #"""
        {"model":"tiny","messages":[{"role":"system","content":"rules"},
         {"role":"user","content":"question"}]}
        """#
      for request in script.requests.dropFirst() {
        #expect(try canonical(request.body) == canonical(expected))
      }
    }

    @Test("come from llama-cpp-python's server, for its plain text", arguments: [404, 405])
    func llamaPython(status: Int) async throws {
      let script = Script { _, request in
        request.path == "/extras/tokenize/count"
          ? .json(200, #"{"count":5}"#) : .json(status, "{}")
      }
      let backend = try await openAI(script)
      for _ in 0..<3 { #expect(try await backend.tokenCount(of: testPrompt) == 5) }
      #expect(
        script.requests.map(\.path)
          == ["/tokenize", "/tokenize"] + Array(repeating: "/extras/tokenize/count", count: 3))
      #expect(script.requests.last?.body == #"{"input":"rules\nquestion","model":"tiny"}"#)
    }

    @Test(
      "are unknown where the service has none of the ways, and it is not asked again",
      arguments: [
        missing, .json(405, ""), .json(403, "{}"), .json(501, "{}"), .json(301, "{}"),
        ScriptedReply(fields: ["content-type": "text/html"], steps: [.send("<h1>Hello</h1>")]),
        .json(200, "{}"), .json(200, "[]"), .json(200, ""), .json(200, #"{"tokens":[]}"#),
        .json(200, #"{"count":"7"}"#), .json(200, #"{"count":-7}"#), .json(200, #"{"tokens":7}"#),
      ])
    func none(reply: ScriptedReply) async throws {
      let script = Script(reply)
      let backend = try await openAI(script)
      for _ in 0..<3 { #expect(try await backend.tokenCount(of: testPrompt) == nil) }
      #expect(script.requests.count == 3)
    }

    @Test("are asked for again after an error, which says nothing of what the service has")
    func errors() async throws {
      let failures: [(ScriptedReply, RAGError.Code, Int)] = [
        (.json(401, "{}"), .backend, 1), (.json(413, "{}"), .backend, 1),
        (.json(503, "{}"), .backend, 3),
        (ScriptedReply(fields: ["content-type": "application/json"], steps: [.cut]), .io, 3),
      ]
      for (failure, code, attempts) in failures {
        let script = Script { count, _ in
          count < attempts ? failure : .json(200, #"{"tokens":[1]}"#)
        }
        let backend = try await openAI(script)
        let error = await #expect(throws: RAGError.self) {
          try await backend.tokenCount(of: testPrompt)
        }
        #expect(error?.code == code)
        #expect(script.requests.count == attempts)
        #expect(try await backend.tokenCount(of: testPrompt) == 1)
      }
    }

    @Test("are an error where the service does not count them any more")
    func change() async throws {
      let changes: [(ScriptedReply, String)] = [
        (.json(200, "{}"), "does not count tokens any more"),
        (.json(400, #"{"error":"too long"}"#), "(400): too long"), (Self.missing, "is not there"),
      ]
      for (reply, expected) in changes {
        let backend = try await openAI(Script(.json(200, #"{"tokens":[1]}"#), reply))
        #expect(try await backend.tokenCount(of: testPrompt) == 1)
        for _ in 0..<2 {
          let error = await #expect(throws: RAGError.self) {
            try await backend.tokenCount(of: testPrompt)
          }
          #expect(error?.message.contains(expected) == true, "\(String(describing: error))")
        }
      }
    }

    @Test("come from Anthropic, or not from what stands in for it")
    func anthropic() async throws {
      func backend(_ script: Script) async throws -> AnthropicBackend {
        try AnthropicBackend(
          url: await LoopbackServer.url(script), model: "tiny", key: testKey(),
          contextTokenCount: 64, tokenCounter: CharacterCounter(), options: .patient)
      }
      let script = Script(.json(200, #"{"input_tokens":14}"#))
      let counting = try await backend(script)
      #expect(try await counting.tokenCount(of: testPrompt) == 14)
      let request = try #require(script.requests.first)
      #expect(request.path == "/v1/messages/count_tokens")
      #expect(request.fields["x-api-key"] == secret)
      #expect(request.fields["anthropic-version"] == "2023-06-01")
      let expected =
        #"{"model":"tiny","system":"rules","messages":[{"role":"user","content":"question"}]}"#
      #expect(try canonical(request.body) == canonical(expected))

      let other = Script(Self.missing)
      let standIn = try await backend(other)
      for _ in 0..<2 { #expect(try await standIn.tokenCount(of: testPrompt) == nil) }
      #expect(other.requests.count == 1)
    }

    @Test("are not asked of Ollama")
    func ollama() async throws {
      let script = Script(Self.missing)
      let backend = try OllamaBackend(
        url: await LoopbackServer.url(script), model: "tiny", contextTokenCount: 64,
        tokenCounter: CharacterCounter(), options: .patient)
      #expect(try await backend.tokenCount(of: testPrompt) == nil)
      #expect(script.requests.isEmpty)
    }

    @Test("are counted by one request that ends with its task")
    func cancellation() async throws {
      let script = Script(ScriptedReply(isSilent: true))
      let backend = try await openAI(script)
      let task = Task { try await backend.tokenCount(of: testPrompt) }
      await script.arrived()
      task.cancel()
      let error = await #expect(throws: RAGError.self) { try await task.value }
      #expect(error?.code == .cancelled)
      await script.closed()
    }
  }
#endif
