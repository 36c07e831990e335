public import RAGCore
public import RAGGenerate
public import RAGRetrieve

/// When an answer that corrects itself is given, and when not.
public struct AnswerReflection: Sendable, Hashable {
  /// Evidence of the best hit below which the question is reworded and searched again, and below
  /// which there is then no answer.
  public var leastEvidence = 0.25
  /// Other wordings to search with.
  public var rewordingCount = 3
  /// Attempts to answer, tokens and time of them.
  public var budget = ReflectionBudget(attemptCount: 2)

  /// Makes the standard settings.
  public init() {}
}

/// What an answer that corrects itself did on its way.
public enum AnswerStep: Sendable, Hashable {
  /// The hits were graded by their evidence, from 0 to 1; nil where nothing was found.
  case graded(evidence: Double?, isEnough: Bool)
  /// The model was asked for other wordings, and they were searched with.
  case reworded([String])
  /// The model was asked for an answer; `reason` tells what was wrong with the one before.
  case answering(attempt: Int, reason: String?)
}

/// An answer that corrected itself.
public struct ReflectedAnswer: Sendable, Hashable {
  /// The answer; of several attempts the best.
  public var answer: Answer
  /// What it may cite.
  public var hits: [Hit]
  /// What was done, in order.
  public var steps: [AnswerStep]
}

extension Engine {
  /// Answers as ``streamAnswer(_:backend:prompting:)`` does, and corrects itself: hits with too little evidence
  /// are searched for again with other wordings, and an answer with statements that no source
  /// supports is asked for once more (after Yan et al. 2024, "Corrective Retrieval Augmented
  /// Generation", with the evidence of hits as the evaluator).
  ///
  /// Text comes when it is known to be the last. `observe` is told before each call of the model,
  /// of which there are at most one more than attempts.
  /// - Throws: As ``answer(_:backend:prompting:)``.
  public func reflectedAnswer(
    _ query: Query, backend: any ModelBackend, prompting: Prompting = Prompting(),
    reflection: AnswerReflection = AnswerReflection(),
    observe: (AnswerStep) -> Void = { _ in }
  ) async throws -> ReflectedAnswer {
    var steps: [AnswerStep] = []
    func note(_ step: AnswerStep) {
      steps.append(step)
      observe(step)
    }
    var hits = try await search(query)
    func isEnough() -> Bool {
      let best = hits.compactMap(\.evidence).max()
      let isEnough = !hits.isEmpty && (best ?? 1) >= reflection.leastEvidence
      note(.graded(evidence: best, isEnough: isEnough))
      return isEnough
    }
    if !isEnough() {
      let rewordings = try await QueryExpander(backend, limits: limits)
        .rewordings(of: query.text, count: reflection.rewordingCount)
      note(.reworded(rewordings))
      hits = try await fusedHits(query, rewordings)
      guard isEnough() else {
        let answer = Answer(
          text: Answer.notFoundText, abstained: true, citations: [], backend: backend.name)
        return ReflectedAnswer(answer: answer, hits: hits, steps: steps)
      }
    }
    var reason: String?
    let reflected = try await responder(backend, prompting).reflect(
      query.text, from: hits, budget: reflection.budget
    ) { step in
      switch step {
      case .asking(let attempt): note(.answering(attempt: attempt, reason: reason))
      case .judged(let attempt): reason = attempt.verdict.reason
      case .answered, .finished: break
      }
    }
    guard let answer = reflected.best?.proposal else {
      throw RAGError(.backend, "the model \(backend.name) gave no answer within its budget")
    }
    return ReflectedAnswer(answer: answer, hits: hits, steps: steps)
  }
}
