import RAG

/// A step of an answer that corrects itself, for people and as JSON.
struct AnswerStepView: Encodable {
  var step: String
  var evidence: Double?
  var wordings: [String]?
  var attempt: Int?
  var reason: String?
  /// What is said on standard error; nil: nothing.
  let note: String?

  private enum CodingKeys: CodingKey {
    case step, evidence, wordings, attempt, reason
  }

  init(_ step: AnswerStep) {
    switch step {
    case .graded(let evidence, let isEnough):
      self.step = "graded"
      self.evidence = evidence
      note =
        isEnough
        ? nil
        : "the best passage has evidence of \(evidence.map(Figures.evidence) ?? "0"): too little to "
          + "answer from"
    case .reworded(let wordings):
      self.step = "reworded"
      self.wordings = wordings
      note =
        wordings.isEmpty
        ? "the model gave no other wording of the question"
        : "the model reworded the question: " + wordings.joined(separator: " | ")
    case .answering(let attempt, let reason):
      self.step = "answering"
      self.attempt = attempt
      self.reason = reason
      note =
        reason.map { "the model is asked again, attempt \(attempt): \($0)" }
        ?? "the model is asked"
    case .contextFull:
      self.step = "contextFull"
      note =
        "the model's context has no room to tell it what was wrong; "
        + "raise --context-tokens, or lower --answer-tokens"
    case .failed(let failure):
      self.step = "failed"
      let reason = LimitNames.replaced(in: failure, command: nil)
      self.reason = reason
      note = "the model failed when it was asked again: \(reason)"
    }
  }

  /// What came of the last step.
  static func outcome(of reflected: ReflectedAnswer) -> String {
    let answer = reflected.answer
    guard reflected.attemptCount > 0 else {
      return "the model was not asked for an answer: no passage holds it"
    }
    let count = Figures.count(reflected.attemptCount, "attempt")
    if answer.abstained { return "after \(count) the model found no answer in the passages" }
    guard let problem = reflected.problem else {
      return "after \(count) every statement has a source"
    }
    let unsupported = answer.unsupportedStatements.count
    if unsupported == 0 {
      return answer.citations.isEmpty
        ? "after \(count) the answer still cites no passage"
        : "after \(count) the answer is still rejected: \(Printable.line(problem))"
    }
    return "after \(count) \(Figures.count(unsupported, "statement")) without a source "
      + (unsupported == 1 ? "is left" : "are left")
  }
}
