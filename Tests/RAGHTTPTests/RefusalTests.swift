#if HTTP
  import Foundation
  import RAGCore
  import Testing

  @testable import RAGHTTP

  @Suite("The error of a service")
  struct RefusalTests {
    @Test(
      "says what to do",
      arguments: [
        (401, "backend", "refuses the key of TEST_KEY (401); check it"),
        (403, "backend", "refuses the key of TEST_KEY (403); check it"),
        (404, "notFound", "check the model's name and the URL"),
        (413, "backend", "too large"), (429, "backend", "try again later"),
        (400, "backend", "does not take the request (400): context is too long"),
        (307, "backend", "points elsewhere (307)"), (503, "backend", "see its log"),
      ])
    func remedies(status: Int, code: String, expected: String) async throws {
      let script = Script(.json(status, #"{"error":{"message":"context is too long"}}"#))
      let error = await failure(try await openAI(script, key: testKey())).error
      #expect(error?.code.description == code)
      #expect(error?.message.contains(expected) == true, "\(String(describing: error))")
      #expect(error?.message.contains("the model tiny at http://127.0.0.1") == true)
    }

    @Test("says that a key is wanted where there is none")
    func missingKey() async throws {
      let error = await failure(try await openAI(Script(.json(401, "{}")))).error
      #expect(error?.message.contains("wants a key (401); give one") == true)
    }

    @Test("says that nothing runs there")
    func refused() async throws {
      // Bound by a socket that does not listen, so that nothing can.
      let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
      defer { close(descriptor) }
      var address = sockaddr_in()
      address.sin_family = sa_family_t(AF_INET)
      address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
      var length = socklen_t(MemoryLayout<sockaddr_in>.size)
      withUnsafeMutablePointer(to: &address) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
          #expect(bind(descriptor, $0, length) == 0)
          #expect(getsockname(descriptor, $0, &length) == 0)
        }
      }
      let pauses = Pauses()
      let backend = try OpenAIBackend(
        url: "http://127.0.0.1:\(UInt16(bigEndian: address.sin_port))/v1", model: "tiny",
        contextTokenCount: 10, tokenCounter: CharacterCounter(), options: pauses.options())
      let error = await failure(backend).error
      #expect(error?.code == .io)
      #expect(error?.message.contains("start it, or check the URL (3 attempts)") == true)
      #expect(pauses.all.count == 2)
    }

    @Test(
      "says that the answer is not of the API",
      arguments: [
        ScriptedReply(fields: ["content-type": "text/html"], steps: [.send("<h1>Hello</h1>")]),
        ScriptedReply(fields: ["content-type": "application/json"], steps: [.send("{}")]),
        ScriptedReply(fields: [:], steps: [.send("data: [DONE]\n\n")]),
        .events("not JSON"), .events("{\"choices\":"), .events("{}"), .events("[DONE] "),
        .events(#"{"choices":[{"delta":{"content":["a"]}}]}"#),
      ])
    func otherAPI(reply: ScriptedReply) async throws {
      let script = Script(reply)
      let (error, pieces) = await failure(try await openAI(script))
      #expect(error?.code == .backend)
      #expect(error?.message.contains("check that the URL is that of this API") == true)
      #expect(pieces.isEmpty)
      #expect(script.requests.count == 1)
    }

    @Test("comes after what was good before it")
    func badChunk() async throws {
      let (error, pieces) = await failure(
        try await openAI(Script(.events(chunk("a"), "{\"choi", chunk("b"), "[DONE]"))))
      #expect(error?.code == .backend)
      #expect(pieces == ["a"])
    }

    @Test("tells of a tool that nobody offered", arguments: ["rm -rf", "x\u{1B}[2J", ""])
    func tool(name: String) async throws {
      let json = String(
        decoding: try JSONEncoder().encode(["name": name]), as: UTF8.self)
      let call = #"{"choices":[{"delta":{"tool_calls":[{"index":0,"function":\#(json)}]}}]}"#
      let error = await failure(try await openAI(Script(.events(call, "[DONE]")))).error
      #expect(error?.code == .backend)
      #expect(error?.message.contains("offered none") == true)
      #expect(error?.message.contains("\u{1B}") == false)
      if name == "rm -rf" { #expect(error?.message.contains("'rm -rf'") == true) }
    }

    @Test("tells what the service says in the middle of an answer")
    func midStream() async throws {
      let (error, pieces) = await failure(
        try await openAI(Script(.events(chunk("a"), #"{"error":{"message":"slot lost"}}"#))))
      #expect(error?.code == .backend)
      #expect(error?.message.contains("slot lost") == true)
      #expect(pieces == ["a"])
    }

    @Test("and a printed backend never hold the key, though the service repeats what it got")
    func keyNeverLeaks() async throws {
      let key = try testKey()
      // The whole request, in every place that may be quoted.
      @Sendable func echo(_ request: ReceivedRequest) -> String {
        request.fields.sorted { $0.key < $1.key }.map { "\($0): \($1)" }.joined(separator: "\n")
          + request.body
      }
      @Sendable func json(_ text: String) -> String {
        let data = try? JSONEncoder().encode(["error": text])
        return String(decoding: data ?? Data(), as: UTF8.self)
      }
      typealias Replying = @Sendable (ReceivedRequest) -> ScriptedReply
      let replies =
        [400, 401, 404, 429, 500, 301].flatMap { status -> [Replying] in
          [
            { ScriptedReply(status: status, fields: [:], steps: [.send(echo($0))]) },
            { .json(status, json(echo($0)), ["retry-after": secret]) },
            { .json(status, json($0.fields["authorization"] ?? ""), ["location": secret]) },
          ]
        } + [
          { .events(json($0.fields["authorization"] ?? "")) },
          { .events(echo($0)) },
          { ScriptedReply(fields: ["content-type": "x/" + secret], steps: [.send(echo($0))]) },
          { _ in
            .events(
              #"{"choices":[{"delta":{"tool_calls":[{"function":{"name":"\#(secret)"}}]}}]}"#)
          },
        ]
      for reply in replies {
        let backend = try await openAI(Script { reply($1) }, key: key)
        let error = try #require(await failure(backend).error)
        var dumped = ""
        dump(error, to: &dumped)
        dump(backend, to: &dumped)
        for text in ["\(error)", String(reflecting: error), dumped, "\(backend)"] {
          #expect(!text.contains(secret), "\(error)")
        }
      }
    }
  }
#endif
