#if HTTP
  import RAGCore
  import Testing

  @testable import RAGHTTP

  @Suite("A conversation with tools that fails")
  struct ConversationFailureTests {
    private let messages: [ChatMessage] = [.system("rules"), .user("question")]

    @Test("that no service takes is an error before anything is sent")
    func unusable() async throws {
      let script = Script(.events("[DONE]"))
      let backend = try await openAI(script)
      func made(_ id: String = "a", _ name: String = "search", _ arguments: String = "{}")
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
          [.user("u"), .assistant("", toolCalls: [made()]), .toolResult("r", callID: "b")],
          "message 3 is a result without its call"
        ),
        (
          [
            .user("u"), .assistant("", toolCalls: [made()]), .toolResult("r", callID: "a"),
            .toolResult("r", callID: "a"),
          ], "message 4 is a result without its call"
        ),
        (
          [.user("u"), .assistant("", toolCalls: [made()]), .user("u")],
          "message 3 comes before the result"
        ),
        ([.user("u"), .assistant("", toolCalls: [made()])], "the last call of a tool has no"),
        ([.user("u"), .assistant("", toolCalls: [made(), made()])], "the same id"),
        ([.user("u"), .assistant("", toolCalls: [made("")])], "message 2 has no id"),
        ([.user("u"), .assistant("", toolCalls: [made("a", "a b")])], "no name of a tool"),
        ([.user("u"), .assistant("", toolCalls: [made("a", "b", "[]")])], "no JSON object"),
      ]
      for (messages, expected) in conversations {
        let error = await turn(backend, messages).error
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
        let error = await turn(backend, [.user("u")], tools).error
        #expect(error?.code == .invalidInput)
        #expect(error?.message.contains(expected) == true, "\(String(describing: error))")
      }
      #expect(script.requests.isEmpty)
    }

    private let begin =
      #"{"choices":[{"delta":{"tool_calls":[{"index":0,"function":{"name":"search"}}]}}]}"#

    @Test("is sent again when it is cut in the middle of a call, and its call is made once")
    func retry() async throws {
      let whole = ScriptedReply(steps: [.send(callChunks([testCall]))])
      let script = Script(.events(begin, then: [.cut]), whole)
      let (outputs, error) = await turn(try await openAI(script), messages)
      #expect(error == nil && outputs == [call("x", "search", "{}")])
      #expect(script.requests.count == 2)
    }

    @Test("is an error when it is cut after its first words, and calls nothing")
    func cut() async throws {
      let script = Script(.events(chunk("a"), begin, then: [.cut]))
      let (outputs, error) = await turn(try await openAI(script), messages)
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
      let error = await turn(try await openAI(script), messages).error
      #expect(error?.message.contains("Elm Street") == false)
      let said = Script(.json(400, #"{"error":"cannot take '\#(text)'"}"#))
      let quoted = await turn(try await openAI(said), messages).error
      #expect(quoted?.message.hasSuffix("cannot take '…") == true)
    }
  }
#endif
