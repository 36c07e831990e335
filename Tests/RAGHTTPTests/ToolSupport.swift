import Foundation
import RAGCore
import Testing

@testable import RAGHTTP

let testTools = [
  ModelTool(
    name: "search", description: "Finds passages.",
    parameters: #"{"type":"object","properties":{"query":{"type":"string"}}}"#),
  ModelTool(name: "read_file", description: "", parameters: #"{"type":"object"}"#),
]

/// The same for texts that are the same JSON.
func canonical(_ json: String) throws -> String {
  let value = try JSONSerialization.jsonObject(with: Data(json.utf8), options: .fragmentsAllowed)
  return String(
    decoding: try JSONSerialization.data(
      withJSONObject: value, options: [.sortedKeys, .withoutEscapingSlashes]), as: UTF8.self)
}

/// What a body that comes in these pieces gives.
func outputs<Format: ChatFormat>(
  _ format: Format.Type, _ pieces: [ArraySlice<UInt8>], tools: [ModelTool] = testTools,
  answerByteCount: Int = 1 << 20
) throws -> [ChatOutput] {
  let given = Locked<[ChatOutput]>([])
  let ends = Locked(0)
  var receiver = ChatReceiver<Format>(
    "the model", answerByteCount: answerByteCount, answerTokenCount: nil,
    message: ServiceMessage(key: nil, privateText: ""), tools: tools,
    give: { output in given.withLock { $0.append(output) } }, end: { ends.withLock { $0 += 1 } })
  do {
    var isWhole = false
    for piece in pieces where !isWhole { isWhole = try receiver.receive(Array(piece)) }
    if !isWhole { try receiver.finish() }
  } catch {
    // A turn that fails calls nothing.
    #expect(given.withLock { $0 }.allSatisfy { if case .text = $0 { true } else { false } })
    throw error
  }
  #expect(ends.withLock { $0 } == 1)
  return given.withLock { $0 }
}

func outputs<Format: ChatFormat>(
  _ format: Format.Type, _ body: String, tools: [ModelTool] = testTools,
  answerByteCount: Int = 1 << 20
) throws -> [ChatOutput] {
  try outputs(format, [Array(body.utf8)[...]], tools: tools, answerByteCount: answerByteCount)
}

/// A body of server-sent events.
func events(_ data: [String]) -> String { data.map { "data: \($0)\n\n" }.joined() }

/// Chunks of OpenAI's format, each with these parts of calls, and the end of the turn.
func callChunks(_ parts: [String], finish: String? = "tool_calls") -> String {
  let end = finish.map { [#"{"choices":[{"delta":{},"finish_reason":"\#($0)"}]}"#] } ?? []
  return events(
    parts.map { #"{"choices":[{"index":0,"delta":{"tool_calls":[\#($0)]}}]}"# } + end + ["[DONE]"])
}

func call(_ id: String, _ name: String, _ arguments: String) -> ChatOutput {
  .toolCall(ModelToolCall(id: id, name: name, arguments: arguments))
}

/// The text of a JSON string.
func quoted(_ text: String) throws -> String {
  String(decoding: try JSONEncoder().encode(text), as: UTF8.self)
}
