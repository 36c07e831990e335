public import RAGCore
public import RAGGenerate
public import RAGRetrieve
import RAGStore

extension Engine {
  /// An answer as JSON that conforms to a schema: a model writes it from the hits, and is told what
  /// does not conform until it does.
  ///
  /// - Returns: the attempts, the best of which is the JSON; the hits it is drawn from.
  /// - Throws: ``RAGError``: what ``search(_:)`` throws, `notFound` without a hit, `backend`,
  ///   `limitExceeded`.
  public func structuredAnswer(
    _ query: Query, conformingTo schema: JSONSchema, backend: any ModelBackend,
    prompting: Prompting = Prompting(), budget: ReflectionBudget = ReflectionBudget(),
    observe: (ReflectionStep<String>) -> Void = { _ in }
  ) async throws -> (reflection: Reflection<String>, hits: [Hit]) {
    let hits = try await search(query)
    guard !hits.isEmpty else {
      throw RAGError(.notFound, "nothing was found to answer from", path: store.directory.path)
    }
    let composed = try await prompting.composer.composeCounted(
      prompting.material(query.text, from: hits, schema: schema), for: backend)
    let proposer = ModelProposer<String>(
      backend, task: composed.prompt, limits: limits,
      reservedAnswerTokenCount: prompting.composer.reservedAnswerTokenCount, read: JSONAnswer.json)
    let reflection = try await ReflectionLoop(
      proposer, checkers: [JSONSchemaChecker(schema)], budget: budget
    ).run(observe: observe)
    return (reflection, hits)
  }
}
