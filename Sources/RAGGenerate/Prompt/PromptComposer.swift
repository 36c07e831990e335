public import RAGCore
public import RAGRetrieve

/// Makes a grounded prompt of a question and the hits that may answer it.
///
/// The prompt holds the wording of a template, the sources under numbers, the question, and where
/// there are such, turns of a conversation and examples. All of these stand between marks with a
/// random number drawn for each prompt, and all text from outside is neutralised, so that no text
/// can end its own mark.
public struct PromptComposer: Sendable, Hashable {
  /// Where the best sources stand among the others.
  public enum SourceOrder: String, Sendable, Hashable, Codable, CaseIterable {
    /// The best first.
    case rank
    /// The best at both ends, the weakest in the middle, which models read with least care (Liu
    /// et al. 2023, "Lost in the Middle").
    case edges
  }

  /// Where the wording comes from.
  public var template: TemplateChoice
  /// Where the best sources stand.
  public var sourceOrder: SourceOrder
  /// Tokens of the context kept free for the answer.
  public var reservedAnswerTokenCount: Int
  /// Whether a sign drawn for each prompt stands in the place of blanks in the sources (Hines et
  /// al. 2024, "Spotlighting", arXiv:2403.14720), so that a model can tell them from instructions.
  public var datamarksSources: Bool

  /// Makes a composer.
  public init(
    template: TemplateChoice = .builtIn(.answer), sourceOrder: SourceOrder = .rank,
    reservedAnswerTokenCount: Int = 1024, datamarksSources: Bool = false
  ) {
    self.template = template
    self.sourceOrder = sourceOrder
    self.reservedAnswerTokenCount = reservedAnswerTokenCount
    self.datamarksSources = datamarksSources
  }

  /// The prompt for a backend.
  ///
  /// Sources that do not fit are left out whole, the last hits first; only if the first hit does
  /// not fit alone is it cut after a sentence. A quarter of the room at most goes to the last turns
  /// of the conversation and a fifth to the first examples; they give way to the first source.
  /// - Throws: ``RAGError`` of code `limitExceeded` when rules, question and the first words of
  ///   a source do not fit.
  public func compose(
    _ material: PromptMaterial, for backend: any ModelBackend
  ) throws -> ComposedPrompt {
    try compose(
      material, contextTokenCount: backend.contextTokenCount, tokenCounter: backend.tokenCounter)
  }

  /// The prompt for a model of which only the context size and the way of counting are known.
  /// - Throws: ``RAGError`` of code `limitExceeded` when rules, question and the first words of
  ///   a source do not fit.
  public func compose(
    _ material: PromptMaterial, contextTokenCount: Int,
    tokenCounter: any TokenCounter = EstimatedTokenCounter()
  ) throws -> ComposedPrompt {
    var generator = SystemRandomNumberGenerator()
    return try compose(
      material, contextTokenCount: contextTokenCount, tokenCounter: tokenCounter,
      using: &generator)
  }

  /// The prompt of a question and hits alone, for a backend.
  /// - Throws: ``RAGError`` of code `limitExceeded` when rules, question and the first words of
  ///   a source do not fit.
  public func compose(
    _ question: String, from hits: [Hit], for backend: any ModelBackend
  ) throws -> ComposedPrompt {
    try compose(PromptMaterial(question: question, hits: hits), for: backend)
  }

  /// The prompt of a question and hits alone, where only the context size and the way of counting
  /// are known.
  /// - Throws: ``RAGError`` of code `limitExceeded` when rules, question and the first words of
  ///   a source do not fit.
  public func compose(
    _ question: String, from hits: [Hit], contextTokenCount: Int,
    tokenCounter: any TokenCounter = EstimatedTokenCounter()
  ) throws -> ComposedPrompt {
    try compose(
      PromptMaterial(question: question, hits: hits), contextTokenCount: contextTokenCount,
      tokenCounter: tokenCounter)
  }

  /// The prompt whose marks come from a given generator.
  package func compose(
    _ material: PromptMaterial, contextTokenCount: Int, tokenCounter: any TokenCounter,
    using generator: inout some RandomNumberGenerator
  ) throws -> ComposedPrompt {
    let template = template.template(for: material)
    let mark = PromptMark(using: &generator)
    let layout = PromptLayout(
      template: template, material: material, order: sourceOrder, mark: mark,
      datamark: datamarksSources ? Datamark.sign(using: &generator) : nil)
    let (budget, isBelow) = contextTokenCount.subtractingReportingOverflow(
      reservedAnswerTokenCount)
    var fitting = PromptFitting(material, in: layout, counter: tokenCounter, budget: budget)
    guard !isBelow, reservedAnswerTokenCount >= 0, fitting.bareTokenCount <= budget else {
      throw RAGError(
        .limitExceeded,
        "rules and question have \(fitting.bareTokenCount) tokens, and "
          + "\(reservedAnswerTokenCount) are kept for the answer "
          + "(PromptComposer.reservedAnswerTokenCount): too many for a model of "
          + "\(contextTokenCount) (ModelBackend.contextTokenCount); keep fewer, shorten the "
          + "question, or use a model with a larger context")
    }
    guard fitting.fill() else {
      throw RAGError(
        .limitExceeded,
        "no source fits beside the question: a model of \(contextTokenCount) tokens "
          + "(ModelBackend.contextTokenCount) has room for "
          + "\(budget - fitting.bareTokenCount) tokens of sources; use one with a larger context")
    }
    let count = fitting.content.sources.count
    return ComposedPrompt(
      prompt: layout.prompt(fitting.content),
      sources: material.hits.prefix(count).enumerated().map {
        ComposedPrompt.Source(number: $0 + 1, hit: $1, isCut: fitting.isCut)
      }, omittedSourceCount: material.hits.count - count,
      omittedExampleCount: material.examples.count - fitting.content.examples.count,
      omittedTurnCount: material.history.count - fitting.content.turns.count,
      template: ComposedPrompt.TemplateReference(template), tokenCount: fitting.tokenCount,
      contextTokenCount: contextTokenCount, reservedAnswerTokenCount: reservedAnswerTokenCount,
      accounts: fitting.accounts(
        contextTokenCount: contextTokenCount, reservedAnswerTokenCount: reservedAnswerTokenCount))
  }
}
