import Foundation
import RAGCore
import Testing

@testable import RAGHTTP

@Suite("The formats of chats")
struct ChatFormatTests {
  private let prompt = ModelPrompt(system: "s/1", user: "u\n\"é")
  private let schema = GenerationOptions.Format.jsonSchema(
    name: "answer", schema: #"{"type":"object"}"#)

  private func body(_ format: some ChatFormat) throws -> String {
    String(decoding: try format.request(for: prompt), as: UTF8.self)
  }

  @Test("ask OpenAI's way")
  func openAIRequest() throws {
    var options = GenerationOptions()
    let plain = OpenAIChat(model: "m", options: options, hasNewLimitName: false)
    #expect(
      try body(plain)
        == #"{"messages":[{"content":"s/1","role":"system"},{"content":"u\n\"é","role":"user"}],"#
        + #""model":"m","stream":true}"#)
    options = GenerationOptions(answerTokenCount: 5, temperature: 0.5, format: schema)
    let full = try body(OpenAIChat(model: "m", options: options, hasNewLimitName: false))
    #expect(full.contains(#""max_tokens":5"#))
    #expect(full.contains(#""temperature":0.5"#))
    #expect(
      full.contains(
        #""response_format":{"json_schema":{"name":"answer","schema":{"type":"object"},"#
          + #""strict":true},"type":"json_schema"}"#))
    options.format = .json
    let new = try body(OpenAIChat(model: "m", options: options, hasNewLimitName: true))
    #expect(new.contains(#""max_completion_tokens":5"#))
    #expect(new.contains(#""response_format":{"type":"json_object"}"#))
  }

  @Test("ask Ollama's way, with the size of the context")
  func ollamaRequest() throws {
    var options = GenerationOptions(answerTokenCount: 5, temperature: 0, format: .json)
    let json = try body(OllamaChat(model: "m", options: options, contextTokenCount: 99))
    #expect(json.contains(#""options":{"num_ctx":99,"num_predict":5,"temperature":0}"#))
    #expect(json.contains(#""format":"json""#))
    options.format = schema
    let schema = try body(OllamaChat(model: "m", options: options, contextTokenCount: 99))
    #expect(schema.contains(#""format":{"type":"object"}"#))
  }

  @Test("ask Anthropic's way")
  func anthropicRequest() throws {
    let plain = try body(AnthropicChat(model: "m", options: GenerationOptions()))
    #expect(
      plain
        == #"{"max_tokens":4096,"messages":[{"content":"u\n\"é","role":"user"}],"model":"m","#
        + #""stream":true,"system":"s/1"}"#)
    let options = GenerationOptions(format: schema)
    #expect(
      try body(AnthropicChat(model: "m", options: options)).contains(
        #""output_config":{"format":{"schema":{"type":"object"},"type":"json_schema"}}"#))
    let error = #expect(throws: RAGError.self) {
      try body(AnthropicChat(model: "m", options: GenerationOptions(format: .json)))
    }
    #expect(error?.code == .unsupported)
  }

  @Test("refuse what is no schema or no number")
  func badOptions() {
    for options in [
      GenerationOptions(format: .jsonSchema(name: "x", schema: "[1")),
      GenerationOptions(format: .jsonSchema(name: "x", schema: "[1]")),
      GenerationOptions(temperature: .nan),
    ] {
      let error = #expect(throws: RAGError.self) {
        try body(OpenAIChat(model: "m", options: options, hasNewLimitName: false))
      }
      #expect(error?.code == .invalidInput)
    }
  }

  @Test(
    "read OpenAI's chunks",
    arguments: [
      ("[DONE]", [.end]),
      (#"{"choices":[{"index":0,"delta":{"role":"assistant","content":null}}]}"#, []),
      (#"{"choices":[{"index":0,"delta":{"content":"hi"},"finish_reason":null}]}"#, [.text("hi")]),
      (
        #"{"choices":[{"delta":{"content":"hi"},"finish_reason":"length"}]}"#,
        [.text("hi"), .lengthReached]
      ),
      (#"{"choices":[{"delta":{},"finish_reason":"stop"}]}"#, [.complete]),
      (#"{"choices":[],"usage":{}}"#, []),
      (#"{"choices":[{"index":1,"delta":{"content":"other"}}]}"#, []),
      (#"{"choices":[{"delta":{"reasoning_content":"hm"}}]}"#, []),
      (
        #"{"choices":[{"delta":{"tool_calls":[{"index":0,"function":{"name":"rm"}}]}}]}"#,
        [.toolCall(ToolCallPart(index: 0, name: "rm"))]
      ),
      (#"{"choices":[{"delta":{},"finish_reason":"tool_calls"}]}"#, [.toolCallsEnded]),
      (#"{"choices":[{"delta":{"refusal":"no"}}]}"#, [.refused("no")]),
      (#"{"error":{"message":"full","code":1}}"#, [.failed("full")]),
      (#"{"error":"full"}"#, [.failed("full")]), (#"{"error":{}}"#, [.failed("")]),
    ] as [(String, [ChatEvent])])
  func openAI(message: String, events: [ChatEvent]) throws {
    #expect(try OpenAIChat.events(of: Array(message.utf8)) == events)
  }

  @Test(
    "read Ollama's lines",
    arguments: [
      (#"{"model":"m","message":{"role":"assistant","content":"hi"},"done":false}"#, [.text("hi")]),
      (#"{"message":{"content":"","thinking":"hm"},"done":false}"#, [.text("")]),
      (#"{"message":{"content":""},"done":true,"done_reason":"stop"}"#, [.text(""), .end]),
      (
        #"{"message":{"content":"x"},"done":true,"done_reason":"length"}"#,
        [.text("x"), .lengthReached, .end]
      ),
      (
        #"{"message":{"content":"","tool_calls":[{"function":{"name":"rm"}}]},"done":false}"#,
        [.text(""), .toolCall(ToolCallPart(name: "rm"))]
      ),
      (#"{"error":"no such model"}"#, [.failed("no such model")]),
    ] as [(String, [ChatEvent])])
  func ollama(message: String, events: [ChatEvent]) throws {
    #expect(try OllamaChat.events(of: Array(message.utf8)) == events)
  }

  @Test(
    "read Anthropic's events",
    arguments: [
      (#"{"type":"message_start","message":{"role":"assistant"}}"#, []),
      (#"{"type":"ping"}"#, []), (#"{"type":"something_new","x":1}"#, []),
      (#"{"type":"content_block_start","content_block":{"type":"text","text":""}}"#, []),
      (
        #"{"type":"content_block_start","content_block":{"type":"tool_use","name":"rm"}}"#,
        [.toolCall(ToolCallPart(name: "rm"))]
      ),
      (#"{"type":"content_block_delta","delta":{"type":"text_delta","text":"hi"}}"#, [.text("hi")]),
      (#"{"type":"content_block_delta","delta":{"type":"thinking_delta","thinking":"hm"}}"#, []),
      (#"{"type":"message_delta","delta":{"stop_reason":"end_turn"}}"#, []),
      (#"{"type":"message_delta","delta":{"stop_reason":"max_tokens"}}"#, [.lengthReached]),
      (
        #"{"type":"message_delta","delta":{"stop_reason":"refusal"}}"#,
        [.refused("the model declined to answer")]
      ),
      (
        #"{"type":"error","error":{"type":"overloaded_error","message":"full"}}"#, [.failed("full")]
      ),
      (#"{"type":"message_stop"}"#, [.end]),
    ] as [(String, [ChatEvent])])
  func anthropic(message: String, events: [ChatEvent]) throws {
    #expect(try AnthropicChat.events(of: Array(message.utf8)) == events)
  }

  @Test(
    "take nothing else",
    arguments: [
      "", "{", "[]", "null", "{}", #"{"choices":7}"#, #"{"message":7,"type":7}"#, "\u{0}",
      #"{"choices":[{"delta":{"content":7}}]}"#, String(repeating: "[", count: 100_000),
    ])
  func malformed(message: String) {
    let bytes = Array(message.utf8)
    #expect(throws: (any Error).self) { try OpenAIChat.events(of: bytes) }
    #expect(throws: (any Error).self) { try OllamaChat.events(of: bytes) }
    #expect(throws: (any Error).self) { try AnthropicChat.events(of: bytes) }
  }
}
