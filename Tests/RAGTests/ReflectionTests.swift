import Foundation
import RAG
import Testing

@Suite("An answer that corrects itself")
struct ReflectionTests {
  /// Answers each kind of prompt with a text of its own, in turn, and counts the calls.
  private static func model(
    rewordings: String = "", answers: [String]
  ) -> ClosureBackend {
    ClosureBackend { prompt in
      if prompt.system.contains("reword questions") { return rewordings }
      return prompt.user.contains("rejected") ? answers.last ?? "" : answers.first ?? ""
    }
  }

  /// Time is no part of these tests: others may keep the processor.
  private static let patient = {
    var reflection = AnswerReflection()
    reflection.budget.duration = .seconds(86_400)
    return reflection
  }()

  private func withEngine(_ body: (Engine) async throws -> Void) async throws {
    try await withTemporaryDirectory { directory in
      let engine = try await Engine.open(at: directory.index)
      try await engine.upsert([
        MemoryDocument(id: "car", text: "An automobile has four wheels."),
        MemoryDocument(id: "boat", text: "A boat floats on water."),
      ])
      try await body(engine)
    }
  }

  @Test("is given at once where the passages answer and every statement has its source")
  func direct() async throws {
    try await withEngine { engine in
      let reflected = try await engine.reflectedAnswer(
        Query("automobile wheels", mode: .lexical),
        backend: Self.model(answers: ["It has four wheels [1]."]), reflection: Self.patient)
      #expect(reflected.answer.text == "It has four wheels [1].")
      #expect(
        reflected.steps.map(Self.name) == ["graded enough", "answering 1"])
    }
  }

  @Test("searches with other wordings where the passages answer too little")
  func rewording() async throws {
    try await withEngine { engine in
      let model = Self.model(
        rewordings: "automobile wheels", answers: ["It has four wheels [1]."])
      let reflected = try await engine.reflectedAnswer(
        Query("How does a motorcar roll?", mode: .lexical), backend: model, reflection: Self.patient
      )
      #expect(reflected.hits.map(\.document.id) == ["car"])
      #expect(reflected.answer.citations.count == 1)
      #expect(
        reflected.steps.map(Self.name) == [
          "graded too little", "reworded automobile wheels", "graded enough", "answering 1",
        ])
    }
  }

  @Test("is withheld where other wordings find nothing either")
  func abstention() async throws {
    try await withEngine { engine in
      let model = Self.model(rewordings: "zeppelin", answers: ["It flies [1]."])
      let reflected = try await engine.reflectedAnswer(
        Query("How does a motorcar roll?", mode: .lexical), backend: model, reflection: Self.patient
      )
      #expect(reflected.answer.abstained && reflected.answer.text == Answer.notFoundText)
      #expect(reflected.steps.count == 3)
    }
  }

  @Test("is asked for once more where a statement has no source")
  func retry() async throws {
    try await withEngine { engine in
      let model = Self.model(answers: [
        "It has four wheels [1]. Wheels were invented by the moon people.",
        "It has four wheels [1].",
      ])
      var steps: [AnswerStep] = []
      let reflected = try await engine.reflectedAnswer(
        Query("automobile wheels", mode: .lexical), backend: model,
        reflection: Self.patient
      ) { steps.append($0) }
      #expect(reflected.answer.text == "It has four wheels [1].")
      #expect(reflected.steps == steps && steps.count == 3)
      guard case .answering(2, let reason?) = steps.last else {
        Issue.record("\(steps)")
        return
      }
      #expect(reason.contains("moon people"))
    }
  }

  private static func name(_ step: AnswerStep) -> String {
    switch step {
    case .graded(_, let isEnough): "graded " + (isEnough ? "enough" : "too little")
    case .reworded(let wordings): "reworded " + wordings.joined(separator: ", ")
    case .answering(let attempt, _): "answering \(attempt)"
    }
  }
}
