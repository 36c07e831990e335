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
        ? #"[{"type":"function","function":{\#(search)}},"#
          + #"{"type":"function","function":{\#(read)}}]"#
        : "[{\(search)},{\(read)}]"
    }

    @Test("is OpenAI's")
    func openAIForm() async throws {
      let script = Script(ScriptedReply(steps: [.send(callChunks([testCall]))]))
      let (outputs, error) = await turn(try await openAI(script), messages)
      #expect(error == nil)
      #expect(outputs == [call("x", "search", "{}")])
      let expected = """
        {"model":"tiny","stream":true,"tools":\(openAITools()),"messages":[
          {"role":"system","content":"rules"},{"role":"user","content":"question"},
          {"role":"assistant","content":"Wait.","tool_calls":[
            {"id":"a","type":"function",
             "function":{"name":"search","arguments":"{\\"query\\": \\"é\\"}"}},
            {"id":"b","type":"function","function":{"name":"read_file","arguments":"{}"}}]},
          {"role":"tool","tool_call_id":"b","content":"two"},
          {"role":"tool","tool_call_id":"a","content":"one"},
          {"role":"assistant","content":"","tool_calls":[
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
      let (outputs, error) = await turn(backend, messages)
      #expect(error == nil)
      #expect(outputs == [call("call_1", "search", "{}")])
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
      #expect(await turn(backend, messages).error == nil)
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
      #expect(await turn(backend, Array(messages.prefix(5))).error == nil)
      #expect(script.requests.last?.body.contains(#""content":"one","tool_use_id":"a""#) == true)
    }

    @Test("may have no tools, and then is as a prompt is")
    func noTools() async throws {
      let script = Script(.events(chunk("a"), "[DONE]"))
      let backend = try await openAI(script)
      let (outputs, error) = await turn(backend, [.system("rules"), .user("question")], [])
      #expect(error == nil && outputs == [.text("a")])
      #expect(try await pieces(backend) == ["a"])
      #expect(Set(script.requests.map(\.body)).count == 1)
    }
  }
#endif
