/// What is asked of a model beside the prompt.
public struct GenerationOptions: Sendable, Hashable {
  /// The form of an answer, where the service can hold the model to it.
  public enum Format: Sendable, Hashable {
    case text
    /// Some JSON object.
    case json
    /// JSON that a JSON Schema describes; `schema` is its text.
    case jsonSchema(name: String, schema: String)
  }

  /// The most tokens of an answer; nil leaves it to the service. An answer that reaches it ends
  /// with an error of code `limitExceeded`.
  public var answerTokenCount: Int?
  /// How much chance there is in the choice of words, from 0 (none); nil leaves it to the service.
  public var temperature: Double?
  /// The form of an answer.
  public var format: Format

  /// Makes options; nothing is asked for unless it is named.
  public init(
    answerTokenCount: Int? = nil, temperature: Double? = nil, format: Format = .text
  ) {
    self.answerTokenCount = answerTokenCount
    self.temperature = temperature
    self.format = format
  }
}
