import RAGCore

extension ChatJSON {
  /// The tools in OpenAI's form, which Ollama takes too; nil for none.
  static func tools(_ tools: [ModelTool]) -> [[String: Any]]? {
    list(tools, schemaKey: "parameters")?.map { ["type": "function", "function": $0] }
  }

  /// Names, descriptions and schemas; nil for none. Some services refuse an empty list.
  static func list(_ tools: [ModelTool], schemaKey: String) -> [[String: Any]]? {
    tools.isEmpty
      ? nil
      : tools.map { tool in
        var entry: [String: Any] = ["name": tool.name, schemaKey: object(tool.parameters) ?? [:]]
        if !tool.description.isEmpty { entry["description"] = tool.description }
        return entry
      }
  }

  /// The messages in OpenAI's form, or in Ollama's, which differs in the arguments, an object,
  /// and in results that name their tool.
  static func messages(_ turn: ChatTurn, isOllama: Bool = false) -> [[String: Any]] {
    var messages: [[String: Any]] =
      turn.system.isEmpty ? [] : [["role": "system", "content": turn.system]]
    var names: [String: String] = [:]
    for message in turn.messages {
      switch message {
      case .system: break
      case .user(let text): messages.append(["role": "user", "content": text])
      case .assistant(let text, let calls):
        // Without text it is empty and not null, which some servers refuse.
        var turn: [String: Any] = ["role": "assistant", "content": text]
        if !calls.isEmpty {
          // Their ids differ: a turn with two that do not is refused.
          names = Dictionary(uniqueKeysWithValues: calls.map { ($0.id, $0.name) })
          turn["tool_calls"] = calls.map { call($0, isOllama: isOllama) }
        }
        messages.append(turn)
      case .toolResult(let text, let id):
        var result = ["role": "tool", "content": text, "tool_call_id": id]
        if isOllama { result["tool_name"] = names[id] }
        messages.append(result)
      }
    }
    return messages
  }

  private static func call(_ call: ModelToolCall, isOllama: Bool) -> [String: Any] {
    let arguments: Any = isOllama ? object(call.arguments) ?? [:] : call.arguments
    return [
      "id": call.id, "type": "function",
      "function": ["name": call.name, "arguments": arguments],
    ]
  }
}
