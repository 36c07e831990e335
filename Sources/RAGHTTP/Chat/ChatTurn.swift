import RAGCore

/// What a model is asked for one turn, in a form that every service takes.
struct ChatTurn: Sendable {
  private(set) var system = ""
  /// All messages but those of the system.
  private(set) var messages: [ChatMessage] = []
  let tools: [ModelTool]

  init(_ prompt: ModelPrompt) {
    system = prompt.system
    messages = [.user(prompt.user)]
    tools = []
  }

  /// - Throws: ``RAGError`` `invalidInput` for what no service takes.
  init(_ messages: [ChatMessage], tools: [ModelTool]) throws {
    self.tools = tools
    var names: Set<String> = []
    for (position, tool) in tools.enumerated() {
      guard Self.isName(tool.name) else {
        throw Self.invalid(
          "the name of tool \(position + 1) is not 1 to 64 of the characters A-Z a-z 0-9 _ -")
      }
      guard names.insert(tool.name).inserted else {
        throw Self.invalid("two tools have the name \(tool.name)")
      }
      guard ChatJSON.object(tool.parameters) != nil else {
        throw Self.invalid("the parameters of the tool \(tool.name) are not a JSON object")
      }
    }
    try add(messages)
  }

  /// The part that may hold text of documents: all but the rules.
  var privateText: String {
    messages.map {
      switch $0 {
      case .system(let text), .user(let text), .toolResult(let text, _): text
      case .assistant(let text, let calls):
        ([text] + calls.map(\.arguments)).joined(separator: "\n")
      }
    }.joined(separator: "\n")
  }

  private mutating func add(_ messages: [ChatMessage]) throws {
    /// The calls of the last message that have no result yet.
    var open: Set<String> = []
    for (position, message) in messages.enumerated() {
      if case .toolResult(_, let id) = message {
        guard open.remove(id) != nil else {
          throw Self.invalid("message \(position + 1) is a result without its call before it")
        }
        self.messages.append(message)
        continue
      }
      guard open.isEmpty else {
        throw Self.invalid("message \(position + 1) comes before the result of a call")
      }
      switch message {
      case .system(let text):
        guard self.messages.isEmpty else {
          throw Self.invalid("message \(position + 1), of the system, is not before all others")
        }
        system += (system.isEmpty ? "" : "\n") + text
        continue
      case .assistant(_, let calls): open = try Self.ids(of: calls, inMessage: position + 1)
      case .user, .toolResult: break
      }
      self.messages.append(message)
    }
    guard open.isEmpty else { throw Self.invalid("the last call of a tool has no result") }
    let hasUser = self.messages.contains { if case .user = $0 { true } else { false } }
    guard hasUser else { throw Self.invalid("no message is of the user") }
  }

  private static func ids(
    of calls: [ModelToolCall], inMessage number: Int
  ) throws -> Set<String> {
    for call in calls {
      guard !call.id.isEmpty, isName(call.name), ChatJSON.object(call.arguments) != nil else {
        throw invalid(
          "a call in message \(number) has no id, no name of a tool, or no JSON object of arguments"
        )
      }
    }
    let ids = Set(calls.map(\.id))
    guard ids.count == calls.count else {
      throw invalid("two calls in message \(number) have the same id")
    }
    return ids
  }

  private static func isName(_ name: String) -> Bool {
    (1...64).contains(name.utf8.count)
      && name.utf8.allSatisfy {
        switch $0 {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x5F: true
        default: false
        }
      }
  }

  private static func invalid(_ message: String) -> RAGError {
    RAGError(.invalidInput, "a conversation cannot be sent: " + message)
  }
}
