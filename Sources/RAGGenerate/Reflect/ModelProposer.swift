public import RAGCore

/// Why an answer of a model holds no proposal, in words for the model.
public struct UnreadableProposal: Error, Hashable {
  /// What is wrong with the answer.
  public var reason: String

  /// Makes the error.
  public init(_ reason: String) { self.reason = reason }
}

/// Has a model make the proposals.
public struct ModelProposer<Proposal: Sendable>: Proposer {
  private let backend: any ModelBackend
  private let limits: Limits
  private let prompt: @Sendable ([Attempt<Proposal>]) async throws -> ModelPrompt
  private let read: @Sendable (String) throws -> Proposal

  /// Makes a proposer of a prompt for each attempt and a reader of the answers, which throws
  /// ``UnreadableProposal`` for an answer that it cannot read.
  public init(
    _ backend: any ModelBackend, limits: Limits = Limits(),
    prompt: @escaping @Sendable ([Attempt<Proposal>]) async throws -> ModelPrompt,
    read: @escaping @Sendable (String) throws -> Proposal
  ) {
    self.backend = backend
    self.limits = limits
    self.prompt = prompt
    self.read = read
  }

  /// Makes a proposer of one task, to which rejected answers and what was wrong with them are
  /// added, as far as the model's context has room beside an answer: the last of them in any case.
  public init(
    _ backend: any ModelBackend, task: ModelPrompt, limits: Limits = Limits(),
    reservedAnswerTokenCount: Int = 1_024,
    read: @escaping @Sendable (String) throws -> Proposal
  ) {
    self.init(
      backend, limits: limits, reservedAnswerTokenCount: reservedAnswerTokenCount,
      task: { _ in task }, read: read)
  }

  /// Makes a proposer of a task that is written anew for each attempt, so that it leaves a number of
  /// tokens free for the last answer that was rejected: none for the first attempt.
  ///
  /// A task that cannot throws ``RAGError`` of code `limitExceeded`.
  public init(
    _ backend: any ModelBackend, limits: Limits = Limits(),
    reservedAnswerTokenCount: Int = 1_024,
    task: @escaping @Sendable (_ leaving: Int) async throws -> ModelPrompt,
    read: @escaping @Sendable (String) throws -> Proposal
  ) {
    self.init(
      backend, limits: limits,
      prompt: { attempts in
        let objection = Objection(
          to: attempts, room: backend.contextTokenCount - reservedAnswerTokenCount,
          counter: backend.tokenCounter)
        guard let objection else { return try await task(0) }
        return try objection.added(to: await objection.leavingRoom(task))
      }, read: read)
  }

  /// Asks the model. Escape sequences and invisible characters are taken out of its answer.
  /// - Throws: ``RAGError``: `backend`, `limitExceeded` for an answer without end; ``ContextFull``;
  ///   `CancellationError`; what the prompt throws.
  public func propose(
    after attempts: [Attempt<Proposal>], tokenCount: Int
  ) async throws -> Proposed<Proposal>? {
    let prompt = try await prompt(attempts)
    let counter = backend.tokenCounter
    let promptCount =
      counter.tokenCount(of: prompt.system) + counter.tokenCount(of: prompt.user)
    guard promptCount < tokenCount else { return nil }
    var pieces = BackendPieces(prompt, from: backend, limits: limits)
    var terminal = TerminalText()
    let answer = terminal.filter(try await pieces.rest())
    return Proposed(
      answer: answer, content: try content(of: answer),
      tokenCount: promptCount + counter.tokenCount(of: answer))
  }

  private func content(of answer: String) throws -> Proposed<Proposal>.Content {
    guard answer.contains(where: { !$0.isWhitespace }) else {
      return .unreadable(reason: "the answer was empty")
    }
    do {
      return .proposal(try read(answer))
    } catch let error as UnreadableProposal {
      return .unreadable(reason: error.reason)
    }
  }
}
