/// Makes proposals, each with what was wrong with those before it.
public protocol Proposer<Proposal>: Sendable {
  associatedtype Proposal: Sendable

  /// The next proposal after the attempts so far, all of which were rejected.
  ///
  /// Returns nil when it would take more than the tokens that are left.
  /// - Throws: ``ContextFull``; what else goes wrong.
  func propose(
    after attempts: [Attempt<Proposal>], tokenCount: Int
  ) async throws -> Proposed<Proposal>?
}

/// Says that a prompt has no room for what was wrong with the last attempt, without which the next
/// would be as blind as that.
public struct ContextFull: Error, Hashable {
  /// Makes the error.
  public init() {}
}

/// What a proposer came up with.
public struct Proposed<Proposal: Sendable>: Sendable {
  /// The answer as it was given.
  public var answer: String
  /// What the answer proposes.
  public var content: Content
  /// Tokens of prompt and answer.
  public var tokenCount: Int

  /// A proposal, or why there is none in the answer.
  public enum Content: Sendable {
    case proposal(Proposal)
    case unreadable(reason: String)
  }

  /// Makes what a proposer returns.
  public init(answer: String, content: Content, tokenCount: Int) {
    self.answer = answer
    self.content = content
    self.tokenCount = tokenCount
  }
}

/// A proposal that was made and judged.
public struct Attempt<Proposal: Sendable>: Sendable {
  /// Its place in the order of attempts, from 1.
  public var number: Int
  /// The answer as the proposer gave it.
  public var answer: String
  /// The proposal; nil when the answer holds none.
  public var proposal: Proposal?
  /// What came of it.
  public var verdict: Verdict
  /// Whether the same was proposed before; then it was not checked again.
  public var isRepeated: Bool
  /// Tokens of prompt and answer.
  public var tokenCount: Int

  /// Makes an attempt.
  public init(
    number: Int, answer: String, proposal: Proposal?, verdict: Verdict, isRepeated: Bool = false,
    tokenCount: Int = 0
  ) {
    self.number = number
    self.answer = answer
    self.proposal = proposal
    self.verdict = verdict
    self.isRepeated = isRepeated
    self.tokenCount = tokenCount
  }
}
