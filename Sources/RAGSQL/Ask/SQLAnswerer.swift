@_exported public import RAGCore
@_exported public import RAGGenerate

/// Answers questions from a database: a model writes queries, and what is wrong with one is told
/// to it until one runs.
public struct SQLAnswerer: Sendable {
  private let sandbox: SQLSandbox
  private let backend: any ModelBackend
  private let linker: SchemaLinker
  private let budget: ReflectionBudget
  private let limits: Limits
  private let reservedAnswerTokenCount: Int

  /// Makes an answerer of a database and a model; `reservedAnswerTokenCount` tokens of its context
  /// are kept free for the answer.
  public init(
    _ sandbox: SQLSandbox, backend: any ModelBackend, linker: SchemaLinker = SchemaLinker(),
    budget: ReflectionBudget = ReflectionBudget(), limits: Limits = Limits(),
    reservedAnswerTokenCount: Int = 1_024
  ) {
    self.sandbox = sandbox
    self.backend = backend
    self.linker = linker
    self.budget = budget
    self.limits = limits
    self.reservedAnswerTokenCount = reservedAnswerTokenCount
  }

  /// The answer to a question; without a result when the model found no query that runs.
  ///
  /// `observe` is told of every attempt as it was judged.
  /// - Throws: ``RAGError``: `invalidInput` for an empty question or a database without tables,
  ///   `limitExceeded` for a question or schema that does not fit, `backend`, `cancelled`, and
  ///   what the database throws.
  public func answer(
    _ question: String, observe: (SQLAnswer.Attempt) -> Void = { _ in }
  ) async throws -> SQLAnswer {
    let task = try await prompt(for: question)
    let checker = ExecutionChecker(sandbox)
    let proposer = ModelProposer(
      backend, task: task, limits: limits, reservedAnswerTokenCount: reservedAnswerTokenCount
    ) { answer in
      QueryDraft(query: try SQLQuery(answer: answer))
    }
    let loop = ReflectionLoop(
      ConfirmingProposer(proposer: proposer, checker: checker), checkers: [checker],
      budget: budget)
    let reflection = try await loop.run { step in
      if case .judged(let attempt) = step { observe(Self.attempt(attempt)) }
    }
    var answer = SQLAnswer(
      question: question, attempts: reflection.attempts.map(Self.attempt),
      end: SQLAnswer.End(reflection.end))
    if let query = reflection.best?.proposal?.query, let result = checker.result(of: query) {
      answer.query = query.text
      answer.result = result
    } else if case .failed(let error) = reflection.end {
      throw error
    }
    return answer
  }

  /// The prompt that a question gives, before any attempt.
  /// - Throws: as ``answer(_:observe:)`` does.
  public func prompt(for question: String) async throws -> ModelPrompt {
    guard question.contains(where: { !$0.isWhitespace }) else {
      throw RAGError(.invalidInput, "the question is empty")
    }
    guard question.utf8.count <= limits.queryByteCount else {
      throw RAGError(
        .limitExceeded,
        "the question has \(question.utf8.count) bytes, more than \(limits.queryByteCount) "
          + "(Limits.queryByteCount)")
    }
    guard !sandbox.schema.tables.isEmpty else {
      throw RAGError(.invalidInput, "the database has no table or view that can be read")
    }
    let counter = backend.tokenCounter
    let room =
      backend.contextTokenCount - reservedAnswerTokenCount
      - SQLPrompt.tokenCount(question, counter: counter)
    var linker = linker
    // A third stays for what was wrong with earlier queries.
    linker.tokenCount = min(linker.tokenCount, max(room * 2 / 3, 0))
    let schema = try await linker.link(question, sandbox, tokenCounter: counter)
    return SQLPrompt.prompt(question, schema: schema)
  }

  private static func attempt(_ attempt: RAGGenerate.Attempt<QueryDraft>) -> SQLAnswer.Attempt {
    SQLAnswer.Attempt(
      number: attempt.number, query: attempt.proposal?.query.text,
      problem: attempt.verdict.reason, tokenCount: attempt.tokenCount)
  }
}

extension SQLAnswer.End {
  fileprivate init(_ end: Reflection<QueryDraft>.End) {
    self =
      switch end {
      case .accepted: .answered
      case .attemptsSpent: .attemptsSpent
      case .tokensSpent: .tokensSpent
      case .timeSpent: .timeSpent
      case .repeated: .repeated
      case .failed: .failed
      }
  }
}
