import RAGCore
import RAGGenerate
import Testing

@Suite("An answer that is checked")
struct AnswerReflectionTests {
  private let hits = makeHits([
    "Readers do not block writers in WAL mode.", "The journal is deleted at commit.",
  ])

  @Test("knows its statements without a source")
  func unsupported() async throws {
    let answer = try await Responder(
      backend: scripted([
        "In short:\n# Modes of work here\nReaders do not block writers [1]. The moon is made of "
          + "green cheese. Yes. The journal is deleted [2]."
      ])
    ).answer("What blocks writers?", from: hits)
    #expect(answer.unsupportedStatements == ["The moon is made of green cheese."])
    let verdict = try await CitationSupportChecker().check(answer)
    #expect(abs(verdict.score - 2.0 / 3) < 1e-9)
    #expect(verdict.reason?.contains("green cheese") == true)
  }

  @Test(
    "knows them behind a marker that follows a period, in lists, in Chinese and of two words",
    arguments: [
      (
        "Readers do not block writers. [1] The moon is made of green cheese.",
        ["The moon is made of green cheese."]
      ),
      (
        "- Readers do not block writers. [1]\n- Whales eat a lot of krill. [9]\n- Anna died.",
        ["- Whales eat a lot of krill.", "- Anna died."]
      ),
      ("日志在提交时删除。[2]月亮是绿奶酪做的。", ["月亮是绿奶酪做的。"]),
      ("The journal is deleted at commit. [2] This is stated in [2]. In short, yes.", []),
      (
        "The moon is made of green cheese. [1] states that readers do not block writers.",
        ["The moon is made of green cheese."]
      ),
      (
        "- Readers do not block writers [1]\n- Pets must be purple at night\n- The rent is 9,999",
        ["- Pets must be purple at night", "- The rent is 9,999"]
      ),
      (
        "Readers do not block writers [1]. Let me know if you have further questions! 希望对您有帮助。\n"
          + "The documents do not mention the weather.\n1. **Key terms of it**",
        []
      ),
      (
        "Readers do not block writers, which is the nature of a log that they share, and\nit is so in "
          + "WAL mode [1].",
        []
      ),
      (
        "```f(buffer, 42)``` blocks no writers [1].\nThe documents do not need any writers at all.",
        ["The documents do not need any writers at all."]
      ),
      (
        "| Mode | The effect of it |\n|---|---|\n| WAL | Readers do not block writers [1] |\n"
          + "```\nlet moon = cheese of many colours\n```",
        []
      ),
      (
        "The moon is made of green cheese. Readers do not block writers. Source: [1]",
        ["The moon is made of green cheese."]
      ),
      (
        "The documents do not say who, but the moon is made of green cheese.",
        ["The documents do not say who, but the moon is made of green cheese."]
      ),
      (
        "Readers do not block writers, which is the nature of a log that they share [1]\nThe moon is "
          + "made of green cheese.", ["The moon is made of green cheese."]
      ),
      ("# Readers\n**The moon is made of cheese.**", ["**The moon is made of cheese.**"]),
      (
        "You're welcome. There is no information on the moon in the documents. What blocks writers in "
          + "1985? Readers do not block writers [1].\n~~~\nlet moon = cheese of many colours\n~~~",
        []
      ),
      ("[1]. Readers do not block writers.", []),
      (
        "The moon is made of green cheese that all of the mice on it have eaten up by now\nReaders do not "
          + "block writers [1].",
        ["The moon is made of green cheese that all of the mice on it have eaten up by now"]
      ),
      (
        "a) The moon is made of green cheese\nb) Readers do not block writers [1]\ncheese: 200 tons of it\n"
          + "writers: readers do not block them [1]",
        ["a) The moon is made of green cheese", "cheese: 200 tons of it"]
      ),
      (
        "The documents do not mention cheese – it weighs 200 tons. The sources do not mention cheese and "
          + "mice eat 200 tons. The sources do not mention it, but it weighs 200 tons.",
        [
          "The documents do not mention cheese – it weighs 200 tons.",
          "The sources do not mention cheese and mice eat 200 tons.",
          "The sources do not mention it, but it weighs 200 tons.",
        ]
      ),
      (
        "Über den Käse machen die Quellen keine Angaben. In den Quellen finden sich keine Informationen "
          + "zum Käse. Aus den Dokumenten geht nicht hervor, wer den ganzen Käse isst. 根据提供的文档，无法确定"
          + "奶酪费用。根据所提供的资料，无法回答关于月亮奶酪的问题。Über den Käse ist nichts bekannt. The answer is based on [1]. The sources are silent on cheese and mice. Regarding the "
          + "cheese of the moon, the documents do not mention it.", []
      ),
      (
        "There is no mention of green cheese. The price of the cheese isn’t mentioned. Neither document "
          + "mentions green cheese. Nothing in the sources mentions green cheese. No information on cheese "
          + "prices is provided. The cheese price cannot be determined. Details on cheese are not available "
          + "in the sources. I don't have information about the cheese. Der Preis des Käses ist nicht "
          + "angegeben. Angaben zum Käse fehlen in den Quellen. 文档中没有奶酪价格的信息。无法从来源中确定奶酪的价格。",
        []
      ),
      ("Readers do not block writers. The journal is deleted at commit. [1][2]", []),
    ])
  func behindMarkers(text: String, statements: [String]) async throws {
    let answer = try await Responder(backend: scripted([text])).answer("q", from: hits)
    #expect(answer.unsupportedStatements == statements)
  }

  @Test(
    "rests on a marker behind several sentences as far as its source says so",
    arguments: [
      ("The rent is 1,450 euros. The deposit is 2,900 euros. [1]", 2, nil),
      ("The rent is 1,450 euros. The deposit is 2,900 euros [1].", 2, nil),
      ("The deposit is 2,900 euros. The flat has 3 rooms [1][2].", 3, nil),
      ("The flat has 3 rooms. The deposit is 2,900 euros. [1][2][1]", 2, nil),
      ("The rent is 9,999 euros. The deposit is 2,900 euros. [1]", 1, "The rent is 9,999 euros."),
      ("Dogs bark loudly. The deposit is 2,900 euros [1].", 1, "Dogs bark loudly."),
      (
        "- The rent is 1,450 euros.\n- The deposit is 2,900 euros. [1]", 1,
        "- The rent is 1,450 euros."
      ),
      (
        "The rent is 1,450 euros. [9] The deposit is 2,900 euros. [1]", 1,
        "The rent is 1,450 euros."
      ),
    ])
  func sharedMarkers(text: String, count: Int, objection: String?) async throws {
    let lease = makeHits([
      "The rent is 1,450 euros a month. The deposit is 2,900 euros.", "The flat has 3 rooms.",
    ])
    let answer = try await Responder(backend: scripted([text])).answer("q", from: lease)
    #expect(answer.citations.count == count)
    #expect(answer.unsupportedStatements == [objection].compactMap(\.self))
    for citation in answer.citations {
      let marker = Array(answer.text.utf8)[citation.marker]
      #expect(String(decoding: marker, as: UTF8.self) == "[\(citation.number)]")
      #expect(citation.marker.lowerBound >= citation.statement.upperBound)
    }
  }

  @Test("rests on nothing where its number is in no source")
  func ownNumbers() async throws {
    let lease = makeHits(["The lease of the flat ends on 30 June 2027.", "The flat has 3 rooms."])
    func verdict(_ text: String) async throws -> Verdict {
      let answer = try await Responder(backend: scripted([text])).answer("q", from: lease)
      #expect(!answer.citations.isEmpty, "\(text)")
      return try await CitationSupportChecker().check(answer)
    }
    let wrong = try await verdict("The flat has 3 rooms [2]. The lease ends on 30 June 2031 [1].")
    #expect(wrong.reason?.hasSuffix(":\n- The lease ends on 30 June 2031") == true)
    #expect(wrong.score == 0.5)
    for text in [
      "The lease ends on 30 June 2027 [1].", "The flat has 3 rooms [1][2].",
      "According to [1], the lease of the flat ends on 30 June 2027.",
      "The flat has three rooms [2].", "The lease ends on 30.06.2027 [1].",
      "The lease of the flat ends on 30 June 2027 and the flat has 3 rooms [1][2].",
      "According to [1], the lease ends on 30 June 2027, while the flat has 3 rooms [2].",
    ] {
      #expect(try await verdict(text) == .accepted, "\(text)")
    }
  }

  @Test("is asked for once more with what was wrong, and the better one is kept")
  func again() async throws {
    let second = "Readers do not block writers [1]."
    let backend = ClosureBackend { prompt in
      guard prompt.user.contains("rejected") else {
        return "The moon is made of green cheese. Readers do not block writers [1]."
      }
      #expect(prompt.user.contains("- The moon is made of green cheese."))
      #expect(prompt.user.contains("<source-"))
      return second
    }
    let responder = Responder(backend: backend, verifier: ScriptedVerifier())
    let reflection = try await responder.reflect(
      "What blocks writers?", from: hits,
      budget: ReflectionBudget(attemptCount: 2, duration: .seconds(86_400)))
    #expect(reflection.attempts.count == 2 && reflection.isAccepted)
    #expect(reflection.best?.proposal?.text == second)

    let stubborn = Responder(
      backend: scripted(["The moon is made of green cheese."]), verifier: ScriptedVerifier())
    let kept = try await stubborn.reflect(
      "What blocks writers?", from: hits,
      budget: ReflectionBudget(attemptCount: 2, duration: .seconds(86_400)))
    #expect(kept.attempts.count == 2 && !kept.isAccepted)
    #expect(kept.best?.proposal?.text == "The moon is made of green cheese.")
  }

  @Test("loses to no later one that is no better: without a citation, or with a number of its own")
  func noWorse() async throws {
    let first = "Readers do not block writers [1]. The moon is made of green cheese."
    for second in ["No.", "It is 42.", first] {
      let backend = ClosureBackend { $0.user.contains("rejected") ? second : first }
      let reflection = try await Responder(backend: backend, verifier: ScriptedVerifier()).reflect(
        "What blocks writers?", from: hits,
        budget: ReflectionBudget(attemptCount: 2, duration: .seconds(86_400)))
      #expect(!reflection.isAccepted, "\(second)")
      #expect(reflection.best?.number == 1, "\(second)")
    }
    let number = try await Responder(backend: scripted(["It is 42."])).answer("q", from: hits)
    #expect(number.unsupportedStatements == ["It is 42."])
  }

  @Test("is not asked for where the prompt has more tokens than are left")
  func tokens() async throws {
    let asked = Locked(0)
    let backend = ClosureBackend(tokenCounter: WordCounter()) { _ in
      asked.withLock { $0 += 1 }
      return "The moon is made of green cheese."
    }
    let responder = Responder(backend: backend, verifier: ScriptedVerifier())
    func reflect(_ tokenCount: Int) async throws -> Reflection<Answer> {
      try await responder.reflect(
        "What blocks writers?", from: hits,
        budget: ReflectionBudget(tokenCount: tokenCount, duration: .seconds(86_400)))
    }
    let whole = try await reflect(100_000)
    let first = try #require(whole.attempts.first).tokenCount
    asked.withLock { $0 = 0 }
    #expect(try await reflect(first - 10).attempts.isEmpty)
    #expect(asked.withLock { $0 } == 0)
    #expect(try await reflect(first + 10).attempts.count == 1)
  }

  @Test("may say that the sources hold no answer")
  func abstention() async throws {
    let responder = Responder(backend: scripted([Answer.notFoundText]))
    let reflection = try await responder.reflect(
      "What blocks writers?", from: hits, budget: ReflectionBudget(duration: .seconds(86_400)))
    #expect(reflection.attempts.count == 1 && reflection.best?.proposal?.abstained == true)
  }

  @Test("has to speak of what was asked")
  func coverage() async throws {
    let checker = AnswerCoverageChecker(question: "What blocks writers?", embedder: BagEmbedder())
    func verdict(_ text: String) async throws -> Verdict {
      try await checker.check(Answer(text: text, abstained: false, citations: [], backend: "b"))
    }
    #expect(try await verdict("Readers block no writer.") == .accepted)
    #expect(try await verdict("Snow falls in winter.").reason != nil)
    // A sign that the encoder does not know changes nothing.
    let foreign = AnswerCoverageChecker(
      question: "What blocks writers Ω?", embedder: LatinEmbedder())
    let snow = Answer(
      text: "Snow falls in winter 日.", abstained: false, citations: [], backend: "b")
    #expect(try await foreign.check(snow).reason != nil)
  }

  @Test("fits its prompt into the model's context when it is asked for again")
  func budget() async throws {
    let long = String(repeating: "The moon is made of green cheese and of stone. ", count: 40)
    let counter = WordCounter()
    let backend = ClosureBackend(
      name: "small", contextTokenCount: 1_900, tokenCounter: counter,
      pieces: { prompt in
        #expect(
          counter.tokenCount(of: prompt.system) + counter.tokenCount(of: prompt.user) <= 1_900
            - 1_024)
        return AsyncStream { continuation in
          continuation.yield(long)
          continuation.finish()
        }
      })
    let many = makeHits((0..<40).map { "Fact \($0): " + String(repeating: "word ", count: 30) })
    let reflection = try await Responder(backend: backend).reflect(
      "What is the moon made of?", from: many,
      budget: ReflectionBudget(attemptCount: 3, duration: .seconds(86_400)))
    #expect(reflection.attempts.count == 3)
  }
}
