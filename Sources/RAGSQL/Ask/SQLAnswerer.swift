@_exported public import RAGCore
@_exported public import RAGGenerate

/// Answers questions from a database: a model writes queries, and what is wrong with one is told
/// to it until one runs.
public struct SQLAnswerer: Sendable {
  private let sandbox: SQLSandbox
  private let backend: any ModelBackend
  private let linker: SchemaLinker
  private let template: TemplateChoice
  private let budget: ReflectionBudget
  private let limits: Limits
  private let reservedAnswerTokenCount: Int

  /// Makes an answerer of a database and a model; `reservedAnswerTokenCount` tokens of its context
  /// are kept free for the answer. Of a template the rules, the task and the output format count.
  public init(
    _ sandbox: SQLSandbox, backend: any ModelBackend, linker: SchemaLinker = SchemaLinker(),
    template: TemplateChoice = .builtIn(.sql), budget: ReflectionBudget = ReflectionBudget(),
    limits: Limits = Limits(),
    reservedAnswerTokenCount: Int = 1_024
  ) {
    self.sandbox = sandbox
    self.backend = backend
    self.linker = linker
    self.template = template
    self.budget = budget
    self.limits = limits
    self.reservedAnswerTokenCount = reservedAnswerTokenCount
  }

  /// The answer to a question; without a result when the model found no query that runs.
  ///
  /// `observe` is told of every attempt as it was judged.
  /// - Throws: ``RAGError``: `invalidInput` for an empty question or a database without tables,
  ///   `limitExceeded` for a question or schema that does not fit, also beside what was wrong with
  ///   the last query, `backend`, `cancelled`, and what the database throws.
  public func answer(
    _ question: String, observe: (SQLAnswer.Attempt) -> Void = { _ in }
  ) async throws -> SQLAnswer {
    let checker = ExecutionChecker(sandbox)
    let proposer = QueryProposer(
      backend: backend, prompter: try await prompter(for: question), limits: limits,
      checker: checker)
    let loop = ReflectionLoop(proposer, checkers: [checker], budget: budget)
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
    let prompter = try await prompter(for: question)
    return prompter.wording.prompt(try prompter.content(after: []))
  }

  private func prompter(for question: String) async throws -> QueryPrompter {
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
    let wording = SQLPrompt(question, template: template)
    let room = PromptRoom(backend: backend, reservedAnswerTokenCount: reservedAnswerTokenCount)
    var linker = linker
    // A third stays for what was wrong with earlier queries.
    linker.tokenCount = min(
      linker.tokenCount, max(room.left(by: wording.prompt(SQLPrompt.Content())) * 2 / 3, 0))
    return QueryPrompter(
      wording: wording,
      schema: try await linker.choice(question, sandbox, tokenCounter: backend.tokenCounter),
      room: room)
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
      case .contextFull, .failed: .failed
      }
  }
}
