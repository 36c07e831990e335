import Foundation
import RAGCore
import RAGGenerate
import RAGRetrieve
import Testing

@Suite struct ExtractiveAnswerTests {
  private let hits = [
    makeHit(
      """
      Limits of the database

      A database file may be at most 281 terabytes large. The default page size is 4096 bytes. \
      Pages are numbered from one.
      """, headings: ["Limits"], path: "/d/limits.html"),
    makeHit(
      """
      Write-ahead logging lets readers and writers work at the same time. A checkpoint moves the \
      pages of the log back into the database file.
      """, path: "/d/wal.html", id: 2, rank: 2),
    makeHit(
      "Type\tBytes\nINTEGER\t8\nREAL\t9", headings: ["Storage of types"], path: "/d/types.html",
      id: 3, rank: 3),
  ]

  @Test(arguments: [true, false])
  func `the sentence that answers is quoted with its citation`(hasEmbedder: Bool) async throws {
    let responder = Responder(
      embedder: hasEmbedder ? BagEmbedder() : nil, verifier: ScriptedVerifier())
    let answer = try await responder.answer("How large may a database file be at most?", from: hits)
    #expect(!answer.abstained)
    #expect(answer.backend == "extractive")
    #expect(answer.text.hasPrefix("A database file may be at most 281 terabytes large. [1]"))
    let citation = try #require(answer.citations.first)
    #expect(citation.number == 1 && citation.status == .verified)
    #expect(citation.quote == "A database file may be at most 281 terabytes large.")
    #expect(answer.text.slice(citation.statement) == citation.quote)
    #expect(answer.text.slice(citation.marker) == "[1]")
    #expect(hits[0].chunk.text.slice(citation.span.utf8) == citation.quote)
  }

  @Test(arguments: [true, false])
  func `a question from elsewhere is answered with an abstention`(
    hasEmbedder: Bool
  ) async throws {
    let responder = Responder(embedder: hasEmbedder ? BagEmbedder() : nil)
    for question in ["Who painted the ceiling of the chapel?", "???", "", "the of and"] {
      let answer = try await responder.answer(question, from: hits)
      #expect(answer.abstained, "\(question)")
      #expect(answer.text == Answer.notFoundText)
      #expect(answer.citations.isEmpty)
    }
  }

  @Test(arguments: [
    ("How does search with snippet work?", 1), ("What does searchWithSnippet give?", 1),
    ("What do searchWithSnippet and getOAuthClient give?", 1), ("maxRetryCount", 2),
    ("max_retry_count", 2),
    ("What is MovieStarList?", nil),
  ])
  func `names of programs and their words answer each other`(
    _ question: String, _ number: Int?
  ) async throws {
    let hits = makeHits([
      "Call searchWithSnippet for a passage around what was found.",
      "The retry count of a request is three at max.",
    ])
    let answer = try await Responder().answer(question, from: hits)
    #expect(answer.citations.map(\.number) == (number.map { [$0] } ?? []), "\(answer.text)")
  }

  @Test func `a row of a table can be the answer`() async throws {
    let answer = try await Responder().answer("How many bytes has an INTEGER?", from: hits)
    #expect(answer.text.contains("INTEGER 8 [3]"))
  }

  @Test func `the answer is found among many lines`() async throws {
    let lines = (1...2000).map { "key_\($0)\tvalue \($0)" }
    let table = makeHits([(lines + ["timeout\t30 seconds"]).joined(separator: "\n")])
    let answer = try await Responder(embedder: BagEmbedder())
      .answer("What is the timeout in seconds?", from: table)
    #expect(answer.text == "timeout 30 seconds [1]")
  }

  @Test func `what two sources say alike is said once`() async throws {
    let twice = makeHits([
      "Vacuum rebuilds the database file.", "Vacuum rebuilds the database file!",
      "Unrelated words stand here.",
    ])
    let answer = try await Responder(embedder: BagEmbedder())
      .answer("What does vacuum do to the database file?", from: twice)
    #expect(answer.citations.map(\.number) == [1])
  }

  @Test func `at most three quotes, the best first, the others in the order of the source`()
    async throws
  {
    let many = makeHits([
      """
      The cache keeps pages in memory. The cache evicts pages from memory. The cache writes \
      pages of memory to disk. The cache of pages in memory is large. The cache is shared.
      """
    ])
    let quotes = try await ExtractiveAnswerer().quotes(
      answering: "cache pages memory", in: many)
    #expect(quotes.count == 3)
    let starts = quotes.dropFirst().map(\.textRange.lowerBound)
    #expect(starts == starts.sorted())
    #expect(quotes.allSatisfy { $0.support <= quotes[0].support && $0.support >= 0 })
  }

  @Test func `quotes that the source refutes are left out`() async throws {
    let verifier = ScriptedVerifier(refuted: "281")
    let answer = try await Responder(embedder: BagEmbedder(), verifier: verifier)
      .answer("How large may a database file be at most?", from: hits)
    #expect(!answer.text.contains("281"))
    #expect(answer.removedCitationCount >= 1)
    #expect(answer.abstained == answer.citations.isEmpty)
  }

  @Test func `invisible characters of a source are not shown`() async throws {
    let hidden = makeHits(["The port\u{202E} of the\u{1B}[2J server is 8080."])
    let answer = try await Responder().answer("What is the port of the server?", from: hidden)
    #expect(answer.text == "The port of the[2J server is 8080. [1]")
    #expect(answer.citations.first?.quote == hidden[0].chunk.text)
  }

  @Test func `events come in order, and the pieces joined are the text`() async throws {
    var kinds: [Int] = []
    var text = ""
    var final: Answer?
    let responder = Responder(embedder: BagEmbedder())
    for try await event in responder.stream(
      "How large may a database file be at most?", from: hits)
    {
      switch event {
      case .sources(let sources):
        kinds.append(0)
        #expect(sources == hits)
      case .text(let piece):
        kinds.append(1)
        text += piece
      case .citation: kinds.append(2)
      case .finished(let answer):
        kinds.append(3)
        final = answer
      }
    }
    #expect(kinds == kinds.sorted() && kinds.first == 0 && kinds.last == 3)
    #expect(final?.text == text)
  }

  @Test func `an embedder that gives too few vectors is an error`() async throws {
    struct Mute: Embedder {
      let fingerprint = "mute"
      let name = "mute"
      let dimension = 2
      let maximumTokenCount = 10
      var tokenCounter: any TokenCounter { WordCounter() }
      func embed(_ texts: [String], as role: EmbeddingRole) async throws -> [[Float]] {
        role == .query ? [[1, 0]] : []
      }
    }
    let error = await #expect(throws: RAGError.self) {
      try await Responder(embedder: Mute()).answer("database file", from: hits)
    }
    #expect(error?.code == .backend)
  }

  @Test func `an answer survives its JSON`() async throws {
    let answer = try await Responder(embedder: BagEmbedder(), verifier: ScriptedVerifier())
      .answer("How large may a database file be at most?", from: hits)
    let data = try JSONEncoder().encode(answer)
    #expect(try JSONDecoder().decode(Answer.self, from: data) == answer)
  }
}
