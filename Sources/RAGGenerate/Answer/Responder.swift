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
  private let verifier: (any CitationVerifier)?
  private let composer: PromptComposer
  private let limits: Limits

  /// Makes a responder.
  ///
  /// Without a backend, the embedder helps to choose sentences; without a verifier, citations
  /// stay `unverified`.
  public init(
    backend: (any ModelBackend)? = nil, embedder: (any Embedder)? = nil,
    verifier: (any CitationVerifier)? = nil, composer: PromptComposer = PromptComposer(),
    limits: Limits = Limits()
  ) {
    self.backend = backend
    self.extractor = ExtractiveAnswerer(embedder: embedder)
    self.verifier = verifier
    self.composer = composer
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

  private func respond(
    to question: String, from hits: [Hit], _ emit: (AnswerEvent) -> Void
  ) async throws -> Answer {
    do {
      emit(.sources(hits))
      let answer =
        if let backend, !hits.isEmpty {
          try await generate(question, hits, backend, emit)
        } else {
          try await extract(question, hits, emit)
        }
      try Task.checkCancellation()
      for citation in answer.citations { emit(.citation(citation)) }
      emit(.finished(answer))
      return answer
    } catch is CancellationError {
      throw RAGError(.cancelled, "the answer was cancelled")
    }
  }

  // MARK: With a model

  private func generate(
    _ question: String, _ hits: [Hit], _ backend: any ModelBackend,
    _ emit: (AnswerEvent) -> Void
  ) async throws -> Answer {
    let composed = try composer.compose(question, from: hits, for: backend)
    let sources = composed.sources.map { ($0.number, $0.hit) }
    var writer = AnswerWriter(
      sources: Dictionary(sources) { first, _ in first }, verifier: verifier, limits: limits)
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
    if let text = writer.takePiece() { emit(.text(text)) }
    guard !writer.text.isEmpty else {
      throw RAGError(.backend, "the model \(backend.name) gave an empty answer")
    }
    return Answer(
      text: writer.text, abstained: false, citations: writer.citations, backend: backend.name,
      removedCitationCount: writer.removedCitationCount,
      omittedSourceCount: composed.omittedSourceCount)
  }

  // MARK: Without one

  private func extract(
    _ question: String, _ hits: [Hit], _ emit: (AnswerEvent) -> Void
  ) async throws -> Answer {
    var writer = AnswerWriter(
      sources: Dictionary(uniqueKeysWithValues: zip(1..., hits)), verifier: verifier,
      limits: limits)
    var previous: ExtractiveAnswerer.Quote?
    for quote in try await extractor.quotes(answering: question, in: hits) {
      try Task.checkCancellation()
      writer.writeBlank(quote.isLine || previous?.isLine == true ? "\n" : " ")
      try await writer.writeQuote(quote.shownText, from: quote.number, at: quote.textRange)
      if let text = writer.takePiece() { emit(.text(text)) }
      previous = quote
    }
    let isFound = !writer.citations.isEmpty
    if !isFound { emit(.text(Answer.notFoundText)) }
    return Answer(
      text: isFound ? writer.text : Answer.notFoundText, abstained: !isFound,
      citations: writer.citations, backend: ExtractiveAnswerer.name,
      removedCitationCount: writer.removedCitationCount)
  }
}
