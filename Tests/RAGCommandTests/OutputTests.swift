import Foundation
import RAG
import Testing

@testable import RAGCommand

@Suite("The output of rag")
struct OutputTests {
  @Test("never passes control sequences of documents to a terminal")
  func controlSequences() throws {
    try Sandbox.run { sandbox in
      try sandbox.write("evil.txt", "alpha \u{1B}]0;owned\u{07} beta \u{1B}[2J gamma \u{9B}31m")
      try #require(try sandbox.rag("ingest", "evil.txt").status == 0)
      let run = try sandbox.rag("query", "alpha beta")
      #expect(run.status == 0)
      let controls = run.text.unicodeScalars.filter {
        ($0.value < 0x20 && $0 != "\n") || (0x7F...0x9F).contains($0.value)
      }
      #expect(controls.isEmpty)
    }
  }

  @Test("tells progress again after its interval, and of work that ends before that nothing")
  func pace() {
    var lines = ProgressPace(interval: .seconds(30), isDueAtOnce: false)
    #expect(
      [5, 20, 34, 35, 36, 64, 70].filter { lines.isDue(at: .seconds($0)) } == [35, 70])
    lines.restart()
    // The next ingest of a watch begins anew.
    #expect([4_000, 4_029, 4_030].filter { lines.isDue(at: .seconds($0)) } == [4_030])
    var samples = ProgressPace(interval: .milliseconds(100), isDueAtOnce: true)
    #expect(
      [0, 99, 100, 150, 250].filter { samples.isDue(at: .milliseconds($0)) } == [0, 100, 250])
  }

  @Test("has a bar on a terminal and none elsewhere")
  func progress() throws {
    try Sandbox.run { sandbox in
      for index in 0..<20 { try sandbox.write("docs/\(index).txt", "Document number \(index).") }
      let plain = try sandbox.rag("ingest", "docs", "--index", "plain")
      #expect(plain.errors.isEmpty)
      let seen = try sandbox.shell("script -qec 'rag ingest docs' /dev/null < /dev/null")
      #expect(seen.status == 0)
      #expect(seen.text.contains("/20 documents"), "\(seen.text)")
      let dumb = try sandbox.shell("TERM=dumb script -qec 'rag ingest docs' /dev/null < /dev/null")
      #expect(!dumb.text.contains("\u{1B}"))
    }
  }

  @Test(
    "tells how fast it goes and how long it still takes, by the last half minute",
    arguments: [
      // Seconds, done, tokens at each look, of 1,000.
      ([(0, 0, 0)], ""), ([(0, 0, 0), (1, 500, 900)], ""),
      ([(0, 0, 0), (2, 100, 9_000)], "  4,500 tokens/s  18 s left"),
      ([(0, 0, 0), (10, 10, 0)], "  1/s  16:30 left"), ([(0, 0, 0), (10, 0, 50)], "  5 tokens/s"),
      ([(0, 0, 0), (20, 1_000, 20)], "  1 tokens/s"), ([(0, 0, 0), (20, 10, 19)], "  33:00 left"),
      // What lies longer back does not count.
      ([(0, 0, 0), (20, 20, 20), (50, 500, 60_020)], "  2,000 tokens/s  31 s left"),
      // Another ingest of a watch.
      ([(0, 0, 0), (20, 900, 0), (21, 0, 0)], ""),
      ([(0, 0, 0), (20, 900, 0), (21, 0, 0), (25, 100, 0)], "  25/s  36 s left"),
    ] as [([(Int, Int, Int)], String)])
  func rate(looks: [(Int, Int, Int)], facts: String) {
    var rate = ProgressRate()
    for (seconds, done, tokens) in looks { rate.add(done, tokens: tokens, at: .seconds(seconds)) }
    #expect(rate.facts(of: 1_000) == facts)
  }

  @Test("says which setting wins: flag, then variable, then file")
  func settings() throws {
    try Sandbox.run { sandbox in
      for name in ["flag", "variable", "file", ".rag"] {
        try sandbox.write("\(name).txt", "alpha")
        try #require(try sandbox.rag("ingest", "\(name).txt", "--index", name).status == 0)
      }
      func index(_ arguments: [String], _ environment: [String: String]) throws -> String? {
        let line = (["rag status --json"] + arguments).joined(separator: " ")
        let path = try sandbox.shell(line, environment: environment).json()["index"] as? String
        return path.map { URL(filePath: $0).lastPathComponent }
      }
      let variable = ["RAG_INDEX": sandbox.path + "/variable"]
      #expect(try index([], [:]) == ".rag")
      try sandbox.write(".config/rag/config.json", "{\"index\": \"\(sandbox.path)/file\"}")
      #expect(try index([], [:]) == "file")
      #expect(try index([], variable) == "variable")
      #expect(try index(["--index", "flag"], variable) == "flag")
      #expect(try index([], ["XDG_CONFIG_HOME": "/nowhere"]) == ".rag")

      for (text, hint) in [("{\"indeks\": \"x\"}", "'indeks'"), ("[1]", "JSON object")] {
        try sandbox.write(".config/rag/config.json", text)
        let run = try sandbox.rag("status")
        #expect(run.status == 2 && run.hasOneError)
        #expect(run.errors.contains(hint) && run.errors.contains("config.json"))
      }
    }
  }

  @Test("says of an answer that corrected itself what is still wrong with it")
  func outcome() throws {
    func outcome(_ text: String, problem: String?) -> String {
      let citation = Citation(
        number: 1, chunk: 1, document: Hit.DocumentReference(id: "a"), quote: "A fact.",
        statement: 0..<7, marker: 8..<11,
        span: Span(utf8: 0..<7, characters: 0..<7, lines: 1...1), status: .verified,
        support: .exact)
      let answer = Answer(text: text, abstained: false, citations: [citation], backend: "b")
      return AnswerStepView.outcome(
        of: ReflectedAnswer(
          answer: answer, attemptCount: 2, problem: problem, hits: [], steps: []))
    }
    #expect(outcome("A fact. [1]", problem: nil) == "after 2 attempts every statement has a source")
    let off = outcome("A fact. [1]", problem: "The answer does not speak of what was asked.")
    #expect(
      off
        == "after 2 attempts the answer is still rejected: The answer does not speak of what was asked."
    )
  }

  @Test("names the option of a setting where an error has its name in the library")
  func optionNames() {
    for (message, shown) in [
      ("too large (Limits.answerByteCount)", "too large"),
      ("a model of 9 (ModelBackend.contextTokenCount); x", "a model of 9 (--context-tokens); x"),
      ("kept (PromptComposer.reservedAnswerTokenCount): y", "kept (--answer-tokens): y"),
      ("raise Limits.commandDuration or wait", "raise --model-timeout or wait"),
      ("raise Limits.hitCount", "raise the limit"), ("(see Limits)", "(see Limits)"),
    ] {
      #expect(LimitNames.replaced(in: message, command: "query") == shown)
    }
  }
}
