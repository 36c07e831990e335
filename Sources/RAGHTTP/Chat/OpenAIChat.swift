import RAGCore

/// Chat completions as OpenAI defined them and many servers speak them.
struct OpenAIChat: ChatFormat {
  typealias Framing = ServerSentEvents

  let model: String
  let options: GenerationOptions
  /// OpenAI's own service does not take the older name of the limit for its newer models; many
  /// others know no newer one.
  let hasNewLimitName: Bool

  let path = "/chat/completions"
  static let isAtRoot = false

  func request(for turn: ChatTurn) throws -> [UInt8] {
    var body: [String: Any] = [
      "model": model, "stream": true, "messages": ChatJSON.messages(turn),
    ]
    body["tools"] = ChatJSON.tools(turn.tools)
    body[hasNewLimitName ? "max_completion_tokens" : "max_tokens"] = options.answerTokenCount
    body["temperature"] = options.temperature
    switch options.format {
    case .text: break
    case .json: body["response_format"] = ["type": "json_object"]
    case .jsonSchema(let name, let schema):
      body["response_format"] = [
        "type": "json_schema",
        "json_schema": [
          "name": name, "strict": true, "schema": try ChatJSON.schema(schema),
        ] as [String: Any],
      ]
    }
    return try ChatJSON.encode(body)
  }

  private struct Chunk: Decodable {
    struct Choice: Decodable {
      let index: Int?
      let delta: Delta?
      let finish_reason: String?
    }
    struct Delta: Decodable {
      let content: String?
      let refusal: String?
      let tool_calls: [ToolCallPart]?
    }
    let choices: [Choice]?
    let error: ServiceError?
  }

  static func events(of message: [UInt8]) throws -> [ChatEvent] {
    if message.elementsEqual("[DONE]".utf8) { return [.end] }
    let chunk = try ChatJSON.decode(Chunk.self, message)
    if let error = chunk.error { return [.failed(error.message)] }
    guard let choices = chunk.choices else {
      throw RAGError(.backend, "a chunk without choices")
    }
    // The last chunk, which counts tokens, has no choice; more than one was not asked for.
    guard let choice = choices.first(where: { $0.index ?? 0 == 0 }) else { return [] }
    var events: [ChatEvent] = []
    if let text = choice.delta?.content { events.append(.text(text)) }
    if let refusal = choice.delta?.refusal { events.append(.refused(refusal)) }
    events += choice.delta?.tool_calls?.map { .toolCall($0) } ?? []
    switch choice.finish_reason {
    case nil: break
    case "length": events.append(.lengthReached)
    case "content_filter": events.append(.refused("its content filter stopped the answer"))
    case "tool_calls", "function_call": events.append(.toolCallsEnded)
    default: events.append(.complete)
    }
    return events
  }
}
