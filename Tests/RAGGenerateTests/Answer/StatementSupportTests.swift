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

  @Test("keeps its citation where the encoder does not read the script")
  func unfamiliar() async throws {
    struct LatinEmbedder: Embedder {
      let bag = BagEmbedder()
      var fingerprint: String { bag.fingerprint }
      var name: String { bag.name }
      var dimension: Int { bag.dimension }
      var maximumTokenCount: Int { bag.maximumTokenCount }
      var tokenCounter: any TokenCounter { bag.tokenCounter }
      func embed(_ texts: [String], as role: EmbeddingRole) async throws -> [[Float]] {
        try await bag.embed(texts, as: role)
      }
      func familiarity(with text: String) -> Double { text.utf8.allSatisfy { $0 < 0x80 } ? 1 : 0 }
    }
    let finding = try await StatementSupport(embedder: LatinEmbedder())
      .finding(for: "鸟儿在早晨歌唱", in: "Journals are deleted at commit.")
    #expect(finding?.support == .unjudged)
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
