/// A question that can be understood without the conversation before it.
public struct CondensedQuestion: Sendable, Hashable, Codable {
  /// What to search and answer.
  public var text: String
  /// Where the text is from.
  public var origin: Origin

  /// Where the text of a condensed question is from.
  public enum Origin: Sendable, Hashable, Codable {
    /// A model wrote it.
    case model
    /// It is the question as it was asked, as there was nothing to condense.
    case noHistory
    /// It is the question as it was asked, as the model's reply could not be used.
    case unusableReply(reason: String)
  }

  /// Makes a question.
  public init(text: String, origin: Origin) {
    self.text = text
    self.origin = origin
  }
}
