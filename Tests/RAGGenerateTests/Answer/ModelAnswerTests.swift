import RAGCore
import RAGGenerate
import RAGRetrieve
import Testing

@Suite struct ModelAnswerTests {
  private let hits = makeHits([
    "WAL mode was added in version 3.7.0. In WAL mode readers do not block writers.",
    "A rollback journal blocks readers. The journal is deleted at commit.",
    "Checkpoints move pages back.",
  ])

  private func answer(
    _ pieces: [String], verifier: (any CitationVerifier)? = ScriptedVerifier()
  ) async throws -> Answer {
    try await Responder(backend: scripted(pieces), verifier: verifier)
      .answer("Do readers block writers?", from: hits)
  }

  @Test func `a marker becomes a citation of the sentence that supports it`() async throws {
    let answer = try await answer(["Readers do not block writers in WAL mode [1]. Yes."])
    #expect(answer.text == "Readers do not block writers in WAL mode [1]. Yes.")
    #expect(!answer.abstained)
    #expect(answer.backend == "scripted")
    let citation = try #require(answer.citations.first)
    #expect(answer.citations.count == 1)
    #expect(citation.number == 1 && citation.chunk == 1 && citation.document.path == "/d/1.txt")
    #expect(citation.quote == "In WAL mode readers do not block writers.")
    #expect(answer.text.slice(citation.statement) == "Readers do not block writers in WAL mode")
    #expect(answer.text.slice(citation.marker) == "[1]")
    #expect(citation.status == .verified)
    #expect(hits[0].chunk.text.slice(citation.span.utf8) == citation.quote)
  }

  @Test(arguments: [
    "Not found in these documents.\n\nThe sources do not answer the question.",
    "Answer: Not found in these documents.",
  ])
  func `a refusal with words around it is one, unless it cites`(text: String) async throws {
    #expect(try await answer([text]).abstained)
    #expect(try await !answer([text + " But readers do not block writers [1]."]).abstained)
  }

  static let shapes: [(given: String, text: String, numbers: [Int], removed: Int)] = [
    ("A. [1]", "A. [1]", [1], 0),
    ("A [1, 2].", "A [1][2].", [1, 2], 0),
    ("A [1-3].", "A [1][2][3].", [1, 2, 3], 0),
    ("A【2】. B【3†x】", "A[2]. B[3]", [2, 3], 0),
    ("A [9].", "A.", [], 1),
    ("A [9]", "A", [], 1),
    ("A [9] and B [1].", "A and B [1].", [1], 1),
    ("A [1][9][2].", "A [1][2].", [1, 2], 1),
    ("A [0, 1, 77].", "A [1].", [1], 2),
    ("A [1][1].", "A [1].", [1], 0),
    ("A [4].\n\nB [1].", "A.\n\nB [1].", [1], 1),
    ("[9] A [1]", "A [1]", [1], 1),
    ("  A [1]  \n\n", "A [1]", [1], 0),
    ("数据库 [1]。很快[8]。", "数据库 [1]。很快。", [1], 1),
    ("Use `x[9]` here [1].", "Use `x[9]` here [1].", [1], 0),
    ("A ［1］. B [１][1000].", "A [1]. B [1].", [1, 1], 1),
    ("A [1-40].", "A [1][2][3].", [1, 2, 3], 37),
    ("A [source: 1]. B [#2]. C [1 and 9].", "A [1]. B [2]. C [1].", [1, 2, 1], 1),
    ("A in [2024], z[y1] (1).", "A in [2024], z[y1] (1).", [], 0),
    ("m[i][2] of it[1], [sic][2].", "m[i][2] of it[1], [sic][2].", [1, 2], 0),
    ("x[0] and [0] of y[0][1].", "x[0] and […] of y[0][1].", [], 1),
    ("B.\n[9]: C", "B.\nC", [], 1),
    ("[9]: C\n- [9]: D: [9]", "C\n- D:", [], 3),
    ("B.\n\n[9] C", "B.\n\nC", [], 1),
    ("Yes [1].", "Yes [1].", [1], 0),
    ("A ([9]). B ([1]).", "A. B ([1]).", [1], 1),
    ("A (cf. [9]). B (source: [9]), C (vgl. [1]).", "A. B, C (vgl. [1]).", [1], 2),
    ("A（来源[9]）。B（见文档[1]）。", "A。B（见文档[1]）。", [1], 1),
    ("A (according to [9], B).", "A (according to […], B).", [], 1),
    ("A (or more [9]). B (no [9]).", "A (or more). B (no).", [], 2),
    ("A open(document[9]) B", "A open(document[…]) B", [], 1),
    ("甲（[9]）。乙[[9]]丙 [1]", "甲。乙丙 [1]", [1], 2),
    ("A ([9]) and ([1] or [9]) (", "A and ([1] or […]) (", [1], 2),
    ("甲 (([9]))乙（（[9]））。", "甲 乙。", [], 2),
    ("A ([9], [7]), B ([9]; [2]), C ([2], [9]).", "A, B ([2]), C ([2]).", [2, 2], 4),
    ("A ( [9] ) B [1], [9].\n([9])\nC ([1])", "A B [1].\nC ([1])", [1, 1], 3),
    ("Call f([0]) and x1[0], [[1], [9]].", "Call f() and x1[0], [[1]].", [1], 2),
    ("A ([1]).\n\n([9])", "A ([1]).", [1], 1),
    ("Of: [1], [9]", "Of: [1]", [1], 1), ("A [1], [9]\nB", "A [1]\nB", [1], 1),
    ("[9]. A.\n[1]. B.", "A.\n[1]. B.", [1], 1), ("| a | [9], [8] |", "| a | |", [], 2),
    ("Bees sleep [9][8]. A!", "Bees sleep. A!", [], 2), ("[9], [8]: A", "A", [], 2),
    ("**[9]:** A", "A", [], 1),
    ("甲（[3]和[9]）。乙（[9]和[2]）。", "甲（[3]和[…]）。乙（[2]）。", [3, 2], 2),
    ("A ([9] and [2]). B ([9], and [8]).", "A ([2]). B.", [2], 3),
    ("A<sup>[9]</sup>. B **[9]**, C **[9] D**", "A. B, C **D**", [], 3),
    (
      "A **[9], [2]**. B **[9]**: C. D<sup>[1]</sup> <sup>[2]</sup>",
      "A **[2]**. B: C. D<sup>[1]</sup> <sup>[2]</sup>", [2, 1, 2], 2
    ),
    ("[9]：甲。", "甲。", [], 1), ("[9]:A. [9] :b: C", "A. :b: C", [], 2),
    ("A [9] \n B [9]\n\n C", "A \n B\n\n C", [], 2),
  ]

  @Test(arguments: shapes)
  func `markers are made uniform, and those without a source go`(
    given: String, text: String, numbers: [Int], removed: Int
  ) async throws {
    for pieces in [[given], given.map(String.init)] {
      let answer = try await answer(pieces)
      #expect(answer.text == text)
      #expect(answer.citations.map(\.number) == numbers)
      #expect(answer.removedCitationCount == removed)
      for citation in answer.citations {
        #expect(answer.text.slice(citation.marker) == "[\(citation.number)]")
      }
    }
  }

  @Test func `each marker belongs to the last sentence before it`() async throws {
    let answer = try await answer([
      "First. Second [1], and third [2]. Fourth.\n- item one [3]\n- item two. [1] [2]"
    ])
    #expect(
      answer.citations.map { answer.text.slice($0.statement) } == [
        "Second", "and third", "- item one", "- item two.", "- item two.",
      ])
  }

  static let leading: [(given: String, text: String, statements: [String], removed: Int)] = [
    (
      "According to [1], readers do not wait. Yes.", "According to [1], readers do not wait. Yes.",
      ["According to [1], readers do not wait."], 0
    ),
    ("Source [1] says so.", "Source [1] says so.", ["Source [1] says so."], 0),
    (
      "Reads wait. [1] and [2] say so.", "Reads wait. [1] and [2] say so.",
      ["Reads wait.", "Reads wait."], 0
    ),
    (
      "[1] allows this. [2] forbids that.", "[1] allows this. [2] forbids that.",
      ["allows this.", "forbids that."], 0
    ),
    ("A wait ends (source: [1]).", "A wait ends (source: [1]).", ["A wait ends (source:"], 0),
    ("Waits end. (Source: [1])\nSo.", "Waits end. (Source: [1])\nSo.", ["Waits end."], 0),
    ("Waits end. See [1].", "Waits end. See [1].", ["Waits end."], 0),
    ("Waits end. This is stated in [1].", "Waits end. This is stated in [1].", ["Waits end."], 0),
    (
      "Waits end.\n\nSources: [1], [2]", "Waits end.\n\nSources: [1], [2]",
      ["Waits end.", "Waits end."], 0
    ),
    (
      "Long waits end. (See [1]) Loaves are baked.", "Long waits end. (See [1]) Loaves are baked.",
      ["Long waits end."], 0
    ),
    (
      "Waits end [1]. Reads go on [2].\n\nSources: [1], [2]",
      "Waits end [1]. Reads go on [2].\n\nSources: [1], [2]",
      ["Waits end", "Reads go on", "Reads go on", "Reads go on"], 0
    ),
    (
      "Waits end. (See [9]) Bees sleep. (See [1])", "Waits end. Bees sleep. (See [1])",
      ["Bees sleep."], 1
    ),
    ("Waits end.\n[1]", "Waits end.\n[1]", ["Waits end."], 0),
    ("Es endet. Siehe dazu [1].", "Es endet. Siehe dazu [1].", ["Es endet."], 0),
    ("读者等待。（来源：[1]）", "读者等待。（来源：[1]）", ["读者等待。"], 0),
    ("读者等待。这在[1]中有说明。", "读者等待。这在[1]中有说明。", ["读者等待。"], 0),
    ("As [1] says, A.", "As [1] says, A.", ["As [1] says, A."], 0),
    ("As [9] says, A.", "As […] says, A.", [], 1),
    ("Both [1] and [9] say A.", "Both [1] and […] say A.", ["Both [1] and […] say A."], 1),
    ("Using [9], B waits.", "Using […], B waits.", [], 1),
    ("The log [1] is kept.", "The log [1] is kept.", ["The log [1] is kept."], 0),
    ("The log [9] is kept.", "The log is kept.", [], 1),
    (
      "Long waits end early [1], whereas [2] says B.",
      "Long waits end early [1], whereas [2] says B.",
      ["Long waits end early", "whereas [2] says B."], 0
    ),
    (
      "A. [1] B. [2]\n[3] C.", "A. [1] B. [2]\n[3] C.", ["A.", "B.", "C."], 0
    ),
    ("根据[1]，读者不阻塞。", "根据[1]，读者不阻塞。", ["根据[1]，读者不阻塞。"], 0),
    ("It is set in [1].", "It is set in [1].", ["It is set in"], 0),
    ("B [1], as said in [2].", "B [1], as said in [2].", ["B", "B"], 0),
    ("According to [9], A.", "According to […], A.", [], 1),
    ("[9] says so, and source [8] too.", "[…] says so, and source […] too.", [], 2),
    (
      "According to [1] and [9], A.", "According to [1] and […], A.",
      ["According to [1] and […], A."], 1
    ),
    ("[9][1] say A.", "[1] say A.", ["say A."], 1),
    (
      "[1] Bees sleep. [2] Cats run.\nC [3].", "[1] Bees sleep. [2] Cats run.\nC [3].",
      ["Bees sleep.", "Cats run.", "C"], 0
    ),
    (
      "They differ: [1] speaks of readers, [2] of loaves.",
      "They differ: [1] speaks of readers, [2] of loaves.",
      ["speaks of readers,", "of loaves."], 0
    ),
    (
      "[1] as well as [2] name A.", "[1] as well as [2] name A.",
      ["as well as [2] name A.", "as well as [2] name A."], 0
    ),
    (
      "Neither [1] nor [9] says A.", "Neither [1] nor […] says A.", ["Neither [1] nor […] says A."],
      1
    ),
    (
      "Sowohl [9] als auch [1] sagen A.", "Sowohl […] als auch [1] sagen A.",
      ["Sowohl […] als auch [1] sagen A."], 1
    ),
    (
      "The log [1] ends on 31 March and the lock [2] is kept.",
      "The log [1] ends on 31 March and the lock [2] is kept.",
      ["The log", "the lock [2] is kept."], 0
    ),
    (
      "Bees sleep. Source: [1] Cats run. Source: [2] Owls hoot.",
      "Bees sleep. Source: [1] Cats run. Source: [2] Owls hoot.",
      ["Bees sleep.", "Cats run."], 0
    ),
    (
      "[2] says so. Bees sleep.[1] Cats run.[3] Owls hoot.",
      "[2] says so. Bees sleep.[1] Cats run.[3] Owls hoot.",
      ["says so.", "Bees sleep.", "Cats run."], 0
    ),
    (
      "([1]) Bees sleep. ([2]) Cats run.", "([1]) Bees sleep. ([2]) Cats run.",
      ["([1]) Bees sleep.", "([2]) Cats run."], 0
    ),
    ("[1] Bees sleep ([9])", "[1] Bees sleep", ["Bees sleep"], 1),
    (
      "According to [1], bees sleep ([9]). Yes.", "According to [1], bees sleep. Yes.",
      ["According to [1], bees sleep"], 1
    ),
    ("1. [2] says A.\n2. [9] says B.", "1. [2] says A.\n2. […] says B.", ["1. [2] says A."], 1),
  ]

  @Test(arguments: leading)
  func `a marker before its statement is judged by its sentence, and leaves no hole in it`(
    given: String, text: String, statements: [String], removed: Int
  ) async throws {
    for pieces in [[given], given.map(String.init)] {
      let answer = try await answer(pieces)
      #expect(answer.text == text)
      #expect(answer.citations.map { answer.text.slice($0.statement) } == statements)
      #expect(answer.removedCitationCount == removed)
    }
  }

  @Test func `a marker before what its source does not say is taken out`() async throws {
    let responder = Responder(
      backend: scripted([
        "According to [1], readers do not block writers. According to [1], penguins waddle slowly."
      ]), embedder: BagEmbedder(), verifier: ScriptedVerifier())
    let answer = try await responder.answer("Do readers block writers?", from: hits)
    #expect(
      answer.text == "According to [1], readers do not block writers. "
        + "According to […], penguins waddle slowly.")
    #expect(answer.citations.map(\.support) == [.similar] && answer.removedCitationCount == 1)
    #expect(answer.unsupportedStatements == ["According to […], penguins waddle slowly."])
  }

  @Test func `a marker within a line belongs to what is before it, if not to what follows`()
    async throws
  {
    let text =
      "[1] says that readers do not block writers. A rollback journal blocks readers. [2] Bees sleep."
    let responder = Responder(
      backend: scripted([text]), embedder: BagEmbedder(), verifier: ScriptedVerifier())
    let answer = try await responder.answer("Do readers block writers?", from: hits)
    #expect(answer.text == text)
    #expect(
      answer.citations.map { answer.text.slice($0.statement) } == [
        "says that readers do not block writers.", "A rollback journal blocks readers.",
      ])
  }

  @Test func `a marker behind the first words of a clause is judged by that clause`() async throws {
    let text = "Penguins [1] waddle slowly over ice, and readers do not block writers."
    let responder = Responder(
      backend: scripted([text]), embedder: BagEmbedder(), verifier: ScriptedVerifier())
    let answer = try await responder.answer("Do readers block writers?", from: hits)
    #expect(answer.text == text.replacing(" [1]", with: ""))
    #expect(answer.removedCitationCount == 1)
  }

  @Test func `a statement in other words is cited with the first sentence`() async throws {
    let answer = try await answer(["Leser blockieren keine Schreiber [2]."])
    #expect(answer.citations.first?.quote == "A rollback journal blocks readers.")
  }

  @Test func `citations that the source refutes are taken out and counted`() async throws {
    let answer = try await answer(
      ["The journal is deleted at commit [2]. Checkpoints move pages [3][2]."],
      verifier: ScriptedVerifier(refuted: "journal"))
    #expect(answer.text == "The journal is deleted at commit. Checkpoints move pages [3].")
    #expect(answer.citations.map(\.number) == [3])
    #expect(answer.removedCitationCount == 2)
  }

  @Test func `a changed or lost source is said beside the citation`() async throws {
    let answer = try await answer(
      ["Journal deleted [2]. Checkpoints [3]. Version 3.7.0 [1]."],
      verifier: ScriptedVerifier(changed: "journal", gone: "Checkpoints"))
    #expect(answer.citations.map(\.status) == [.sourceChanged, .sourceGone, .verified])
    #expect(answer.citations[0].span == hits[1].span)
  }

  @Test func `without a verifier citations are unverified`() async throws {
    let answer = try await answer(["Checkpoints [3]."], verifier: nil)
    #expect(answer.citations.map(\.status) == [.unverified])
  }

  @Test func `events come in order, and the pieces joined are the text`() async throws {
    let given = "Readers do not block [1], [9] writers. [2]\n\nMore: `a[1]` [3]."
    let responder = Responder(
      backend: scripted(given.map(String.init)), verifier: ScriptedVerifier())
    var events: [AnswerEvent] = []
    for try await event in responder.stream("q", from: hits) { events.append(event) }
    #expect(events.first == .sources(hits))
    guard case .finished(let answer) = events.last else {
      Issue.record("no finished event at the end")
      return
    }
    let kinds = events.map { event in
      switch event {
      case .sources: 0
      case .text: 1
      case .citation: 2
      case .finished: 3
      }
    }
    #expect(kinds == kinds.sorted())
    #expect(kinds.filter { $0 == 1 }.count > 10)
    let text = events.compactMap { if case .text(let text) = $0 { text } else { nil } }
    #expect(text.joined() == answer.text)
    let citations = events.compactMap {
      if case .citation(let citation) = $0 { citation } else { nil }
    }
    #expect(citations == answer.citations)
    #expect(try await responder.answer("q", from: hits) == answer)
  }

  @Test(arguments: [
    "Not found in these documents.", "Not found in these documents",
    "  not found in THESE documents.",
    "\"Not found in these documents.\" [1]", "**Not found in these documents.**\n",
  ])
  func `the fixed sentence is an abstention, without citations`(given: String) async throws {
    for pieces in [[given], given.map(String.init)] {
      let answer = try await answer(pieces)
      #expect(answer.abstained)
      #expect(answer.text == Answer.notFoundText)
      #expect(answer.citations.isEmpty)
    }
  }

  @Test func `more than the fixed sentence is an answer`() async throws {
    let answer = try await answer(["Not found in these ", "documents. But journals block [2]."])
    #expect(!answer.abstained)
    #expect(answer.text == "Not found in these documents. But journals block [2].")
  }

  @Test(arguments: ["", " \n ", "\u{1B}[2J", "[9]"])
  func `an empty answer is an error of the backend`(given: String) async throws {
    let error = await #expect(throws: RAGError.self) { try await answer([given]) }
    #expect(error?.code == .backend)
  }

  @Test func `an answer past its limit is stopped`() async throws {
    var limits = Limits()
    limits.answerByteCount = 1000
    let endless = ClosureBackend(pieces: { _ in AsyncStream<String> { "word " } })
    let hidden = ClosureBackend(pieces: { _ in AsyncStream<String> { "\u{200B}" } })
    for backend in [endless, hidden] {
      let error = await #expect(throws: RAGError.self) {
        try await Responder(backend: backend, limits: limits).answer("q", from: hits)
      }
      #expect(error?.code == .limitExceeded)
    }
  }

  @Test func `ten thousand markers are answered without delay`() async throws {
    let answer = try await answer(["x", String(repeating: " yy[1]", count: 10_000)])
    #expect(answer.citations.count == 1_000)
    #expect(answer.removedCitationCount == 9_000)
    #expect(answer.text.hasSuffix("yy yy yy"))
  }

  @Test func `other errors of a backend are told as its own`() async throws {
    struct Fault: Error {}
    let backend = ClosureBackend(name: "broken") { _ in throw Fault() }
    let error = await #expect(throws: RAGError.self) {
      try await Responder(backend: backend).answer("q", from: hits)
    }
    #expect(error?.code == .backend)
    #expect(error?.message.contains("broken") == true)
    #expect(error?.cause is Fault)
  }

  @Test func `without hits no model is asked`() async throws {
    let backend = ClosureBackend { _ in throw RAGError(.backend, "asked") }
    let answer = try await Responder(backend: backend).answer("q", from: [])
    #expect(answer.abstained)
    #expect(answer.text == Answer.notFoundText)
  }

  @Test func `control sequences of a model never reach the text`() async throws {
    let answer = try await answer(["\u{1B}[31mRed\u{1B}", "[0m [1]\u{7}\u{202E}."])
    #expect(answer.text == "Red [1].")
  }

  @Test func `sources that found no room are counted and cannot be cited`() async throws {
    let backend = ClosureBackend(contextTokenCount: 1200) { _ in "One [1]. Three [30]." }
    let many = makeHits((1...30).map { "Text \($0) " + String(repeating: "word ", count: 40) })
    let answer = try await Responder(
      backend: backend,
      prompting: Prompting(composer: PromptComposer(reservedAnswerTokenCount: 100))
    ).answer("q", from: many)
    #expect(answer.omittedSourceCount > 15)
    #expect(answer.citations.map(\.number) == [1])
    #expect(answer.removedCitationCount == 1)
  }
}
