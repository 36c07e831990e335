import RAGCore
import Testing

@testable import RAGGenerate

@Suite("What a model thinks before it answers")
struct ThinkingFilterTests {
  @Test(
    "is left out, wherever the pieces end",
    arguments: [
      ("<think>Hm. [1]</think>\nYes.", "\nYes."), ("\n <think></think>Yes.", "Yes."),
      ("Yes <think>no</think>.", "Yes <think>no</think>."), ("<thin", "<thin"), ("", ""),
      ("<think>without end", ""), (" <thinker> Yes", " <thinker> Yes"),
    ])
  func pieces(text: String, shown: String) {
    for size in 1...max(1, text.count) {
      var filter = ThinkingFilter()
      var result = ""
      var rest = text[...]
      while !rest.isEmpty {
        result += filter.filter(String(rest.prefix(size)))
        rest = rest.dropFirst(size)
      }
      #expect(result + filter.finish() == shown, "pieces of \(size)")
    }
  }

  @Test("does not hide that the sources hold no answer")
  func refusal() async throws {
    let answer = try await Responder(
      backend: scripted(["<think>Not ", "sure [1].</think>\n", Answer.notFoundText])
    ).answer("What?", from: makeHits(["Owls hunt mice."]))
    #expect(answer.abstained && answer.removedCitationCount == 0)
  }
}
