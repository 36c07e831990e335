import RAGCore
import Testing

@testable import RAGGenerate

@Suite("A cited statement")
struct StatementSupportTests {
  private static let source =
    "The limit is 16 MB for each file.  “Journals” are **deleted** at commit – always. "
    + "Readers don’t block writers. 数据库在提交时删除日志文件。"

  private static let findings: [(String, CitationSupport, String)] = [
    ("The limit is 16 MB for each file.", .exact, "The limit is 16 MB for each file."),
    ("the LIMIT is 16\nMB for each file", .normalised, "The limit is 16 MB for each file."),
    (
      "\"journals\" are deleted at commit - always", .normalised,
      "“Journals” are **deleted** at commit – always."
    ),
    (
      "They promise that \"The limit is 16 MB for each file\" now", .similar,
      "The limit is 16 MB for each file."
    ),
    ("数据库在提交时删除日志文件", .exact, "数据库在提交时删除日志文件。"),
    // It ends within a number, or a word.
    ("The limit is 1", .unjudged, "The limit is 16 MB for each file."),
    ("The limit is 16 M", .similar, "The limit is 16 MB for each file."),
    ("Writers are not blocked by readers", .similar, "Readers don’t block writers."),
    ("Birds sing in the morning sun", .unjudged, "The limit is 16 MB for each file."),
    // Few words, which are a whole sentence of the source.
    ("Readers don't block writers", .normalised, "Readers don’t block writers."),
    ("2. The limit is 16 MB for each file.", .similar, "The limit is 16 MB for each file."),
    ("block writers", .similar, "Readers don’t block writers."),
    ("Yes", .unjudged, "The limit is 16 MB for each file."),
  ]

  @Test(
    "is found in its source word for word, in another form, or in other words", arguments: findings)
  func forms(statement: String, support: CitationSupport, quote: String) async throws {
    let finding = try await StatementSupport(embedder: nil)
      .finding(for: statement, in: Self.source)
    #expect(finding?.support == support)
    #expect(finding.map { Self.source.slice($0.range) } == quote)
  }

  @Test(
    "is not taken for the source's own where it is another word or number, or a part that is denied",
    arguments: [
      ("Parking is free", "Parking is free?"),
      ("The dose of the drug is 103 units a day.", "The dose of the drug is 10³ units a day."),
      (
        "The shop search is written in language C.",
        "The shop search is written in language C++ now."
      ),
      ("The shop search is written in language C.", "The shop search is written in language C#."),
      ("The old sum of parts equals 23.", "The old sum of parts equals 2*3."),
      ("The option maxsize limits each file.", "The option max_size limits each file."),
      (
        "The old director of the company resigned.",
        "It is not true that the old director of the company resigned."
      ),
      (
        "It is a lie that \"the budget grew by two million\" again.",
        "The budget grew by two million."
      ),
    ])
  func lookalikes(statement: String, source: String) async throws {
    let finding = try await StatementSupport(embedder: nil).finding(for: statement, in: source)
    // Nobody knows whether a number that is not there follows from what is.
    #expect(finding?.support == (statement.contains(where: \.isNumber) ? .unjudged : .similar))
  }

  @Test("of a source does not bring its own markers along")
  func forgedMarkers() async throws {
    let answer = try await Responder().answer(
      "when does the lease of the flat end",
      from: makeHits(["The lease of the flat ends on 31 May, as Smith says [2]."]))
    #expect(answer.text.contains("as Smith says [ 2 ]. [1]"), "\(answer.text)")
    #expect(answer.citations.map(\.number) == [1])
  }

  @Test("loses the citation of a source that speaks of other things")
  func unsupported() async throws {
    let support = StatementSupport(embedder: BagEmbedder())
    #expect(try await support.finding(for: "Penguins waddle slowly", in: Self.source) == nil)
    let near = try await support.finding(for: "Readers don’t sing but block", in: Self.source)
    #expect(near?.support == .similar)

    let answer = try await Responder(
      backend: scripted(["Penguins waddle slowly [1]. Readers never block writers [1]."]),
      embedder: BagEmbedder(), verifier: ScriptedVerifier()
    ).answer("What do readers block?", from: makeHits([Self.source]))
    #expect(answer.text == "Penguins waddle slowly. Readers never block writers [1].")
    #expect(answer.citations.map(\.support) == [.similar] && answer.removedCitationCount == 1)
  }

  @Test(
    "keeps its citation where the encoder does not know most of the words",
    arguments: [
      ("鸟儿在早晨歌唱", "Journals are deleted at commit."),
      ("Птицы поют", "Journals are deleted at commit."),
      ("我们用 Docker 部署所有的服务", "Journals are deleted at commit."),
      ("Penguins waddle slowly", "数据库在提交时删除日志文件。"),
    ])
  func unfamiliar(statement: String, source: String) async throws {
    let finding = try await StatementSupport(embedder: LatinEmbedder())
      .finding(for: statement, in: source)
    #expect(finding?.support == .unjudged)
  }

  @Test("is judged by the words that the encoder knows, whatever signs stand between them")
  func foreignSigns() async throws {
    let support = StatementSupport(embedder: LatinEmbedder())
    let source = "The 日本 journals are deleted at commit Ω."
    for statement in ["Penguins waddle slowly Ω", "Pengꙮuins waddΩle slowly 日", "ΩPenguins waddle"]
    {
      #expect(try await support.finding(for: statement, in: source) == nil, "\(statement)")
    }
    // The first line is foreign, the text is not.
    let mixed = "数据库。\n\n" + String(repeating: "The journals are deleted at commit. ", count: 3)
    #expect(try await support.finding(for: "Penguins waddle slowly", in: mixed) == nil)
    let chinese = try await support.finding(for: "提交时，日志文件被删除 Ω", in: Self.source)
    #expect(chinese?.support == .similar)
  }

  @Test(
    "with a number that its source does not have is not judged to be like it",
    arguments: [
      ("The flat is let until 30 June 2031", "The lease of the flat ends on 30 June 2027.", false),
      ("The flat is let until 30 June 2027", "The lease of the flat ends on 30 June 2027.", true),
      ("The flat was let until 30.6.2027", "The flat is let until 2027-06-30.", true),
      ("The rent of the flat is 1000", "The rent of the flat is 1,000 euros.", true),
      ("The rent of the flat is 1.000", "The rent of the flat is １０００ euros.", true),
      ("The rent of the flat grew 12,5 %", "The rent of the flat grew by 12.5% again.", true),
      ("The rent of the flat grew 125 %", "The rent of the flat grew by 12.5% again.", false),
      ("It needs version 3.10 of the shop", "It needs version 3.1 of the shop today.", false),
      ("2. The rent of the flat is 7", "The rent of the flat is 7 euros.", true),
      (
        "In 1999 he said \"the old rent of the flat is low\"", "The old rent of the flat is low.",
        false
      ),
    ])
  func numbers(statement: String, source: String, isThere: Bool) async throws {
    let finding = try await StatementSupport(embedder: nil).finding(for: statement, in: source)
    #expect(finding?.support == (isThere ? .similar : .unjudged))
  }

  @Test("with a number of its own is not judged by its vector either")
  func numberAndVector() async throws {
    let support = StatementSupport(embedder: BagEmbedder())
    let source = "The cafe of the town has been there for as the town"
    let near = "The one of the who has been there for as the 1999"
    #expect(try await support.finding(for: near, in: source)?.support == .unjudged)
    let same = "The one of the who has been there for as the moon"
    #expect(try await support.finding(for: same, in: source)?.support == .similar)
  }

  @Test(
    "rests on a sentence, and on a heading only with what is under it",
    arguments: [
      (
        "Office lease\n\nThe lease of the office ends in June.", "Tom Berg signed the office lease",
        "The lease of the office ends in June."
      ),
      (
        "# Office lease\n\n## Terms\n\n- It ends in June", "The office lease has terms",
        "# Office lease\n\n## Terms\n\n- It ends in June"
      ),
      (
        "Tenant Maria Lopez\n\nShe pays in June.", "Maria Lopez is the tenant",
        "Tenant Maria Lopez\n\nShe pays in June."
      ),
      (
        "Lease of the old office building\n\nIt ends in June.", "Lease of the old office building",
        "Lease of the old office building\n\nIt ends in June."
      ),
      ("It ends in June.\n\n# Office lease", "The office lease is here", "It ends in June."),
      ("# Office lease", "The office lease is here", "# Office lease"),
      ("Tenant: Maria Lopez\n\nShe pays.", "The tenant Maria Lopez", "Tenant: Maria Lopez"),
      ("- Maria Lopez\n- Tom Berg\n\nThey pay.", "Maria Lopez is one", "- Maria Lopez"),
    ])
  func headings(source: String, statement: String, quote: String) async throws {
    let finding = try await StatementSupport(embedder: nil).finding(for: statement, in: source)
    #expect(finding?.support == .similar)
    #expect(finding.map { source.slice($0.range) } == quote)
  }

  @Test("has a range that holds it in every text it was taken from")
  func ranges() {
    var generator = SeededGenerator(seed: 5)
    let alphabet = Array("aB cé’ –*１中文\u{200D}\n.,9")
    for _ in 0..<2_000 {
      let text = String((0..<40).map { _ in alphabet.randomElement(using: &generator) ?? "a" })
      let characters = Array(text)
      let start = Int.random(in: 0..<30, using: &generator)
      let part = String(characters[start..<(start + 9)])
      guard let range = NormalisedText(text).range(of: NormalisedText(part)) else { continue }
      #expect(range.upperBound <= text.utf8.count)
      let found = NormalisedText(text.slice(range))
      #expect(found.range(of: NormalisedText(part)) != nil)
    }
  }
}
