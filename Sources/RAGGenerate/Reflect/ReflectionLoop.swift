import RAGCore

/// Proposes, checks, and proposes again with what was wrong, until a proposal holds or a budget
/// is spent (Shinn et al. 2023, "Reflexion", algorithm 1, with checkers as the evaluator).
///
/// Checkers run in order and the first rejection counts. A proposal that equals an earlier one is
/// not checked again; an answer that holds none is repeated where it has the same words.
public struct ReflectionLoop<Proposal: Hashable & Sendable>: Sendable {
  private let proposer: any Proposer<Proposal>
  private let checkers: [any Checker<Proposal>]
  private let budget: ReflectionBudget

  /// Makes a loop.
  public init(
    _ proposer: any Proposer<Proposal>, checkers: [any Checker<Proposal>],
    budget: ReflectionBudget = ReflectionBudget()
  ) {
    self.proposer = proposer
    self.checkers = checkers
    self.budget = budget
  }

  /// Runs the loop and tells each step.
  ///
  /// Time that is up cancels the proposer or checker at work.
  /// - Throws: ``RAGError`` of code `cancelled`, and what the proposer or a checker throws in the
  ///   first attempt; later failures end the loop.
  public func run(
    observe: (ReflectionStep<Proposal>) -> Void = { _ in }
  ) async throws -> Reflection<Proposal> {
    let deadline = ContinuousClock.now + budget.duration
    var attempts: [Attempt<Proposal>] = []
    let end: Reflection<Proposal>.End
    do {
      end = try await attempt(&attempts, deadline, observe)
    } catch is CancellationError {
      throw RAGError(.cancelled, "the reflection was cancelled")
    } catch RAGError.Code.cancelled {
      throw RAGError(.cancelled, "the reflection was cancelled")
    } catch is ContextFull where !attempts.isEmpty {
      end = .contextFull
    } catch {
      guard !attempts.isEmpty else { throw error }
      end = .failed(error)
    }
    let reflection = Reflection(attempts: attempts, end: end)
    observe(.finished(reflection))
    return reflection
  }

  /// The steps of the loop as they happen; ending the iteration stops it.
  ///
  /// The stream throws what ``run(observe:)`` throws.
  public func steps() -> AsyncThrowingStream<ReflectionStep<Proposal>, any Error> {
    AsyncThrowingStream { continuation in
      let task = Task {
        do {
          _ = try await run { continuation.yield($0) }
          continuation.finish()
        } catch {
          continuation.finish(throwing: error)
        }
      }
      continuation.onTermination = { _ in task.cancel() }
    }
  }

  private func attempt(
    _ attempts: inout [Attempt<Proposal>], _ deadline: ContinuousClock.Instant,
    _ observe: (ReflectionStep<Proposal>) -> Void
  ) async throws -> Reflection<Proposal>.End {
    var tokenCount = budget.tokenCount
    while attempts.count < budget.attemptCount {
      let (number, earlier, rest) = (attempts.count + 1, attempts, tokenCount)
      observe(.asking(attempt: number))
      let answer = try await withDeadline(deadline) { [proposer] in
        try await proposer.propose(after: earlier, tokenCount: rest)
      }
      guard let answer else { return .timeSpent }
      guard let proposed = answer else { return .tokensSpent }
      tokenCount -= proposed.tokenCount
      observe(.answered(attempt: number, answer: proposed.answer))
      let judged = try await withDeadline(deadline) {
        try await judge(proposed, number, earlier)
      }
      guard let judged else { return .timeSpent }
      attempts.append(judged)
      observe(.judged(judged))
      if judged.verdict == .accepted { return .accepted }
      if attempts.count(where: \.isRepeated) >= budget.repeatCount { return .repeated }
    }
    return .attemptsSpent
  }

  private func judge(
    _ proposed: Proposed<Proposal>, _ number: Int, _ earlier: [Attempt<Proposal>]
  ) async throws -> Attempt<Proposal> {
    var attempt = Attempt<Proposal>(
      number: number, answer: proposed.answer, proposal: nil, verdict: .accepted,
      tokenCount: proposed.tokenCount)
    switch proposed.content {
    case .unreadable(let reason):
      attempt.verdict = .rejected(reason: reason, score: 0)
      attempt.isRepeated = earlier.contains {
        $0.proposal == nil && $0.answer == proposed.answer
      }
    case .proposal(let proposal):
      attempt.proposal = proposal
      if let same = earlier.first(where: { $0.proposal == proposal }) {
        attempt.isRepeated = true
        attempt.verdict = same.verdict
      } else {
        attempt.verdict = try await verdict(on: proposal)
      }
    }
    return attempt
  }

  /// The first rejection, its score among those of all checkers.
  private func verdict(on proposal: Proposal) async throws -> Verdict {
    for (passed, checker) in checkers.enumerated() {
      guard case .rejected(let reason, let score) = try await checker.check(proposal) else {
        continue
      }
      let share = (Double(passed) + min(max(score, 0), 1)) / Double(checkers.count)
      return .rejected(reason: reason, score: share)
    }
    return .accepted
  }
}
