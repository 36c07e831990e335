public import RAGCore
public import RAGGenerate
public import RAGRetrieve

/// An answer as JSON, and how it came about.
public struct StructuredAnswer: Sendable {
  /// JSON that conforms to the schema, without source numbers in its texts; nil where there is none.
  public var json: String?
  /// Whether the documents do not hold what was asked for: nothing was found, or the model says so.
  public var abstained: Bool
  /// Source numbers that were taken out of the texts of the JSON.
  public var removedMarkerCount: Int
  /// The attempts, and why there are no more; nil where nothing was found, and no model asked.
  public var reflection: Reflection<JSONReply>?
  /// What the JSON is drawn from.
  public var hits: [Hit]

  init(_ reflection: Reflection<JSONReply>?, hits: [Hit]) {
    let reply = reflection.flatMap { $0.isAccepted ? $0.best?.proposal : nil }
    json = reply?.json
    abstained = reflection == nil || (reply != nil && reply?.json == nil)
    removedMarkerCount = reply?.removedMarkerCount ?? 0
    self.reflection = reflection
    self.hits = hits
  }
}

extension Engine {
  /// An answer as JSON that conforms to a schema: a model writes it from the hits, and is told what
  /// does not conform until it does.
  ///
  /// It may say in place of it that the hits do not hold the answer, with
  /// ``Answer/notFoundText``.
  /// - Throws: ``RAGError``: what ``search(_:)`` throws, `backend`, `limitExceeded`.
  public func structuredAnswer(
    _ query: Query, conformingTo schema: JSONSchema, backend: any ModelBackend,
    prompting: Prompting = Prompting(), budget: ReflectionBudget = ReflectionBudget(),
    observe: (ReflectionStep<JSONReply>) -> Void = { _ in }
  ) async throws -> StructuredAnswer {
    let hits = try await sources(for: query, prompting: prompting)
    guard !hits.isEmpty else { return StructuredAnswer(nil, hits: []) }
    let material = prompting.material(query.text, from: hits, schema: schema)
    let proposer = ModelProposer<JSONReply>(
      backend, limits: limits,
      prompt: { attempts in
        try await prompting.composer.compose(material, for: backend, after: attempts).prompt
      }, read: { try JSONReply(answer: $0, schema: schema) })
    let reflection = try await ReflectionLoop(
      proposer, checkers: [JSONReplyChecker(schema)], budget: budget
    ).run(observe: observe)
    return StructuredAnswer(reflection, hits: hits)
  }
}
