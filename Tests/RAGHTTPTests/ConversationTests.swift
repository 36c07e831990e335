#if HTTP
  import RAGCore
  import Testing

  @testable import RAGHTTP

  @Suite("A conversation with tools over HTTP")
  struct ConversationTests {
    private let messages: [ChatMessage] = [
      .system("rules"), .user("question"),
      .assistant(
        "Wait.",
        toolCalls: [
          ModelToolCall(id: "a", name: "search", arguments: #"{"query": "é"}"#),
          ModelToolCall(id: "b", name: "read_file", arguments: "{}"),
        ]), .toolResult("two", callID: "b"), .toolResult("one", callID: "a"),
      .assistant("", toolCalls: [ModelToolCall(id: "c", name: "search", arguments: "{}")]),
      .toolResult("", callID: "c"), .assistant("Done."), .user("and?"),
    ]

    private func openAITools(_ key: String = "parameters") -> String {
      let search =
        #""name":"search","description":"Finds passages.","\#(key)":"#
        + #"{"type":"object","properties":{"query":{"type":"string"}}}"#
      let read = #""name":"read_file","\#(key)":{"type":"object"}"#
      return key == "parameters"
        ? #"[{"type":"function","function":{\#(search)}},{"type":"function","function":{\#(read)}}]"#
        : "[{\(search)},{\(read)}]"
    }

    private func run(
      _ backend: any ChatBackend, _ messages: [ChatMessage]? = nil, _ tools: [ModelTool] = testTools
    ) async -> (outputs: [ChatOutput], error: RAGError?) {
      var outputs: [ChatOutput] = []
      do {
        for try await output in backend.respond(to: messages ?? self.messages, tools: tools) {
          outputs.append(output)
        }
        return (outputs, nil)
      } catch {
        return (outputs, error as? RAGError)
      }
    }

    private let call = #"{"index":0,"id":"x","function":{"name":"search","arguments":"{}"}}"#

    @Test("is OpenAI's")
    func openAIForm() async throws {
      let script = Script(ScriptedReply(steps: [.send(callChunks([call]))]))
      let (outputs, error) = await run(try await openAI(script))
      #expect(error == nil)
      #expect(outputs == [RAGHTTPTests.call("x", "search", "{}")])
      let expected = """
        {"model":"tiny","stream":true,"tools":\(openAITools()),"messages":[
          {"role":"system","content":"rules"},{"role":"user","content":"question"},
          {"role":"assistant","content":"Wait.","tool_calls":[
            {"id":"a","type":"function",
             "function":{"name":"search","arguments":"{\\"query\\": \\"é\\"}"}},
            {"id":"b","type":"function","function":{"name":"read_file","arguments":"{}"}}]},
          {"role":"tool","tool_call_id":"b","content":"two"},
          {"role":"tool","tool_call_id":"a","content":"one"},
          {"role":"assistant","content":null,"tool_calls":[
            {"id":"c","type":"function","function":{"name":"search","arguments":"{}"}}]},
          {"role":"tool","tool_call_id":"c","content":""},
          {"role":"assistant","content":"Done."},{"role":"user","content":"and?"}]}
        """
      #expect(try canonical(#require(script.requests.first).body) == canonical(expected))
    }

    @Test("is Ollama's")
    func ollamaForm() async throws {
      let line = #"{"message":{"tool_calls":[{"function":{"name":"search"}}]},"done":true}"#
      let script = Script(
        ScriptedReply(
          fields: ["content-type": "application/x-ndjson"], steps: [.send(line + "\n")]))
      let backend = try OllamaBackend(
        url: await LoopbackServer.url(script), model: "tiny", contextTokenCount: 64,
        tokenCounter: CharacterCounter(), options: .patient)
      let (outputs, error) = await run(backend)
      #expect(error == nil)
      #expect(outputs == [RAGHTTPTests.call("call_1", "search", "{}")])
      let expected = """
        {"model":"tiny","stream":true,"options":{"num_ctx":64},"tools":\(openAITools()),"messages":[
          {"role":"system","content":"rules"},{"role":"user","content":"question"},
          {"role":"assistant","content":"Wait.","tool_calls":[
            {"id":"a","type":"function","function":{"name":"search","arguments":{"query":"é"}}},
            {"id":"b","type":"function","function":{"name":"read_file","arguments":{}}}]},
          {"role":"tool","tool_call_id":"b","tool_name":"read_file","content":"two"},
          {"role":"tool","tool_call_id":"a","tool_name":"search","content":"one"},
          {"role":"assistant","content":"","tool_calls":[
            {"id":"c","type":"function","function":{"name":"search","arguments":{}}}]},
          {"role":"tool","tool_call_id":"c","tool_name":"search","content":""},
          {"role":"assistant","content":"Done."},{"role":"user","content":"and?"}]}
        """
      #expect(try canonical(#require(script.requests.first).body) == canonical(expected))
    }

    @Test("is Anthropic's, with the results of a message in one")
    func anthropicForm() async throws {
      let script = Script(.events(#"{"type":"message_stop"}"#))
      let backend = try AnthropicBackend(
        url: await LoopbackServer.url(script), model: "tiny", key: nil, contextTokenCount: 64,
        tokenCounter: CharacterCounter(), options: .patient)
      #expect(await run(backend).error == nil)
      let expected = """
        {"model":"tiny","stream":true,"max_tokens":4096,"system":"rules",
         "tools":\(openAITools("input_schema")),"messages":[
          {"role":"user","content":"question"},
          {"role":"assistant","content":[{"type":"text","text":"Wait."},
            {"type":"tool_use","id":"a","name":"search","input":{"query":"é"}},
            {"type":"tool_use","id":"b","name":"read_file","input":{}}]},
          {"role":"user","content":[{"type":"tool_result","tool_use_id":"b","content":"two"},
            {"type":"tool_result","tool_use_id":"a","content":"one"}]},
          {"role":"assistant","content":[
            {"type":"tool_use","id":"c","name":"search","input":{}}]},
          {"role":"user","content":[{"type":"tool_result","tool_use_id":"c","content":""}]},
          {"role":"assistant","content":"Done."},{"role":"user","content":"and?"}]}
        """
      #expect(try canonical(#require(script.requests.first).body) == canonical(expected))
      // The last results stand at the end.
      #expect(await run(backend, Array(messages.prefix(5))).error == nil)
      #expect(script.requests.last?.body.contains(#""content":"one","tool_use_id":"a""#) == true)
    }

    @Test("may have no tools, and then is as a prompt is")
    func noTools() async throws {
      let script = Script(.events(chunk("a"), "[DONE]"))
      let backend = try await openAI(script)
      let (outputs, error) = await run(backend, [.system("rules"), .user("question")], [])
      #expect(error == nil && outputs == [.text("a")])
      #expect(try await pieces(backend) == ["a"])
      #expect(Set(script.requests.map(\.body)).count == 1)
    }

    @Test("that no service takes is an error before anything is sent")
    func unusable() async throws {
      let script = Script(.events("[DONE]"))
      let backend = try await openAI(script)
      func call(_ id: String = "a", _ name: String = "search", _ arguments: String = "{}")
        -> ModelToolCall
      {
        ModelToolCall(id: id, name: name, arguments: arguments)
      }
      let conversations: [([ChatMessage], String)] = [
        ([], "no message is of the user"), ([.system("s")], "no message is of the user"),
        ([.assistant("a")], "no message is of the user"),
        ([.user("u"), .system("s")], "message 2, of the system, is not before"),
        ([.user("u"), .toolResult("r", callID: "a")], "message 2 is a result without its call"),
        (
          [.user("u"), .assistant("", toolCalls: [call()]), .toolResult("r", callID: "b")],
          "message 3 is a result without its call"
        ),
        (
          [
            .user("u"), .assistant("", toolCalls: [call()]), .toolResult("r", callID: "a"),
            .toolResult("r", callID: "a"),
          ], "message 4 is a result without its call"
        ),
        (
          [.user("u"), .assistant("", toolCalls: [call()]), .user("u")],
          "message 3 comes before the result"
        ),
        ([.user("u"), .assistant("", toolCalls: [call()])], "the last call of a tool has no"),
        ([.user("u"), .assistant("", toolCalls: [call(), call()])], "the same id"),
        ([.user("u"), .assistant("", toolCalls: [call("")])], "message 2 has no id"),
        ([.user("u"), .assistant("", toolCalls: [call("a", "a b")])], "no name of a tool"),
        ([.user("u"), .assistant("", toolCalls: [call("a", "b", "[]")])], "no JSON object"),
      ]
      for (messages, expected) in conversations {
        let error = await run(backend, messages).error
        #expect(error?.code == .invalidInput)
        #expect(error?.message.contains(expected) == true, "\(String(describing: error))")
      }
      let toolLists: [([(String, String)], String)] = [
        ([("", "{}")], "the name of tool 1"), ([("a", "{}"), ("é", "{}")], "the name of tool 2"),
        ([("a b", "{}")], "the name"), ([(String(repeating: "a", count: 65), "{}")], "the name"),
        ([("a", "{}"), ("a", "{}")], "two tools have the name a"),
        ([("a", "")], "parameters of the tool a are not a JSON object"),
        ([("a", "[]")], "not a JSON object"), ([("a", "{")], "not a JSON object"),
      ]
      for (list, expected) in toolLists {
        let tools = list.map { ModelTool(name: $0.0, description: "", parameters: $0.1) }
        let error = await run(backend, [.user("u")], tools).error
        #expect(error?.code == .invalidInput)
        #expect(error?.message.contains(expected) == true, "\(String(describing: error))")
      }
      #expect(script.requests.isEmpty)
    }

    private let begin =
      #"{"choices":[{"delta":{"tool_calls":[{"index":0,"function":{"name":"search"}}]}}]}"#

    @Test("is sent again when it is cut in the middle of a call, and its call is made once")
    func retry() async throws {
      let whole = ScriptedReply(steps: [.send(callChunks([call]))])
      let script = Script(.events(begin, then: [.cut]), whole)
      let (outputs, error) = await run(try await openAI(script))
      #expect(error == nil && outputs == [RAGHTTPTests.call("x", "search", "{}")])
      #expect(script.requests.count == 2)
    }

    @Test("is an error when it is cut after its first words, and calls nothing")
    func cut() async throws {
      let script = Script(.events(chunk("a"), begin, then: [.cut]))
      let (outputs, error) = await run(try await openAI(script))
      #expect(error?.code == .io && outputs == [.text("a")])
      #expect(script.requests.count == 1)
    }

    @Test("is closed when nobody waits for the rest of a call", arguments: [true, false])
    func cancellation(byTask: Bool) async throws {
      let script = Script(.events(chunk("a"), begin, then: [.stall]))
      let backend = try await openAI(script)
      let (begun, note) = AsyncStream.makeStream(of: Void.self)
      let task = Task {
        for try await _ in backend.respond(to: messages, tools: testTools) {
          note.yield()
          if !byTask { break }
        }
      }
      for await _ in begun { break }
      if byTask { task.cancel() }
      try await task.value
      await script.closed()
    }

    @Test("is not repeated in an error")
    func privacy() async throws {
      let text = "The lease of the house in Elm Street ends in May."
      let messages: [ChatMessage] = [
        .user("u"),
        .assistant(
          "", toolCalls: [ModelToolCall(id: "a", name: "search", arguments: #"{"q":"\#(text)"}"#)]),
        .toolResult(text, callID: "a"),
      ]
      let script = Script { _, request in .json(400, request.body) }
      let error = await run(try await openAI(script), messages).error
      #expect(error?.message.contains("Elm Street") == false)
      let said = Script(.json(400, #"{"error":"cannot take '\#(text)'"}"#))
      let quoted = await run(try await openAI(said), messages).error
      #expect(quoted?.message.hasSuffix("cannot take '…") == true)
    }
  }
#endif
