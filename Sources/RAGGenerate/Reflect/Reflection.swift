/// What a reflection loop may spend.
public struct ReflectionBudget: Sendable, Hashable {
  /// Proposals.
  public var attemptCount: Int
  /// Proposals, and answers that hold none, that say again what was rejected before.
  public var repeatCount: Int
  /// Tokens of all prompts and answers.
  public var tokenCount: Int
  /// Time, of proposers and checkers together.
  public var duration: Duration

  /// Makes a budget.
  public init(
    attemptCount: Int = 4, repeatCount: Int = 2, tokenCount: Int = 64_000,
    duration: Duration = .seconds(180)
  ) {
    self.attemptCount = attemptCount
    self.repeatCount = repeatCount
    self.tokenCount = tokenCount
    self.duration = duration
  }
}

/// How a reflection loop went.
public struct Reflection<Proposal: Sendable>: Sendable {
  /// Why a loop ended.
  public enum End: Sendable {
    /// A proposal passed all checkers.
    case accepted
    case attemptsSpent
    case tokensSpent
    case timeSpent
    /// The proposer has no other idea.
    case repeated
    /// The model's context has no room for what was wrong with the last attempt.
    case contextFull
    /// The proposer or a checker failed after the first attempt.
    case failed(any Error)
  }

  /// Every attempt, in order.
  public var attempts: [Attempt<Proposal>]
  /// Why the loop ended.
  public var end: End

  /// Makes the record of a loop.
  public init(attempts: [Attempt<Proposal>], end: End) {
    self.attempts = attempts
    self.end = end
  }

  /// The accepted attempt; else the one that came nearest, of equals the first.
  public var best: Attempt<Proposal>? {
    attempts.filter { $0.proposal != nil && !$0.isRepeated }
      .reduce(nil as Attempt<Proposal>?) { best, attempt in
        guard let best, best.verdict.score >= attempt.verdict.score else { return attempt }
        return best
      }
  }

  /// Whether a proposal passed all checkers.
  public var isAccepted: Bool {
    if case .accepted = end { true } else { false }
  }

  /// Tokens of all prompts and answers.
  public var tokenCount: Int { attempts.reduce(0) { $0 + $1.tokenCount } }
}

/// A step of a reflection loop, as it happens.
public enum ReflectionStep<Proposal: Sendable>: Sendable {
  /// A proposal is being asked for.
  case asking(attempt: Int)
  /// The answer came, and is being checked.
  case answered(attempt: Int, answer: String)
  /// The answer was judged.
  case judged(Attempt<Proposal>)
  /// The loop is over.
  case finished(Reflection<Proposal>)
}
