import RAGCore
import RAGGenerate

/// Has a model write queries.
///
/// A query is read as naming what the prompt showed, and one that is sent again after it gave no
/// rows as confirmed.
struct QueryProposer: Proposer {
  let backend: any ModelBackend
  let prompter: QueryPrompter
  let limits: Limits
  let checker: ExecutionChecker

  func propose(
    after attempts: [Attempt<QueryDraft>], tokenCount: Int
  ) async throws -> Proposed<QueryDraft>? {
    let content = try prompter.content(after: attempts)
    let prompt = prompter.wording.prompt(content)
    let shown = prompter.shownTexts(content)
    let proposer = ModelProposer<QueryDraft>(backend, limits: limits) { _ in
      prompt
    } read: { answer in
      QueryDraft(query: shown.restored(try SQLQuery(answer: answer)))
    }
    var proposed = try await proposer.propose(after: attempts, tokenCount: tokenCount)
    if case .proposal(var draft) = proposed?.content,
      checker.result(of: draft.query)?.rows.isEmpty ?? false
    {
      draft.isConfirmed = true
      proposed?.content = .proposal(draft)
    }
    return proposed
  }
}
