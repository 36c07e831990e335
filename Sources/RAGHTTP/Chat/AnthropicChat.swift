import RAGCore

/// Anthropic's messages API.
struct AnthropicChat: ChatFormat {
  typealias Framing = ServerSentEvents

  /// The API has no default.
  static let defaultAnswerTokenCount = 4096

  let model: String
  let options: GenerationOptions

  let path = "/v1/messages"

  func request(for prompt: ModelPrompt) throws -> [UInt8] {
    var body: [String: Any] = [
      "model": model, "stream": true, "messages": [["role": "user", "content": prompt.user]],
      "max_tokens": options.answerTokenCount ?? Self.defaultAnswerTokenCount,
    ]
    if !prompt.system.isEmpty { body["system"] = prompt.system }
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

  private struct Event: Decodable {
    struct Block: Decodable {
      let type: String
      let name: String?
    }
    struct Delta: Decodable {
      let text: String?
      let stop_reason: String?
    }
    let type: String
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
      return [.toolCall(block.name ?? "")]
    case "content_block_delta":
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
