import RAGCore
import Testing

@testable import RAGHTTP

@Suite("Calls of tools in Ollama's and Anthropic's messages")
struct ToolCallTests {
  @Test("are whole in Ollama's lines, and get ids")
  func ollama() throws {
    let body = [
      #"{"message":{"role":"assistant","content":"Wait."},"done":false}"#,
      #"{"message":{"content":"","tool_calls":[{"function":{"name":"search","arguments":"#
        + #"{"query":"é","n":12345678901234567890,"x":0.1,"y":1e300,"#
        + #""deep":{"list":[true,null,-3]}}}},"#
        + #"{"function":{"index":1,"name":"read_file","arguments":{}}}]},"done":false}"#,
      #"{"message":{"content":"","tool_calls":[{"id":"x","function":{"name":"search"}}]}}"#,
      #"{"message":{"content":""},"done":true,"done_reason":"stop"}"#,
    ].joined(separator: "\n")
    #expect(
      try outputs(OllamaChat.self, body) == [
        .text("Wait."),
        call(
          "call_1", "search",
          #"{"deep":{"list":[true,null,-3]},"n":12345678901234567890,"query":"é","#
            + #""x":0.1,"y":1e+300}"#),
        call("call_2", "read_file", "{}"), call("x", "search", "{}"),
      ])
  }

  private let blocks = [
    #"{"type":"message_start","message":{"role":"assistant","content":[]}}"#,
    #"{"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}"#,
    #"{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"Wait."}}"#,
    #"{"type":"content_block_stop","index":0}"#,
    #"{"type":"content_block_start","index":1,"content_block":{"type":"tool_use","id":"a","#
      + #""name":"search","input":{}}}"#,
    #"{"type":"content_block_delta","index":1,"delta":{"type":"input_json_delta","#
      + #""partial_json":""}}"#,
    #"{"type":"content_block_delta","index":1,"delta":{"type":"input_json_delta","#
      + #""partial_json":"{\"query\": \"é"}}"#,
    #"{"type":"ping"}"#,
    #"{"type":"content_block_delta","index":1,"delta":{"type":"input_json_delta","#
      + #""partial_json":"\"}"}}"#,
    #"{"type":"content_block_stop","index":1}"#,
    #"{"type":"content_block_start","index":2,"content_block":{"type":"tool_use","id":"b","#
      + #""name":"read_file","input":{}}}"#,
    #"{"type":"content_block_stop","index":2}"#,
    // A service that stands in for Anthropic's may have the input at once.
    #"{"type":"content_block_start","index":3,"content_block":{"type":"tool_use","id":"c","#
      + #""name":"search","input":{"query":"x"}}}"#,
    #"{"type":"content_block_stop","index":3}"#,
  ]

  @Test("are put together from Anthropic's blocks, wherever the bytes are cut")
  func anthropic() throws {
    let end = [
      #"{"type":"message_delta","delta":{"stop_reason":"tool_use"}}"#, #"{"type":"message_stop"}"#,
    ]
    let bytes = Array(events(blocks + end).utf8)
    let whole: [ChatOutput] = [
      .text("Wait."), call("a", "search", #"{"query": "é"}"#), call("b", "read_file", "{}"),
      call("c", "search", #"{"query":"x"}"#),
    ]
    for cut in 0...bytes.count {
      #expect(try outputs(AnthropicChat.self, [bytes[..<cut], bytes[cut...]]) == whole, "\(cut)")
    }
  }

  @Test("are not made where Anthropic's turn is cut")
  func cut() throws {
    let end = [
      #"{"type":"message_delta","delta":{"stop_reason":"max_tokens"}}"#,
      #"{"type":"message_stop"}"#,
    ]
    // The last block is as long as the limit allows, and no JSON.
    for (body, code) in [
      (events(blocks.dropLast(7) + end), RAGError.Code.limitExceeded),
      (events(blocks), .io),
    ] {
      let error = #expect(throws: RAGError.self) { try outputs(AnthropicChat.self, body) }
      #expect(error?.code == code)
    }
  }

  @Test("are an error for a tool that was not offered, or for arguments that are no object")
  func unusable() throws {
    let done = #"{"done":true}"#
    let ollama = [
      (#"{"function":{"name":"rm"}}"#, "'rm', but was offered only others"),
      (#"{"function":{"name":"search","arguments":[]}}"#, "not of its API"),
      (#"{"function":{"name":"search","arguments":"x"}}"#, "no JSON object"),
      (#"{"function":{"arguments":{}}}"#, "without its name"), ("{}", "without its name"),
    ].map { (#"{"message":{"tool_calls":[\#($0)]}}"# + "\n" + done, $1) }
    for (body, expected) in ollama {
      let error = #expect(throws: RAGError.self) { try outputs(OllamaChat.self, body) }
      #expect(error?.code == .backend)
      #expect(error?.message.contains(expected) == true, "\(String(describing: error))")
    }
    let anthropic = [
      (
        #"{"type":"content_block_start","content_block":{"type":"server_tool_use","name":"web"}}"#,
        "'web', but was offered only others"
      ),
      (
        #"{"type":"content_block_delta","index":5,"delta":{"partial_json":"{}"}}"#,
        "without its name"
      ),
      (
        #"{"type":"content_block_start","content_block":{"type":"tool_use","name":"search","#
          + #""input":7}}"#, "not of its API"
      ),
    ]
    for (event, expected) in anthropic {
      let body = events([event, #"{"type":"message_stop"}"#])
      let error = #expect(throws: RAGError.self) { try outputs(AnthropicChat.self, body) }
      #expect(error?.code == .backend)
      #expect(error?.message.contains(expected) == true, "\(String(describing: error))")
    }
  }

  @Test("are an error where no tool was offered")
  func noTools() throws {
    let line = #"{"message":{"tool_calls":[{"function":{"name":"search"}}]}}"#
    let part = #"{"function":{"name":"search"}}"#
    let errors = [
      #expect(throws: RAGError.self) { try outputs(OllamaChat.self, line + "\n", tools: []) },
      #expect(throws: RAGError.self) {
        try outputs(OpenAIChat.self, callChunks([part]), tools: [])
      },
      #expect(throws: RAGError.self) { try outputs(OpenAIChat.self, callChunks([]), tools: []) },
      #expect(throws: RAGError.self) {
        try outputs(AnthropicChat.self, events([blocks[4]]), tools: [])
      },
    ]
    #expect(errors.allSatisfy { $0?.message.contains("was offered none") == true })
  }
}
