public import RAGCore
public import RAGGenerate
public import RAGRetrieve

extension Engine {
  /// Answers a question from the documents, with citations that were checked against their
  /// sources.
  ///
  /// Without a backend the answer is made of sentences of the documents themselves. Either way it
  /// says so when the documents do not hold it.
  /// - Throws: ``RAGError``: what ``search(_:)`` throws, `backend`, `limitExceeded`.
  public func answer(
    _ query: Query, backend: (any ModelBackend)? = nil, prompting: Prompting = Prompting()
  ) async throws -> Answer {
    try await responder(backend, prompting)
      .answer(query.text, from: sources(for: query, prompting: prompting))
  }

  /// As ``answer(_:backend:prompting:)``, as it comes: first the sources, then text, then citations.
  ///
  /// Ending the iteration stops the backend.
  public func streamAnswer(
    _ query: Query, backend: (any ModelBackend)? = nil, prompting: Prompting = Prompting()
  ) -> AsyncThrowingStream<AnswerEvent, any Error> {
    AsyncThrowingStream { continuation in
      let task = Task {
        do {
          let hits = try await sources(for: query, prompting: prompting)
          for try await event in responder(backend, prompting).stream(query.text, from: hits) {
            continuation.yield(event)
          }
          continuation.finish()
        } catch {
          continuation.finish(throwing: error)
        }
      }
      continuation.onTermination = { _ in task.cancel() }
    }
  }

  /// The prompt that a backend would get for a question, and what went into it.
  public func prompt(
    _ query: Query, backend: any ModelBackend, prompting: Prompting = Prompting()
  ) async throws -> ComposedPrompt {
    try await prompting.composer.composeCounted(
      prompting.material(query.text, from: try await sources(for: query, prompting: prompting)),
      for: backend)
  }

  /// What a prompt for a question is drawn from: the hits, best first; where a document is to be
  /// summed up (``BuiltInTemplate/summarise``), the chunks of the one that holds the best hit, in
  /// their order from its beginning, as many as ``Limits/hitCount``.
  /// - Throws: What ``search(_:)`` throws.
  public func sources(for query: Query, prompting: Prompting) async throws -> [Hit] {
    try await sources(from: search(query), of: query, prompting)
  }

  func sources(
    from hits: [Hit], of query: Query, _ prompting: Prompting
  ) async throws -> [Hit] {
    guard prompting.composer.template.readsDocument, let best = hits.first else { return hits }
    return try await retriever.document(of: best, for: query)
  }

  func responder(_ backend: (any ModelBackend)?, _ prompting: Prompting) -> Responder {
    Responder(
      backend: backend, embedder: encoder,
      verifier: SourceVerifier(archive: SourceArchive(store: store, limits: limits)),
      prompting: prompting, limits: limits)
  }
}
