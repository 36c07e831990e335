public import RAGRetrieve

/// How a model is asked, beside the question and what may answer it.
public struct Prompting: Sendable, Hashable {
  /// The wording, and the order of sources.
  public var composer: PromptComposer
  /// Questions with good answers, the most fitting first.
  public var examples: [PromptExample]
  /// The conversation before the question, oldest turn first.
  public var history: [ConversationTurn]

  /// Asks in the usual way: for an answer with citations, from the question and its sources alone.
  public init(
    composer: PromptComposer = PromptComposer(), examples: [PromptExample] = [],
    history: [ConversationTurn] = []
  ) {
    self.composer = composer
    self.examples = examples
    self.history = history
  }

  /// What a prompt for a question is made of.
  public func material(
    _ question: String, from hits: [Hit], schema: JSONSchema? = nil
  ) -> PromptMaterial {
    PromptMaterial(
      question: question, hits: hits, examples: examples, history: history, schema: schema)
  }
}
