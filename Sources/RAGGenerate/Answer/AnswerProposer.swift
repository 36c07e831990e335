import RAGCore
import RAGRetrieve

/// Proposes answers to one question from the same hits.
struct AnswerProposer: Proposer {
  let responder: Responder
  let question: String
  let hits: [Hit]

  func propose(
    after attempts: [Attempt<Answer>], tokenCount: Int
  ) async throws -> Proposed<Answer>? {
    let prompt = try await responder.prompt(for: question, from: hits, after: attempts)
    let asked = prompt.map {
      responder.tokenCount(of: $0.prompt.system) + responder.tokenCount(of: $0.prompt.user)
    }
    guard asked ?? 0 < tokenCount else { return nil }
    let answer = try await responder.answer(question, from: hits, asking: prompt)
    return Proposed(
      answer: answer.text, content: .proposal(answer),
      tokenCount: (asked ?? 0) + responder.tokenCount(of: answer.text))
  }
}
