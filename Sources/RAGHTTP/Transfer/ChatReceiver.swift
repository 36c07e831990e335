import RAGCore

/// Reads the answer of a model out of a response and passes it on.
struct ChatReceiver<Format: ChatFormat>: ResponseReceiver {
  /// Bytes of one message: far more than a piece of an answer has.
  private static var messageByteCount: Int { 1 << 20 }

  private let subject: String
  private let answerByteCount: Int
  private let answerTokenCount: Int?
  private let message: ServiceMessage
  private let give: @Sendable (ChatOutput) -> Void
  private let end: @Sendable () -> Void
  private var framing = Format.Framing(maximumByteCount: messageByteCount)
  private var halves = SurrogateHalves()
  private var calls: ToolCallCollector
  private var byteCount = 0
  private var isComplete = false
  private(set) var hasDelivered = false

  var contentType: String { Format.Framing.contentType }

  /// Calls `give` with each piece of the answer, and `end` after the last.
  init(
    _ subject: String, answerByteCount: Int, answerTokenCount: Int?, message: ServiceMessage,
    tools: [ModelTool], give: @escaping @Sendable (ChatOutput) -> Void,
    end: @escaping @Sendable () -> Void
  ) {
    calls = ToolCallCollector(subject, message, offering: tools)
    self.subject = subject
    self.answerByteCount = answerByteCount
    self.answerTokenCount = answerTokenCount
    self.message = message
    self.give = give
    self.end = end
  }

  mutating func receive(_ bytes: [UInt8]) throws -> Bool {
    let messages: [[UInt8]]
    do {
      messages = try framing.messages(in: bytes)
    } catch {
      throw RAGError(
        .limitExceeded, "\(subject) sent too much at once and was stopped", cause: error)
    }
    for message in messages where try read(message) { return true }
    return false
  }

  mutating func finish() throws {
    if let message = framing.lastMessage(), try read(message) { return }
    guard isComplete else {
      throw RAGError(
        .io, "the answer of \(subject) was cut off before its end, and is not whole; see its log")
    }
    try endTurn()
  }

  /// Passes on what a message says; true when it is the last.
  private mutating func read(_ message: [UInt8]) throws -> Bool {
    let events: [ChatEvent]
    do {
      events = try Format.events(of: halves.joined(message))
    } catch {
      // The cause would quote the message.
      throw RAGError(
        .backend,
        "\(subject) sent a message of \(message.count) bytes that is not of its API; check that "
          + "the URL is that of this API")
    }
    for event in events where try pass(event) { return true }
    return false
  }

  private mutating func pass(_ event: ChatEvent) throws -> Bool {
    switch event {
    case .text(""): break
    case .text(let text):
      try count(text)
      give(.text(text))
      hasDelivered = true
    case .toolCall(let part):
      try count(part.arguments)
      try calls.add(part)
    case .toolCallsEnded:
      try calls.end()
      isComplete = true
    case .lengthReached:
      throw RAGError(
        .limitExceeded,
        "the answer of \(subject) is cut: it reached "
          + (answerTokenCount.map {
            "its limit of \($0) tokens (GenerationOptions.answerTokenCount), or filled the context; "
              + "allow more"
          } ?? "the service's limit of tokens, or filled the context; raise them there"))
    case .refused(let reason):
      throw RAGError(.backend, "\(subject) refused to answer\(message.suffix(reason))")
    case .failed(let reason):
      throw RAGError(.backend, "\(subject) failed\(message.suffix(reason))")
    case .complete:
      isComplete = true
    case .end:
      try endTurn()
      return true
    }
    return false
  }

  private mutating func count(_ text: String) throws {
    byteCount += text.utf8.count
    guard byteCount <= answerByteCount else {
      throw RAGError(
        .limitExceeded,
        "\(subject) wrote more than \(answerByteCount) bytes (HTTPOptions.answerByteCount) and "
          + "was stopped")
    }
  }

  /// Gives out the calls, as a turn that fails before its end must call nothing.
  private func endTurn() throws {
    for call in try calls.whole() { give(.toolCall(call)) }
    end()
  }
}
