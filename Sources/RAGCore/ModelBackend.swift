/// A composed prompt: rules apart from the material they apply to.
public struct ModelPrompt: Sendable, Hashable, Codable {
  /// The rules, for the backend's system role.
  public var system: String
  /// Sources and question, for the user role.
  public var user: String

  /// Makes a prompt.
  public init(system: String, user: String) {
    self.system = system
    self.user = user
  }
}

/// A language model that answers a prompt. Bring your own by conforming to this.
public protocol ModelBackend: Sendable {
  /// A name for people.
  var name: String { get }
  /// The most tokens that prompt and answer may have together.
  var contextTokenCount: Int { get }
  /// Counts tokens as the model does, or from above where its tokenizer is unknown.
  var tokenCounter: any TokenCounter { get }

  /// The answer, piece by piece. Ending the iteration or cancelling its task stops the model.
  func generate(_ prompt: ModelPrompt) -> AsyncThrowingStream<String, any Error>
}
