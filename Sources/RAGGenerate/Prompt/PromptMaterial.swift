public import RAGRetrieve

/// What a prompt is made of, beside its wording.
public struct PromptMaterial: Sendable, Hashable {
  /// What is asked; may be empty where the template needs no question.
  public var question: String
  /// What may answer it, best first.
  public var hits: [Hit]
  /// Questions with good answers, the most fitting first.
  public var examples: [PromptExample]
  /// The conversation before the question, oldest turn first.
  public var history: [ConversationTurn]
  /// What the answer is to conform to, in place of the template's output format. It is taken for
  /// the host's own, and stands in no marks.
  public var schema: JSONSchema?

  /// Makes material.
  public init(
    question: String, hits: [Hit] = [], examples: [PromptExample] = [],
    history: [ConversationTurn] = [], schema: JSONSchema? = nil
  ) {
    self.question = question
    self.hits = hits
    self.examples = examples
    self.history = history
    self.schema = schema
  }

  var hasQuestion: Bool { question.contains { !$0.isWhitespace } }
}
