import Foundation
import Testing

/// What users do all day, without a model: words only.
@Suite("A user")
struct JourneyTests {
  private static let whales = """
    # Whales

    Whales are mammals that live in the sea. They breathe air at the surface.

    ## Size

    The blue whale is the largest animal that has ever lived. It grows to thirty metres.
    """

  private func prepare(_ sandbox: Sandbox) throws -> CommandRun {
    try sandbox.write("docs/whales.md", Self.whales)
    try sandbox.write("docs/birds.txt", "Penguins are birds that cannot fly.\n")
    try sandbox.write("docs/paper.pdf", "%PDF-1.7\n")
    return try sandbox.rag("ingest", "docs", "--meta", "year=2024", "--json")
  }

  @Test("ingests a directory, and a second time for nothing")
  func ingest() throws {
    try Sandbox.run { sandbox in
      let first = try prepare(sandbox)
      #expect(first.status == 0, "\(first.errors)")
      let report = try first.json()
      #expect(report["added"] as? Int == 2)
      let skipped = try #require(report["skipped"] as? [[String: Any]])
      #expect(skipped.count == 1)
      #expect((skipped.first?["reason"] as? String)?.contains("--convert '.pdf=pdftotext") == true)
      #expect(first.errorLines.count == 1 && first.errors.hasPrefix("rag: skipped: "))

      let second = try sandbox.rag("ingest", "docs", "--meta", "year=2024")
      #expect(second.status == 0)
      #expect(second.text.hasPrefix("2 unchanged, 1 skipped in "))
    }
  }

  @Test("asks, and gets an answer with footnotes and hits")
  func query() throws {
    try Sandbox.run { sandbox in
      _ = try prepare(sandbox)
      let run = try sandbox.rag("query", "is the blue whale the largest animal?", "-k", "2")
      #expect(run.status == 0, "\(run.errors)")
      #expect(run.errors.isEmpty)
      #expect(run.text.contains("The blue whale is the largest animal that has ever lived."))
      #expect(run.text.contains("\n[1] docs/whales.md:7  Whales\n"), "\(run.text)")
      #expect(run.text.contains("\n1. docs/whales.md:"))
      #expect(!run.text.contains("\u{1B}"))
      let colored = try sandbox.rag("query", "blue whale", "--color", "always")
      #expect(colored.text.contains("\u{1B}[1m[1]\u{1B}[0m"))
      let plain = try sandbox.shell("NO_COLOR=1 rag query blue whale")
      #expect(!plain.text.contains("\u{1B}"))
    }
  }

  @Test("reads JSON with keys that stay")
  func json() throws {
    try Sandbox.run { sandbox in
      _ = try prepare(sandbox)
      let report = try sandbox.rag("query", "blue whale", "--json", "--explain").json()
      #expect(Set(report.keys) == ["query", "mode", "bestEvidence", "hits", "answer"])
      #expect(report["query"] as? String == "blue whale")
      #expect(report["mode"] as? String == "lexical")
      let hit = try #require((report["hits"] as? [[String: Any]])?.first)
      #expect(
        Set(hit.keys) == ["rank", "score", "evidence", "document", "chunk", "span", "lanes"])
      #expect(hit["evidence"] as? Double == report["bestEvidence"] as? Double)
      let document = try #require(hit["document"] as? [String: Any])
      #expect(document["path"] as? String == sandbox.path + "/docs/whales.md")
      #expect(document["title"] as? String == "Whales")
      let chunk = try #require(hit["chunk"] as? [String: Any])
      #expect(Set(chunk.keys) == ["id", "text", "headings"])
      let span = try #require(hit["span"] as? [String: [Int]])
      #expect(Set(span.keys) == ["utf8", "characters", "lines"])
      let answer = try #require(report["answer"] as? [String: Any])
      #expect(answer["abstained"] as? Bool == false)
      let citation = try #require((answer["citations"] as? [[String: Any]])?.first)
      #expect(citation["status"] as? String == "verified")

      let hitsOnly = try sandbox.rag("query", "blue whale", "--json", "--hits-only").json()
      #expect(Set(hitsOnly.keys) == ["query", "mode", "bestEvidence", "hits"])
      let prompt = try sandbox.rag("prompt", "blue whale", "--json").json()
      #expect(Set(prompt.keys) == ["query", "mode", "hits", "prompt"])
    }
  }

  @Test("gets the exact bytes of a chunk")
  func get() throws {
    try Sandbox.run { sandbox in
      _ = try prepare(sandbox)
      let report = try sandbox.rag("query", "penguins", "--json", "-k", "1").json()
      let hit = try #require((report["hits"] as? [[String: Any]])?.first)
      let chunk = try #require((hit["chunk"] as? [String: Any])?["id"] as? Int)
      let span = try #require((hit["span"] as? [String: [Int]])?["utf8"])
      let source = Data("Penguins are birds that cannot fly.\n".utf8)
      let run = try sandbox.rag("get", "\(chunk)")
      #expect(run.status == 0)
      #expect(run.output == source[span[0]..<span[1]])
      let described = try sandbox.rag("get", "\(chunk)", "--json").json()
      #expect(described["text"] as? String == "Penguins are birds that cannot fly.")

      try sandbox.write("docs/birds.txt", "Penguins swim.\n")
      let changed = try sandbox.rag("get", "\(chunk)")
      #expect(changed.status == 2 && changed.hasOneError)
      #expect(changed.errors.contains("ingest it again"))
    }
  }

  @Test("streams an answer as JSON lines")
  func stream() throws {
    try Sandbox.run { sandbox in
      _ = try prepare(sandbox)
      let run = try sandbox.rag("query", "blue whale", "--stream")
      #expect(run.status == 0)
      let events = try run.jsonLines()
      let names = events.compactMap { $0["event"] as? String }
      #expect(names.first == "sources" && names.last == "finished")
      let text = events.compactMap { $0["text"] as? String }.joined()
      let answer = try #require(events.last?["answer"] as? [String: Any])
      #expect(answer["text"] as? String == text)
    }
  }

  @Test("lets a command write the answer, and sees the prompt it got")
  func modelCommand() throws {
    try Sandbox.run { sandbox in
      _ = try prepare(sandbox)
      let script = try sandbox.write(
        "model.sh", "cat > got; echo 'The blue whale is the largest animal [1].'")
      let run = try sandbox.rag(
        "query", "blue whale", "--model-command", "sh '\(script)'", "-k", "1")
      #expect(run.status == 0, "\(run.errors)")
      #expect(
        run.text.hasPrefix("The blue whale is the largest animal [1].\n\n[1] docs/whales.md:"))
      let prompt = try sandbox.rag("prompt", "blue whale", "-k", "1")
      #expect(prompt.status == 0)
      #expect(prompt.text.contains("It grows to thirty metres."))
      let failing = try sandbox.rag("query", "blue whale", "--model-command", "false")
      #expect(failing.status == 2 && failing.hasOneError)
    }
  }

  @Test("is told which line a statement says in other words")
  func weakerCitation() throws {
    try Sandbox.run { sandbox in
      try sandbox.write(
        "docs/whales.md",
        "The blue whale is the largest animal of all.\n\nIts heart weighs as much as a small car.\n"
      )
      try #require(try sandbox.rag("ingest", "docs").status == 0)
      try sandbox.write(
        "model.sh",
        "cat > got; echo 'The blue whale is the largest animal of all [1]. \(Self.reworded) [1].'")
      let run = try sandbox.shell("rag query blue whale heart -k 1 --model-command 'sh model.sh'")
      #expect(run.status == 0, "\(run.errors)")
      #expect(
        run.text.contains("[1] docs/whales.md:1,3")
          && run.text.contains("(line 3: in other words)"),
        "\(run.text)")
      try sandbox.write("model.sh", "cat > got; echo '\(Self.reworded) [1].'")
      let alone = try sandbox.shell("rag query blue whale heart -k 1 --model-command 'sh model.sh'")
      #expect(alone.text.contains("(in other words)"), "\(alone.text)")
    }
  }

  private static let reworded = "The heart weighs as much as a small car"

  @Test("has an answer corrected, and is told of each call of the model")
  func reflect() throws {
    try Sandbox.run { sandbox in
      _ = try prepare(sandbox)
      try sandbox.write(
        "model.sh",
        """
        if grep -q rejected; then echo 'The blue whale is the largest animal [1].'
        else echo 'The blue whale is the largest animal [1]. Its songs rule the moon at night.'; fi
        """)
      let command = "rag query blue whale --reflect -k 1"
      let model = " --model-command 'sh model.sh'"
      let run = try sandbox.shell(command + model)
      #expect(run.status == 0, "\(run.errors)")
      #expect(run.text.hasPrefix("The blue whale is the largest animal [1].\n"))
      #expect(run.errors.contains("rag: the model is asked again, attempt 2: "))
      #expect(run.errors.contains("rule the moon at night"))
      #expect(run.errors.hasSuffix("rag: after 2 attempts every statement has a source\n"))
      try sandbox.write("stubborn.sh", "cat > got; echo 'Its songs rule the moon at night.'")
      let left = try sandbox.shell(command + " --model-command 'sh stubborn.sh'")
      #expect(left.errors.contains("1 statement without a source is left"), "\(left.errors)")
      let unsure = try sandbox.shell(command + " --model-command \"sh -c 'echo I do not know.'\"")
      #expect(unsure.errors.contains("the answer still cites no passage"), "\(unsure.errors)")
      let report = try sandbox.shell(command + model + " --json").json()
      let steps = try #require(report["reflection"] as? [[String: Any]])
      #expect(steps.compactMap { $0["step"] as? String } == ["graded", "answering", "answering"])
      let without = try sandbox.shell(command)
      #expect(without.status == 64 && without.errors.contains("--model-command"))
    }
  }

  @Test("filters, and is told when nothing is left")
  func filter() throws {
    try Sandbox.run { sandbox in
      _ = try prepare(sandbox)
      let found = try sandbox.rag("query", "whale", "--where", "year >= 2024", "--hits-only")
      #expect(found.status == 0)
      let none = try sandbox.rag("query", "whale", "--where", "year < 2024", "--hits-only")
      #expect(none.status == 1)
      #expect(none.output.isEmpty)
      #expect(none.errors == "rag: nothing found\n")
      let abstained = try sandbox.rag("query", "quantum chromodynamics")
      #expect(abstained.status == 1)
      #expect(abstained.text.hasPrefix("Not found in these documents."))
    }
  }

  @Test("leaves out what does not answer well enough, and says how far it is")
  func minimumScore() throws {
    try Sandbox.run { sandbox in
      _ = try prepare(sandbox)
      let found = try sandbox.rag(
        "query", "penguins fly", "--min-score", "0.5", "--hits-only", "--json"
      ).json()
      #expect((found["hits"] as? [Any])?.count == 1 && found["minimumEvidence"] as? Double == 0.5)
      let run = try sandbox.rag("query", "penguins tango", "--min-score", "0.9", "--hits-only")
      #expect(run.status == 1 && run.output.isEmpty)
      #expect(
        run.errors.contains(
          /^rag: nothing in the index answers this well enough; the best evidence is 0\.[0-8]\d,/),
        "\(run.errors)")
      #expect(run.errors.hasSuffix("below 0.9; lower --min-score to see it\n"))
      let answer = try sandbox.rag("query", "penguins tango", "--min-score", "0.9", "--json")
      #expect(answer.status == 1)
      let report = try answer.json()
      #expect((report["hits"] as? [Any])?.isEmpty == true)
      #expect((report["bestEvidence"] as? Double).map { 0.1 < $0 && $0 < 0.9 } == true)
      #expect((report["answer"] as? [String: Any])?["abstained"] as? Bool == true)
      for wrong in ["-0.1", "1.01", "nan"] {
        #expect(try sandbox.rag("query", "penguins", "--min-score=\(wrong)").status == 64)
      }
      // A word of most documents scores next to nothing.
      let table = try sandbox.rag("query", "the", "--explain", "--hits-only")
      #expect(!table.text.contains("e-"), "\(table.text)")
    }
  }

  @Test("sees what the index holds, and removes documents")
  func statusAndDelete() throws {
    try Sandbox.run { sandbox in
      _ = try prepare(sandbox)
      let status = try sandbox.rag("status", "--json").json()
      #expect(status["documents"] as? Int == 2)
      #expect(status["vectors"] as? Int == 0)
      #expect(try sandbox.rag("status").text.contains(/documents +2\n/))
      for path in ["docs/birds.txt", "./docs//birds.txt", "docs/../docs/./birds.txt"] {
        let none = try sandbox.rag(
          "delete", "--where", "path != \"\(path)\" and path prefix \"./docs/b\"")
        #expect(none.status == 1, "\(path)")
      }
      #expect(try sandbox.rag("delete", "docs/birds.txt").text == "1 document removed\n")
      #expect(try sandbox.rag("delete", "docs/birds.txt").status == 1)
      let rest = try sandbox.rag("delete", "--where", "path prefix \"\(sandbox.path)\"", "--json")
      #expect(try rest.json()["removed"] as? Int == 1)
      #expect(try sandbox.rag("status", "--json").json()["documents"] as? Int == 0)
    }
  }

  @Test("removes a document by its id, be it of standard input or of a record")
  func deleteByID() throws {
    try Sandbox.run { sandbox in
      try sandbox.write("docs/notes.txt", "other words")
      let records = try sandbox.write("docs/r.csv", "sku,text\nA1,a red kettle\nB2,a blue kettle\n")
      try #require(
        try sandbox.rag("ingest", records, "--format", "csv", "--id-field", "sku").status == 0)
      try #require(try sandbox.rag("ingest", "docs/notes.txt").status == 0)
      try #require(try sandbox.rag("ingest", "-", "--id", "note", input: "Oaks.").status == 0)
      func ids() throws -> Set<String> {
        Set(try sandbox.rag("export").jsonLines().compactMap { $0["id"] as? String })
      }
      let all = try ids()
      #expect(all.count == 4 && all.isSuperset(of: ["note", records + "#B2"]), "\(all)")
      #expect(try sandbox.rag("delete", "note", "--json").json()["removed"] as? Int == 1)
      #expect(try ids() == all.subtracting(["note"]))
      #expect(try sandbox.rag("query", "oaks", "--hits-only").status == 1)
      #expect(try sandbox.rag("delete", records + "#B2").text == "1 document removed\n")
      #expect(try ids() == all.subtracting(["note", records + "#B2"]))
      let gone = try sandbox.rag("delete", "note")
      #expect(gone.status == 1 && gone.output.isEmpty)
      #expect(gone.errors == "rag: no such document in the index\n")
    }
  }

  @Test("removes all that is named in one commit, each document once")
  func deleteMany() throws {
    try Sandbox.run { sandbox in
      for name in ["a.txt", "b.txt", "deep/c.txt", "deep/d.txt", "e.txt"] {
        try sandbox.write("docs/" + name, "words of \(name)")
      }
      try #require(try sandbox.rag("ingest", "docs").status == 0)
      func status(_ field: String) throws -> Int? {
        try sandbox.rag("status", "--json").json()[field] as? Int
      }
      let before = try #require(try status("revision"))
      let run = try sandbox.rag(
        "delete", "docs/a.txt", sandbox.path + "/docs/a.txt", "docs/deep", "docs/deep/c.txt", "none"
      )
      #expect(run.text == "3 documents removed\n")
      #expect(try status("documents") == 2)
      #expect(try status("revision") == before + 1)
    }
  }

  @Test("pipes a page or records in")
  func standardInput() throws {
    try Sandbox.run { sandbox in
      let page = "<title>Trees</title><p>Oaks &amp; elms lose their leaves.</p>"
      let run = try sandbox.rag("ingest", "-", "--id", "trees", "--type", "html", input: page)
      #expect(run.status == 0, "\(run.errors)")
      let report = try sandbox.rag("query", "elms", "--json").json()
      let hit = try #require((report["hits"] as? [[String: Any]])?.first)
      #expect((hit["document"] as? [String: Any])?["id"] as? String == "trees")
      let records = try sandbox.write(
        "r.csv", "sku,text,price\nA1,a red kettle,20\nB2,a blue kettle,30\n")
      let read = try sandbox.rag(
        "ingest", records, "--format", "csv", "--id-field", "sku", "--json")
      #expect(try read.json()["added"] as? Int == 2)
      let cheap = try sandbox.rag("query", "kettle", "--where", "price < 25", "--json").json()
      #expect((cheap["hits"] as? [[String: Any]])?.count == 1)
    }
  }

  @Test("sees a file's text as ingestion does")
  func extract() throws {
    try Sandbox.run { sandbox in
      let page = try sandbox.write(
        "p.html",
        "<html lang=en><title>T</title><h1>Head</h1><p>a &lt; b <a href=x>link</a></p><script>no</script>"
      )
      let run = try sandbox.rag("extract", page)
      #expect(run.status == 0)
      #expect(run.text.contains("a < b link") && !run.text.contains("no\n"))
      let report = try sandbox.rag("extract", page, "--json").json()
      #expect(report["title"] as? String == "T")
      #expect(report["language"] as? String == "en")
      #expect((report["links"] as? [[String: String]])?.first?["target"] == "x")
      let blocks = try #require(report["blocks"] as? [[String: Any]])
      #expect(blocks.first?["kind"] as? String == "heading")
      #expect(blocks.first?["level"] as? Int == 1)
      #expect(report["content"] as? String == "full")
      let prose = String(
        repeating: "<p>Whales are mammals that live in the sea, all of them.</p>", count: 9)
      let article = try sandbox.write(
        "a.html", "<nav>Menu of this</nav><article>\(prose)</article>")
      #expect(try !sandbox.rag("extract", article).text.contains("Menu"))
      #expect(try sandbox.rag("extract", article, "--content", "full").text.contains("Menu"))
      #expect(try sandbox.rag("extract", article, "--content", "some").status == 64)
      let paper = try sandbox.write("paper.pdf", "%PDF SHOUTS")
      let converted = try sandbox.rag("extract", paper, "--convert", ".pdf=tr A-Z a-z")
      #expect(converted.text == "%pdf shouts\n")
    }
  }
}
