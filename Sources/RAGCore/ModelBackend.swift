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

  /// The tokens of a prompt as the service itself counts them; nil, unless implemented, where it
  /// cannot.
  ///
  /// Some count the plain text, without what the model's chat template puts around it: leave a
  /// few tokens for that (16).
  ///
  /// - Throws: ``RAGError`` for a service that does not answer as it should.
  func tokenCount(of prompt: ModelPrompt) async throws -> Int?
}

extension ModelBackend {
  /// No service counts.
  public func tokenCount(of prompt: ModelPrompt) async throws -> Int? { nil }
}
