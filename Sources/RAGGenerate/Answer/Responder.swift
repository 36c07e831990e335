public import RAGCore
public import RAGRetrieve

/// Answers questions from hits: with a model where there is a backend, else with sentences of
/// the hits themselves.
///
/// Either way the answer cites its sources by number, and a citation stays only if the verifier
/// does not refute it. Control sequences and invisible characters never reach the text.
public struct Responder: Sendable {
  private let backend: (any ModelBackend)?
  private let extractor: ExtractiveAnswerer
  private let support: StatementSupport
  private let verifier: (any CitationVerifier)?
  private let prompting: Prompting
  private let limits: Limits

  /// Makes a responder.
  ///
  /// Without a backend, the embedder helps to choose sentences; with one, it judges whether cited
  /// sources support the statements. Without a verifier, citations stay `unverified`.
  public init(
    backend: (any ModelBackend)? = nil, embedder: (any Embedder)? = nil,
    verifier: (any CitationVerifier)? = nil, prompting: Prompting = Prompting(),
    limits: Limits = Limits()
  ) {
    self.backend = backend
    self.extractor = ExtractiveAnswerer(embedder: embedder)
    self.support = StatementSupport(embedder: embedder)
    self.verifier = verifier
    self.prompting = prompting
    self.limits = limits
  }

  /// The answer to a question from hits, best first.
  ///
  /// Without hits it abstains, and no model is asked.
  /// - Throws: ``RAGError``: `backend` or what else the backend throws, `limitExceeded` when
  ///   the prompt does not fit or the answer is too long, `cancelled`, and what the verifier
  ///   throws.
  public func answer(_ question: String, from hits: [Hit]) async throws -> Answer {
    try await respond(to: question, from: hits) { _ in }
  }

  /// The answer as it comes: the sources, text, citations, the whole answer.
  ///
  /// Ending the iteration or cancelling its task stops the backend. The stream throws what
  /// ``answer(_:from:)`` throws.
  public func stream(
    _ question: String, from hits: [Hit]
  ) -> AsyncThrowingStream<AnswerEvent, any Error> {
    AsyncThrowingStream { continuation in
      let task = Task {
        do {
          _ = try await respond(to: question, from: hits) { continuation.yield($0) }
          continuation.finish()
        } catch {
          continuation.finish(throwing: error)
        }
      }
      continuation.onTermination = { _ in task.cancel() }
    }
  }

  /// Answers, has the answer checked, and answers again with what was wrong with it: statements
  /// that no source supports, or an answer to something else.
  ///
  /// Each attempt is a call of the model.
  /// - Throws: What ``answer(_:from:)`` throws in the first attempt.
  public func reflect(
    _ question: String, from hits: [Hit], budget: ReflectionBudget,
    observe: (ReflectionStep<Answer>) -> Void = { _ in }
  ) async throws -> Reflection<Answer> {
    try await ReflectionLoop(
      AnswerProposer(responder: self, question: question, hits: hits),
      checkers: [
        CitationSupportChecker(),
        AnswerCoverageChecker(question: question, embedder: support.embedder),
      ], budget: budget
    ).run(observe: observe)
  }

  /// What a model is asked after attempts that were rejected; nil where none is asked.
  func prompt(
    for question: String, from hits: [Hit], after attempts: [Attempt<Answer>]
  ) async throws -> ComposedPrompt? {
    guard let backend, !hits.isEmpty else { return nil }
    return try await composed(question, hits, backend, after: attempts)
  }

  /// The answer to a prompt that was made before.
  func answer(
    _ question: String, from hits: [Hit], asking prompt: ComposedPrompt?
  ) async throws -> Answer {
    try await respond(to: question, from: hits, asking: prompt) { _ in }
  }

  /// Tokens of a text, as the backend counts them; 0 without one.
  func tokenCount(of text: String) -> Int { backend?.tokenCounter.tokenCount(of: text) ?? 0 }

  private func respond(
    to question: String, from hits: [Hit], asking prompt: ComposedPrompt? = nil,
    _ emit: (AnswerEvent) -> Void
  ) async throws -> Answer {
    do {
      emit(.sources(hits))
      let answer: Answer
      if let backend, !hits.isEmpty {
        if let prompt {
          answer = try await generate(prompt, backend, emit)
        } else {
          let prompt = try await composed(question, hits, backend, after: [])
          answer = try await generate(prompt, backend, emit)
        }
      } else {
        answer = try await extract(question, hits, emit)
      }
      try Task.checkCancellation()
      for citation in answer.citations { emit(.citation(citation)) }
      emit(.finished(answer))
      return answer
    } catch is CancellationError {
      throw RAGError(.cancelled, "the answer was cancelled")
    }
  }

  private func writer(citing sources: [Int: Hit]) -> AnswerWriter {
    AnswerWriter(
      sources: sources, prover: CitationProver(verifier: verifier, support: support),
      byteLimit: limits.answerByteCount)
  }

  // MARK: With a model

  private func generate(
    _ composed: ComposedPrompt, _ backend: any ModelBackend, _ emit: (AnswerEvent) -> Void
  ) async throws -> Answer {
    let sources = composed.sources.map { ($0.number, $0.hit) }
    var writer = writer(citing: Dictionary(sources) { first, _ in first })
    var terminal = TerminalText()
    var gate = RefusalGate()
    var reader = MarkerReader()
    var pieces = BackendPieces(composed.prompt, from: backend, limits: limits)
    while let piece = try await pieces.next() {
      try await writer.write(reader.read(gate.pass(terminal.filter(piece))))
      if let text = writer.takePiece() { emit(.text(text)) }
    }
    if gate.isRefusal {
      emit(.text(Answer.notFoundText))
      return Answer(
        text: Answer.notFoundText, abstained: true, citations: [], backend: backend.name,
        omittedSourceCount: composed.omittedSourceCount)
    }
    try await writer.write(reader.read(gate.finish()) + reader.finish())
    try await writer.finish()
    if let text = writer.takePiece(isLast: true) { emit(.text(text)) }
    let text = writer.answer.string
    guard !text.isEmpty else {
      throw RAGError(.backend, "the model \(backend.name) gave an empty answer")
    }
    return Answer(
      text: text, abstained: writer.citations.isEmpty && RefusalGate.refuses(text),
      citations: writer.citations, backend: backend.name,
      removedCitationCount: writer.removedCitationCount,
      omittedSourceCount: composed.omittedSourceCount)
  }

  /// The prompt; after attempts, with those of them that its context has room for.
  private func composed(
    _ question: String, _ hits: [Hit], _ backend: any ModelBackend,
    after attempts: [Attempt<Answer>]
  ) async throws -> ComposedPrompt {
    try await prompting.composer.compose(
      prompting.material(question, from: hits), for: backend, after: attempts)
  }

  // MARK: Without one

  private func extract(
    _ question: String, _ hits: [Hit], _ emit: (AnswerEvent) -> Void
  ) async throws -> Answer {
    var writer = writer(citing: Dictionary(uniqueKeysWithValues: zip(1..., hits)))
    var previous: ExtractiveAnswerer.Quote?
    for quote in try await extractor.quotes(answering: question, in: hits) {
      try Task.checkCancellation()
      writer.writeBlank(quote.isLine || previous?.isLine == true ? "\n" : " ")
      try await writer.writeQuote(quote.shownText, from: quote.number, at: quote.textRange)
      if let text = writer.takePiece(isLast: true) { emit(.text(text)) }
      previous = quote
    }
    let isFound = !writer.citations.isEmpty
    if !isFound { emit(.text(Answer.notFoundText)) }
    return Answer(
      text: isFound ? writer.answer.string : Answer.notFoundText, abstained: !isFound,
      citations: writer.citations, backend: ExtractiveAnswerer.name,
      removedCitationCount: writer.removedCitationCount)
  }
}
