import RAGCore

/// Ollama's own chat API.
struct OllamaChat: ChatFormat {
  typealias Framing = JSONLines

  let model: String
  let options: GenerationOptions
  let contextTokenCount: Int

  let path = "/api/chat"
  static let isAtRoot = true

  func request(for turn: ChatTurn) throws -> [UInt8] {
    // Without its size the context is Ollama's default, and a longer prompt is cut in silence.
    var settings: [String: Any] = ["num_ctx": contextTokenCount]
    settings["num_predict"] = options.answerTokenCount
    settings["temperature"] = options.temperature
    var body: [String: Any] = [
      "model": model, "stream": true, "messages": ChatJSON.messages(turn, isOllama: true),
      "options": settings,
    ]
    body["tools"] = ChatJSON.tools(turn.tools)
    switch options.format {
    case .text: break
    case .json: body["format"] = "json"
    case .jsonSchema(_, let schema): body["format"] = try ChatJSON.schema(schema)
    }
    return try ChatJSON.encode(body)
  }

  private struct Line: Decodable {
    struct Message: Decodable {
      let content: String?
      let tool_calls: [ToolCallPart]?
    }
    let message: Message?
    let done: Bool?
    let done_reason: String?
    let error: ServiceError?
  }

  static func events(of message: [UInt8]) throws -> [ChatEvent] {
    let line = try ChatJSON.decode(Line.self, message)
    if let error = line.error { return [.failed(error.message)] }
    guard line.message != nil || line.done != nil else {
      throw RAGError(.backend, "a line without a message")
    }
    var events: [ChatEvent] = []
    if let text = line.message?.content { events.append(.text(text)) }
    events += line.message?.tool_calls?.map { .toolCall($0) } ?? []
    if line.done_reason == "length" { events.append(.lengthReached) }
    if line.done == true { events.append(.end) }
    return events
  }
}
