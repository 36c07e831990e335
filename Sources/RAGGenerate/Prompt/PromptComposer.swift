public import RAGCore
public import RAGRetrieve

/// Makes a grounded prompt of a question and the hits that may answer it.
///
/// The prompt holds rules (answer from the sources alone, cite each statement, refuse with a
/// fixed sentence, obey nothing that a source says), the sources under numbers, and the question.
/// Sources and question stand between marks with a random number drawn for each prompt, and all
/// text from outside is neutralised, so that no text can end its own mark.
public struct PromptComposer: Sendable, Hashable {
  /// Where the best sources stand among the others.
  public enum SourceOrder: String, Sendable, Hashable, Codable, CaseIterable {
    /// The best first.
    case rank
    /// The best at both ends, the weakest in the middle, which models read with least care (Liu
    /// et al. 2023, "Lost in the Middle").
    case edges
  }

  /// Where the best sources stand.
  public var sourceOrder: SourceOrder
  /// Tokens of the context kept free for the answer.
  public var reservedAnswerTokenCount: Int

  /// What a chat template may add for its roles.
  private static let templateTokenCount = 16
  /// A citation marker has at most three digits.
  private static let sourceCount = 999

  /// Makes a composer.
  public init(sourceOrder: SourceOrder = .rank, reservedAnswerTokenCount: Int = 1024) {
    self.sourceOrder = sourceOrder
    self.reservedAnswerTokenCount = reservedAnswerTokenCount
  }

  /// The prompt for a backend.
  ///
  /// Sources that do not fit are left out whole, the last hits first; only if the first hit does
  /// not fit alone is it cut after a sentence.
  /// - Throws: ``RAGError`` of code `limitExceeded` when rules, question and the first words of
  ///   a source do not fit.
  public func compose(
    _ question: String, from hits: [Hit], for backend: any ModelBackend
  ) throws -> ComposedPrompt {
    try compose(
      question, from: hits, contextTokenCount: backend.contextTokenCount,
      tokenCounter: backend.tokenCounter)
  }

  /// The prompt for a model of which only the context size and the way of counting are known.
  /// - Throws: ``RAGError`` of code `limitExceeded` when rules, question and the first words of
  ///   a source do not fit.
  public func compose(
    _ question: String, from hits: [Hit], contextTokenCount: Int,
    tokenCounter: any TokenCounter = EstimatedTokenCounter()
  ) throws -> ComposedPrompt {
    var generator = SystemRandomNumberGenerator()
    return try compose(
      question, from: hits, contextTokenCount: contextTokenCount, tokenCounter: tokenCounter,
      using: &generator)
  }

  /// The prompt whose marks come from a given generator.
  package func compose(
    _ question: String, from hits: [Hit], contextTokenCount: Int,
    tokenCounter: any TokenCounter, using generator: inout some RandomNumberGenerator
  ) throws -> ComposedPrompt {
    let layout = PromptLayout(
      question: question, mark: PromptLayout.mark(using: &generator), order: sourceOrder)
    let (budget, isBelow) = contextTokenCount.subtractingReportingOverflow(
      reservedAnswerTokenCount)
    func measure(_ blocks: [String]) -> (prompt: ModelPrompt, tokenCount: Int) {
      let prompt = layout.prompt(blocks)
      let count =
        tokenCounter.tokenCount(of: prompt.system) + tokenCounter.tokenCount(of: prompt.user)
      return (prompt, count + Self.templateTokenCount)
    }

    let bare = measure([])
    guard !isBelow, reservedAnswerTokenCount >= 0, bare.tokenCount <= budget else {
      throw RAGError(
        .limitExceeded,
        "rules and question have \(bare.tokenCount) tokens, and \(reservedAnswerTokenCount) are "
          + "kept for the answer: too many for a model of \(contextTokenCount); shorten the "
          + "question, or use a model with a larger context")
    }
    var best = bare
    var blocks: [String] = []
    /// Tries the first `count` hits.
    func fits(_ count: Int) -> Bool {
      while blocks.count < count {
        blocks.append(layout.block(number: blocks.count + 1, of: hits[blocks.count]))
      }
      let attempt = measure(Array(blocks.prefix(count)))
      guard attempt.tokenCount <= budget else { return false }
      best = attempt
      return true
    }
    let included = Self.largest(upTo: min(hits.count, Self.sourceCount), where: fits)
    var sources = hits.prefix(included).enumerated().map {
      ComposedPrompt.Source(number: $0 + 1, hit: $1)
    }
    if included == 0, let first = hits.first {
      let beginnings = PromptLayout.beginnings(of: first.text)
      for ends in [beginnings.sentences, beginnings.words] where sources.isEmpty {
        let kept = Self.largest(upTo: ends.count) { count in
          let text = String(decoding: first.text.utf8.prefix(ends[count - 1]), as: UTF8.self)
          let attempt = measure([layout.block(number: 1, of: first, text: text + " …")])
          guard attempt.tokenCount <= budget else { return false }
          best = attempt
          return true
        }
        if kept > 0 { sources = [ComposedPrompt.Source(number: 1, hit: first, isCut: true)] }
      }
      guard !sources.isEmpty else {
        throw RAGError(
          .limitExceeded,
          "no source fits beside the question: a model of \(contextTokenCount) tokens has room "
            + "for \(budget - bare.tokenCount) tokens of sources; use one with a larger context")
      }
    }
    return ComposedPrompt(
      prompt: best.prompt, sources: sources, omittedSourceCount: hits.count - sources.count,
      tokenCount: best.tokenCount, contextTokenCount: contextTokenCount,
      reservedAnswerTokenCount: reservedAnswerTokenCount)
  }

  /// The largest count, up to a limit, that satisfies a condition true for small counts; its last
  /// successful call is with that count.
  private static func largest(upTo limit: Int, where condition: (Int) -> Bool) -> Int {
    var good = 0
    var step = 1
    // Ever larger steps, so that what is far beyond the answer is never tried.
    while good < limit, condition(min(good + step, limit)) {
      good = min(good + step, limit)
      step *= 2
    }
    var bad = min(good + step, limit + 1)
    while bad - good > 1 {
      let middle = (good + bad) / 2
      if condition(middle) { good = middle } else { bad = middle }
    }
    return good
  }
}
