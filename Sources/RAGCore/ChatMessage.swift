/// A message of a conversation with a model.
public enum ChatMessage: Sendable, Hashable, Codable {
  /// Rules, which come before all other messages.
  case system(String)
  /// What the user says.
  case user(String)
  /// What the model answered: text, calls of tools, or both.
  case assistant(String, toolCalls: [ModelToolCall] = [])
  /// What a tool gave for the call of this id. The results of a message's calls follow it, one
  /// for each, before anything else is said.
  case toolResult(String, callID: String)
}
