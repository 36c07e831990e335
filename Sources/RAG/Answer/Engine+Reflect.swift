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
  /// The hits were graded by their evidence for the question as it was asked, from 0 to 1; nil where
  /// nothing was found.
  case graded(evidence: Double?, isEnough: Bool)
  /// The model was asked for other wordings, and they were searched with.
  case reworded([String])
  /// The model was asked for an answer; `reason` tells what was wrong with the one before.
  case answering(attempt: Int, reason: String?)
  /// The model was not asked again after all, as its context has no room for what was wrong.
  case contextFull
  /// The model was asked again and failed; the answer is that of an attempt before.
  case failed(reason: String)
}

/// An answer that corrected itself.
public struct ReflectedAnswer: Sendable, Hashable {
  /// The answer; of several attempts the best.
  public var answer: Answer
  /// Answers that the model gave.
  public var attemptCount: Int
  /// What is still wrong with the answer; nil where every checker accepted it, or no model was asked.
  public var problem: String?
  /// What it may cite.
  public var hits: [Hit]
  /// What was done, in order.
  public var steps: [AnswerStep]

  /// Makes an answer of its parts.
  public init(
    answer: Answer, attemptCount: Int = 0, problem: String? = nil, hits: [Hit],
    steps: [AnswerStep]
  ) {
    self.answer = answer
    self.attemptCount = attemptCount
    self.problem = problem
    self.hits = hits
    self.steps = steps
  }
}

extension Engine {
  /// Answers as ``streamAnswer(_:backend:prompting:)`` does, and corrects itself: where hits have too
  /// little evidence, other wordings are searched with too, and an answer with statements that no
  /// source supports is asked for once more (after Yan et al. 2024, "Corrective Retrieval Augmented
  /// Generation", with the evidence of hits as the evaluator). Whatever found a hit, its evidence is
  /// that for the question as it was asked.
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
    hits = try await sources(from: hits, of: query, prompting)
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
    guard let best = reflected.best, let answer = best.proposal else {
      throw RAGError(.backend, "the model \(backend.name) gave no answer within its budget")
    }
    switch reflected.end {
    case .contextFull: note(.contextFull)
    case .failed(let error): note(.failed(reason: "\(error)"))
    case .timeSpent: note(.failed(reason: "the time of \(reflection.budget.duration) is up"))
    case .accepted, .attemptsSpent, .tokensSpent, .repeated: break
    }
    return ReflectedAnswer(
      answer: answer, attemptCount: reflected.attempts.count, problem: best.verdict.reason,
      hits: hits, steps: steps)
  }
}
