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

  /// Documents of which the last has most words of a question, and the others rank before it.
  private static let beasts = [
    MemoryDocument(id: "alpine", text: "Alpine alpine alpine alpine alpine."),
    MemoryDocument(id: "bison", text: "Bison bison bison bison bison."),
    MemoryDocument(
      id: "plums",
      text: "Copper and dolphin. "
        + String(
          repeating:
            "The river ran past seven quiet villages while farmers carried baskets of plums "
            + "toward the northern market and children counted painted boats from wooden bridges. ",
          count: 4)),
  ]

  @Test("searches with other wordings where the passages answer too little")
  func rewording() async throws {
    try await withTemporaryDirectory { directory in
      let engine = try await Engine.open(at: directory.index)
      try await engine.upsert(Self.beasts)
      let query = Query("alpine bison copper dolphin easel", count: 2, mode: .lexical)
      let model = Self.model(
        rewordings: "plums villages market", answers: ["Copper and dolphin [2]."])
      let reflected = try await engine.reflectedAnswer(
        query, backend: model, reflection: Self.patient)
      #expect(reflected.hits.map(\.document.id) == ["alpine", "plums"])
      #expect(
        reflected.steps.map(Self.name) == [
          "graded too little", "reworded plums villages market", "graded enough", "answering 1",
        ])
      // The evidence is that of the question, not of the wording that found the passage.
      var all = query
      all.count = 3
      let own = try await engine.search(all).map { ($0.document.id, $0.evidence) }
      for hit in reflected.hits {
        #expect(hit.evidence == own.first { $0.0 == hit.document.id }?.1, "\(hit.document.id)")
      }
    }
  }

  @Test("is withheld where other wordings find only what answers these")
  func otherQuestion() async throws {
    try await withEngine { engine in
      let model = Self.model(
        rewordings: "automobile wheels", answers: ["It has four wheels [1]."])
      let query = Query("How long does the battery last?", mode: .lexical)
      let reflected = try await engine.reflectedAnswer(
        query, backend: model, reflection: Self.patient)
      #expect(reflected.hits.map(\.document.id) == ["car"])
      #expect(reflected.answer.abstained && reflected.steps.count == 3)
      let hits = try await engine.search(query, expandedBy: .rewordings(1), from: model)
      #expect(hits.map(\.document.id) == ["car"])
      #expect(hits.allSatisfy { $0.evidence ?? 1 < Self.patient.leastEvidence })
      // Where a least evidence was asked for, they are no hits.
      var strict = query
      strict.minimumEvidence = 0.25
      #expect(
        try await engine.search(strict, expandedBy: .rewordings(1), from: model).isEmpty)
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

  @Test("tells that a later call of the model failed")
  func failure() async throws {
    try await withEngine { engine in
      let breaks = ClosureBackend { prompt in
        guard !prompt.user.contains("rejected") else { throw RAGError(.backend, "it is down") }
        return "Moon people rule the silent tides of Saturn."
      }
      let reflected = try await engine.reflectedAnswer(
        Query("automobile wheels", mode: .lexical), backend: breaks, reflection: Self.patient)
      guard case .failed(let reason) = reflected.steps.last else {
        Issue.record("\(reflected.steps)")
        return
      }
      #expect(reason.contains("it is down") && reflected.problem != nil)
    }
  }

  @Test("tells what is still wrong with it, and where there was no room to say so")
  func problem() async throws {
    try await withEngine { engine in
      let stubborn = Self.model(answers: ["Moon people rule the silent tides of Saturn."])
      let query = Query("automobile wheels", mode: .lexical)
      let left = try await engine.reflectedAnswer(
        query, backend: stubborn, reflection: Self.patient)
      #expect(left.problem?.contains("silent tides") == true)
      let right = try await engine.reflectedAnswer(
        query, backend: Self.model(answers: ["It has four wheels [1]."]), reflection: Self.patient)
      #expect(right.problem == nil)

      let prompting = Prompting(composer: PromptComposer(reservedAnswerTokenCount: 100))
      let whole = try await engine.prompt(query, backend: stubborn, prompting: prompting)
      let narrow = ClosureBackend(contextTokenCount: whole.tokenCount + 160) { _ in
        "Moon people rule the silent tides of Saturn."
      }
      let full = try await engine.reflectedAnswer(
        query, backend: narrow, prompting: prompting, reflection: Self.patient)
      #expect(
        full.steps.map(Self.name) == [
          "graded enough", "answering 1", "answering 2", "context full",
        ])
      #expect(full.problem != nil && full.attemptCount == 1)
    }
  }

  private static func name(_ step: AnswerStep) -> String {
    switch step {
    case .graded(_, let isEnough): "graded " + (isEnough ? "enough" : "too little")
    case .reworded(let wordings): "reworded " + wordings.joined(separator: ", ")
    case .answering(let attempt, _): "answering \(attempt)"
    case .contextFull: "context full"
    case .failed(let reason): "failed: \(reason)"
    }
  }
}
