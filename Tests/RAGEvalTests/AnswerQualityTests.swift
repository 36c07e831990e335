import RAGCore
import Testing

@testable import RAGEval

@Suite("Answers")
struct AnswerQualityTests {
  private let qrels = Qrels(grades: [
    "a": ["x": 1, "y": 2], "b": ["z": 1], "c": ["z": 0], "d": ["x": 1],
  ])

  @Test("are measured by what they cite")
  func counts() throws {
    let quality = try AnswerQuality(
      [
        "a": .init(cited: ["x", "x", "w"], exactCount: 3, statementCount: 4, supportedCount: 3),
        "b": .init(cited: ["x"], exactCount: 0, statementCount: 1, supportedCount: 1),
        // Nobody judged it.
        "c": .init(cited: ["z"], exactCount: 1, statementCount: 1, supportedCount: 1),
      ], judged: qrels)
    #expect(quality.asked == 3 && quality.answered == 2 && quality.citations == 4)
    #expect(quality.citationPrecision == 0.5 && quality.spanExactness == 0.75)
    #expect(abs(quality.citationRecall - 1.0 / 3) < 1e-12 && quality.supported == 0.8)
  }

  @Test("that abstain or cite nothing have no precision")
  func none() throws {
    let quality = try AnswerQuality([:], judged: qrels)
    #expect(quality.asked == 3 && quality.answered == 0 && quality.citationRecall == 0)
    #expect(quality.citationPrecision == nil && quality.supported == nil)
    #expect(throws: RAGError.self) { try AnswerQuality([:], judged: Qrels(grades: [:])) }
  }
}
