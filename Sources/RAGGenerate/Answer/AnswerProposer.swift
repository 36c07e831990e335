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
    guard tokenCount > 0 else { return nil }
    let answer = try await responder.answer(question, from: hits, after: attempts)
    // What was asked is about as long as what the hits say.
    let asked = hits.reduce(responder.tokenCount(of: question)) {
      $0 + responder.tokenCount(of: $1.text)
    }
    return Proposed(
      answer: answer.text, content: .proposal(answer),
      tokenCount: asked + responder.tokenCount(of: answer.text))
  }
}
