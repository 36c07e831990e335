import RAGCore
import RAGGenerate

/// A query, and whether the model stands by it although it gives no rows.
struct QueryDraft: Hashable, Sendable {
  var query: SQLQuery
  var isConfirmed = false
}

/// Runs queries, and keeps their results.
final class ExecutionChecker: Checker {
  private let sandbox: SQLSandbox
  private let results = Locked<[SQLQuery: SQLResult]>([:])
  private static let emptyScore = 0.9

  init(_ sandbox: SQLSandbox) { self.sandbox = sandbox }

  /// What a query gave that ran.
  func result(of query: SQLQuery) -> SQLResult? { results.withLock { $0[query] } }

  /// Accepts a query that gives rows. The first that gives none is rejected, to be thought over;
  /// after it no rows are an answer.
  func check(_ draft: QueryDraft) async throws -> Verdict {
    if draft.isConfirmed { return .accepted }
    do {
      let result = try await sandbox.run(draft.query.text)
      let wasEmpty = results.withLock { results in
        defer { results[draft.query] = result }
        return results.values.contains { $0.rows.isEmpty }
      }
      guard result.rows.isEmpty, !wasEmpty else { return .accepted }
      return .rejected(
        reason: "The query ran and gave no rows. Compare its conditions with the values that the "
          + "schema shows. If no rows are the right answer, send the same query again.",
        score: Self.emptyScore)
    } catch let failure as SQLFailure {
      let advice = FailureAdvice(
        on: draft.query.text, schema: sandbox.schema, functions: sandbox.functions)
      return .rejected(reason: advice.text(on: failure), score: 0)
    }
  }
}
