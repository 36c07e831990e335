public import RAGCore
public import RAGRetrieve

/// A prompt, with what went into it and what it costs.
public struct ComposedPrompt: Sendable, Hashable, Codable {
  /// What the model is to read.
  public var prompt: ModelPrompt
  /// The sources in the prompt, in the order of their numbers.
  public var sources: [Source]
  /// Hits that found no room.
  public var omittedSourceCount: Int
  /// Examples that found no room.
  public var omittedExampleCount: Int
  /// Turns of the conversation, the oldest ones, that found no room.
  public var omittedTurnCount: Int
  /// Where the wording is from.
  public var template: TemplateReference
  /// Tokens of the prompt, with what a chat template adds around it.
  public var tokenCount: Int
  /// The most tokens that prompt and answer may have together.
  public var contextTokenCount: Int
  /// Tokens of the context kept free for the answer.
  public var reservedAnswerTokenCount: Int
  /// What the tokens are spent on.
  public var accounts: TokenAccounts

  /// Names a template.
  public struct TemplateReference: Sendable, Hashable, Codable {
    /// What people call it.
    public var name: String
    /// Grows with each change of the wording.
    public var version: Int
    /// The language of the wording.
    public var language: PromptLanguage

    init(_ template: PromptTemplate) {
      name = template.name
      version = template.version
      language = template.language
    }
  }

  /// A hit that the prompt shows under a number.
  public struct Source: Sendable, Hashable, Codable {
    /// What citations name it by: its position among the hits, from 1.
    public var number: Int
    /// The hit.
    public var hit: Hit
    /// Whether the prompt shows only the beginning of the hit's text.
    public var isCut: Bool

    /// Makes a source.
    public init(number: Int, hit: Hit, isCut: Bool = false) {
      self.number = number
      self.hit = hit
      self.isCut = isCut
    }
  }
}
