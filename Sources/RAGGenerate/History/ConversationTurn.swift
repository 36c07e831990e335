/// What one side said in a conversation.
public struct ConversationTurn: Sendable, Hashable, Codable {
  /// Who spoke.
  public enum Role: String, Sendable, Hashable, Codable, CaseIterable {
    case user
    case assistant
  }

  /// Who spoke.
  public var role: Role
  /// What was said.
  public var text: String

  /// Makes a turn.
  public init(_ role: Role, _ text: String) {
    self.role = role
    self.text = text
  }
}
