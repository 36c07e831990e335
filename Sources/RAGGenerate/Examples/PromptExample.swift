/// A question with a good answer, to show a model the form of answers that is wanted.
public struct PromptExample: Sendable, Hashable, Codable {
  /// What was asked.
  public var question: String
  /// What a good answer says.
  public var answer: String
  /// The texts that the answer is drawn from, where it helps to show them.
  public var sources: [String]

  /// Makes an example.
  public init(question: String, answer: String, sources: [String] = []) {
    self.question = question
    self.answer = answer
    self.sources = sources
  }

  /// Reads an example; `sources` may be absent.
  public init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: CodingKeys.self)
    question = try fields.decode(String.self, forKey: .question)
    answer = try fields.decode(String.self, forKey: .answer)
    sources = try fields.decodeIfPresent([String].self, forKey: .sources) ?? []
  }
}
