import RAGCore

/// Anthropic's messages API.
struct AnthropicChat: ChatFormat {
  typealias Framing = ServerSentEvents

  /// The API has no default.
  static let defaultAnswerTokenCount = 4096

  let model: String
  let options: GenerationOptions

  let path = "/v1/messages"
  static let isAtRoot = true

  func request(for turn: ChatTurn) throws -> [UInt8] {
    var body = input(turn)
    body["stream"] = true
    body["max_tokens"] = options.answerTokenCount ?? Self.defaultAnswerTokenCount
    body["temperature"] = options.temperature
    switch options.format {
    case .text: break
    case .json:
      throw RAGError(.unsupported, "Anthropic's API has JSON answers only with a JSON Schema")
    case .jsonSchema(_, let schema):
      body["output_config"] = [
        "format": ["type": "json_schema", "schema": try ChatJSON.schema(schema)] as [String: Any]
      ]
    }
    return try ChatJSON.encode(body)
  }

  /// What the model reads.
  func input(_ turn: ChatTurn) -> [String: Any] {
    var body: [String: Any] = ["model": model, "messages": Self.messages(turn)]
    if !turn.system.isEmpty { body["system"] = turn.system }
    body["tools"] = ChatJSON.list(turn.tools, schemaKey: "input_schema")
    return body
  }

  private static func messages(_ turn: ChatTurn) -> [[String: Any]] {
    var messages: [[String: Any]] = []
    /// The results that one message has to bring together.
    var results: [[String: Any]] = []
    for message in turn.messages {
      if case .toolResult(let text, let id) = message {
        results.append(["type": "tool_result", "tool_use_id": id, "content": text])
        continue
      }
      if !results.isEmpty { messages.append(["role": "user", "content": results]) }
      results = []
      switch message {
      case .system, .toolResult: break
      case .user(let text): messages.append(["role": "user", "content": text])
      case .assistant(let text, let calls) where calls.isEmpty:
        messages.append(["role": "assistant", "content": text])
      case .assistant(let text, let calls):
        let blocks: [[String: Any]] = text.isEmpty ? [] : [["type": "text", "text": text]]
        let uses: [[String: Any]] = calls.map {
          [
            "type": "tool_use", "id": $0.id, "name": $0.name,
            "input": ChatJSON.object($0.arguments) ?? [:],
          ]
        }
        messages.append(["role": "assistant", "content": blocks + uses])
      }
    }
    if !results.isEmpty { messages.append(["role": "user", "content": results]) }
    return messages
  }

  private struct Event: Decodable {
    struct Block: Decodable {
      let type: String
      let id: String?
      let name: String?
      let input: ToolArguments?
    }
    struct Delta: Decodable {
      let text: String?
      let partial_json: String?
      let stop_reason: String?
    }
    let type: String
    let index: Int?
    let content_block: Block?
    let delta: Delta?
    let error: ServiceError?
  }

  static func events(of message: [UInt8]) throws -> [ChatEvent] {
    let event = try ChatJSON.decode(Event.self, message)
    switch event.type {
    case "error": return [.failed(event.error?.message ?? "")]
    case "message_stop": return [.end]
    case "content_block_start":
      guard let block = event.content_block, block.type.hasSuffix("tool_use") else { return [] }
      return [
        .toolCall(
          ToolCallPart(
            index: event.index, id: block.id ?? "", name: block.name ?? "",
            arguments: block.input?.text ?? ""))
      ]
    case "content_block_delta":
      if let arguments = event.delta?.partial_json {
        return [.toolCall(ToolCallPart(index: event.index, arguments: arguments))]
      }
      // Deltas of thinking have no text.
      return event.delta?.text.map { [.text($0)] } ?? []
    case "message_delta":
      switch event.delta?.stop_reason {
      case "max_tokens", "model_context_window_exceeded": return [.lengthReached]
      case "refusal": return [.refused("the model declined to answer")]
      default: return []
      }
    // Pings, and what the API may add.
    default: return []
    }
  }
}
