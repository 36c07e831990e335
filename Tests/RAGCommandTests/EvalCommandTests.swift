import Foundation
import Testing

@Suite("rag eval")
struct EvalCommandTests {
  private static let corpus = """
    {"_id": "w", "title": "Whales", "text": "Whales are mammals of the sea."}
    {"_id": "p", "title": "Penguins", "text": "Penguins are birds that cannot fly."}
    {"_id": "s", "title": "Swifts", "text": "Swifts fly all their lives."}
    """

  private func prepare(_ sandbox: Sandbox) throws {
    try sandbox.write("set/corpus.jsonl", Self.corpus)
    try sandbox.write(
      "set/queries.jsonl",
      """
      {"_id": "a", "text": "penguins birds cannot fly"}
      {"_id": "b", "text": "mammals"}
      """)
    // `a` is in the even half of the queries, `b` in the odd one.
    try sandbox.write("set/qrels/test.tsv", "query-id\tcorpus-id\tscore\na\ts\t1\nb\tw\t2\n")
  }

  private func sets(_ run: CommandRun) throws -> [[String: Any]] {
    try #require(run.status == 0, "\(run.errors)")
    return try #require(try run.json()["sets"] as? [[String: Any]])
  }

  private func lanes(_ set: [String: Any]) throws -> [[String: Any]] {
    try #require(set["lanes"] as? [[String: Any]])
  }

  @Test("measures a set in an index of its own, and leaves nothing behind")
  func beir() throws {
    try Sandbox.run { sandbox in
      try prepare(sandbox)
      let set = try #require(
        try sets(sandbox.rag("eval", "--beir", "set", "--json")).first)
      #expect(set["set"] as? String == "set")
      #expect(set["documents"] as? Int == 3 && set["judgedQueries"] as? Int == 2)
      #expect((set["indexBytes"] as? Int ?? 0) > 0)
      let lane = try #require(try lanes(set).first)
      #expect(lane["lane"] as? String == "lexical")
      var metrics = try #require(lane["metrics"] as? [String: Double])
      let ndcg = metrics.removeValue(forKey: "ndcg@10") ?? .nan
      #expect(abs(ndcg - (1 + 1 / log2(3)) / 2) < 1e-12)
      #expect(
        metrics == [
          "recall@10": 1, "recall@100": 1, "mrr@10": 0.75, "map@100": 0.75, "p@10": 0.1,
        ])
      let latency = try #require(lane["latency"] as? [String: Double])
      #expect(Set(latency.keys) == ["p50", "p95", "p99"])
      #expect((lane["queries"] as? [String: [String: Double]])?["b"]?["mrr@10"] == 1)
      let table = try sandbox.rag("eval", "--beir", "set", "--metric", "mrr")
      #expect(table.text.hasPrefix("set: 3 documents, 2 queries, index of "), "\(table.text)")
      #expect(table.text.contains(/\nlexical +0\.7500 +\d/), "\(table.text)")
      #expect(try sandbox.shell("ls").text == "set\n")
    }
  }

  @Test("measures what answers cite, and whether it holds")
  func answers() throws {
    try Sandbox.run { sandbox in
      try prepare(sandbox)
      let set = try #require(
        try sets(sandbox.rag("eval", "--beir", "set", "--answers", "--json")).first)
      let answers = try #require(try lanes(set).first?["answers"] as? [String: Double])
      // Of two questions one is answered from the document that is judged, one from another.
      #expect(answers["asked"] == 2 && answers["answered"] == 2 && answers["citations"] == 2)
      #expect(answers["citationPrecision"] == 0.5 && answers["citationRecall"] == 0.5)
      #expect(answers["spanExactness"] == 1 && answers["supported"] == 1)
      let model = "cat > prompt; echo 'Nothing cites this statement. Whales are mammals [1].'"
      try sandbox.write("model.sh", model)
      let table = try sandbox.rag(
        "eval", "--beir", "set", "--answers", "--model-command", "sh model.sh")
      #expect(table.text.contains("answers to 2 questions\n"), "\(table.text) \(table.errors)")
      #expect(table.text.contains(/\nlexical +2 +\d +\d\.\d+ +/), "\(table.text)")
      #expect(
        try sandbox.rag("eval", "--qrels", "q", "--run", "r", "--answers").status == 64)
    }
  }

  @Test("measures halves of the queries, each query in one of them")
  func halves() throws {
    try Sandbox.run { sandbox in
      try prepare(sandbox)
      for (part, query) in [("even", "a"), ("odd", "b")] {
        let run = try sandbox.rag("eval", "--beir", "set", "--queries", part, "--json")
        let set = try #require(try sets(run).first)
        #expect(set["part"] as? String == part && set["judgedQueries"] as? Int == 1)
        let queries = try lanes(set).first?["queries"] as? [String: Any]
        #expect(queries.map { Array($0.keys) } == [query])
      }
    }
  }

  @Test("writes runs and rows that it reads again, and keeps the index where asked")
  func files() throws {
    try Sandbox.run { sandbox in
      try prepare(sandbox)
      let run = try sandbox.rag(
        "eval", "--beir", "set", "--mode", "lexical", "--write-runs", "out/runs", "--write-rows",
        "rows.tsv", "--metric", "mrr", "--index", "kept")
      #expect(run.status == 0, "\(run.errors)")
      #expect(
        try sandbox.shell("cut -d' ' -f1-4,6 out/runs/set.lexical.trec").text
          == "a Q0 p 1 lexical\na Q0 s 2 lexical\nb Q0 w 1 lexical\n")
      // What is no file is written through.
      let linked = try sandbox.shell(
        "ln -s rows2.tsv link.tsv; rag eval --beir set --mode lexical --metric mrr --write-rows "
          + "link.tsv > out/table && test -h link.tsv && cmp link.tsv rows.tsv")
      #expect(linked.status == 0, "\(linked.text) \(linked.errors)")
      #expect(
        try sandbox.shell("cat rows.tsv").text
          == "set\tlane\tquery\tmrr\nset\tlexical\ta\t0.5\nset\tlexical\tb\t1.0\n")
      #expect(
        try sandbox.rag("status", "--index", "kept", "--json").json()["documents"] as? Int == 3)

      // The same figures for the run alone, in the index that was kept, and as a baseline.
      try sandbox.write("topics.txt", "a\tpenguins birds cannot fly\nb\tmammals\n")
      let trec = try sandbox.write("set.txt", "a 0 s 1\nb 0 w 2\n")
      for options in [
        ["--run", "out/runs/set.lexical.trec"], ["--topics", "topics.txt", "--index", "kept"],
      ] {
        let line = (["eval", "--qrels", trec, "--metric", "mrr", "--json"] + options)
          .map { "'\($0)'" }.joined(separator: " ")
        let set = try #require(
          try sets(
            sandbox.shell("rag \(line) --baseline out/runs/set.lexical.trec")
          ).first)
        let lane = try #require(try lanes(set).first)
        #expect(lane["metrics"] as? [String: Double] == ["mrr": 0.75])
        let comparison = try #require((lane["comparisons"] as? [[String: Any]])?.first)
        #expect(comparison["p"] as? Double == 1 && comparison["difference"] as? Double == 0)
      }

      try sandbox.write("other.txt", "another document")
      #expect(try sandbox.rag("ingest", "other.txt", "--index", "mine").status == 0)
      let mine = try sandbox.rag("eval", "--beir", "set", "--index", "mine")
      #expect(mine.status == 2 && mine.hasOneError && mine.errors.contains("not of the set"))
      #expect(
        try sandbox.rag("status", "--index", "mine", "--json").json()["documents"] as? Int == 1)
    }
  }

  @Test("ranks documents as a query does, copies behind all others")
  func copies() throws {
    try Sandbox.run { sandbox in
      let copies = (1...4).map {
        #"{"_id": "copy\#($0)", "text": "Swifts fly all their lives, by day and by night."}"#
      }
      let others = (1...4).map { #"{"_id": "other\#($0)", "text": "Of swifts, number \#($0)."}"# }
      try sandbox.write("set/corpus.jsonl", (copies + others).joined(separator: "\n"))
      try sandbox.write("set/queries.jsonl", #"{"_id": "a", "text": "swifts fly all day"}"#)
      try sandbox.write("set/qrels/test.tsv", "a\tcopy3\t1\n")
      let run = try sandbox.rag(
        "eval", "--beir", "set", "--mode", "lexical", "--write-runs", "runs", "--index", "kept",
        "--metric", "mrr", "--json")
      let query = try sandbox.rag(
        "query", "swifts fly all day", "--mode", "lexical", "--hits-only", "--json", "--index",
        "kept")
      let hits = try #require(try query.json()["hits"] as? [[String: Any]])
      let ids = hits.compactMap { ($0["document"] as? [String: Any])?["id"] as? String }
      #expect(
        ids.count == 8 && ids.first == "copy1" && ids.suffix(3).allSatisfy { $0.hasPrefix("copy") })
      #expect(
        try sandbox.shell("cut -d' ' -f3 runs/set.lexical.trec").text
          == ids.map { $0 + "\n" }.joined())
      let place = try #require(ids.firstIndex(of: "copy3"))
      let set = try #require(try sets(run).first)
      let lane = try #require(try lanes(set).first)
      #expect(lane["metrics"] as? [String: Double] == ["mrr": 1 / Double(place + 1)])
    }
  }

  @Test("knows before it measures where it cannot write, and shows what it can")
  func unwritable() throws {
    try Sandbox.run { sandbox in
      try prepare(sandbox)
      for path in ["no/such/rows.tsv", "set", "set/queries.jsonl/rows.tsv"] {
        let run = try sandbox.rag("eval", "--beir", "set", "--write-rows", path, "--index", "kept")
        #expect(run.status == 74 && run.hasOneError && run.output.isEmpty, "\(run.errors)")
        #expect(!run.errors.contains("NSCocoaError"), "\(run.errors)")
      }
      let folder = try sandbox.rag(
        "eval", "--beir", "set", "--write-runs", "set/queries.jsonl", "--index", "kept")
      #expect(folder.status == 74 && folder.hasOneError, "\(folder.errors)")
      try sandbox.write(
        "set/corpus.jsonl", Self.corpus + "\n" + #"{"_id": "a b", "text": "Never found."}"#)
      let spaced = try sandbox.rag(
        "eval", "--beir", "set", "--write-runs", "runs", "--index", "kept")
      #expect(spaced.status == 2 && spaced.hasOneError && spaced.errors.contains("`a b`"))
      #expect(try sandbox.shell("ls").text == "set\n")

      // What cannot be known before keeps neither the table nor the rows back.
      try prepare(sandbox)
      try sandbox.write("runs/set.lexical.trec/file", "")
      let late = try sandbox.rag("eval", "--beir", "set", "--write-runs", "runs")
      #expect(late.status == 74 && late.hasOneError && late.text.contains("\nlexical "))
    }
  }

  @Test("compares with an earlier report, and fails under a value with what missed")
  func comparison() throws {
    try Sandbox.run { sandbox in
      try prepare(sandbox)
      let before = try sandbox.shell("rag eval --beir set --json > before.json")
      #expect(before.status == 0)
      let run = try sandbox.rag(
        "eval", "--beir", "set", "--baseline", "before.json", "--fail-under", "mrr@10=0.75",
        "--fail-under", "recall@5=0.9")
      #expect(run.status == 0, "\(run.errors)")
      #expect(
        run.text.contains(/\nlexical +mrr@10 +0\.7500 +0\.0000 +1\.0000 +0 +0\n/), "\(run.text)")
      let missed = try sandbox.rag(
        "eval", "--beir", "set", "--fail-under", "mrr=0.8", "--fail-under", "recall@5=0.9",
        "--fail-under", "p@1=0.6")
      #expect(missed.status == 1 && missed.hasOneError)
      #expect(missed.errors.contains("lexical: mrr is 0.75, under 0.8; set, lexical: p@1 is 0.5"))
      #expect(!missed.errors.contains("recall@5") && missed.text.contains("recall@5"))
      let wrong = try sandbox.rag(
        "eval", "--beir", "set", "--queries", "odd", "--baseline", "set/corpus.jsonl")
      #expect(wrong.status == 2 && wrong.hasOneError)
    }
  }

  @Test("measures abstentions, with the documents that answer and without, alike each time")
  func abstention() throws {
    try Sandbox.run { sandbox in
      try prepare(sandbox)
      func lane(_ options: String = "") throws -> [String: Any] {
        let run = try sandbox.shell("rag eval --beir set --json --abstention \(options)")
        let set = try #require(try sets(run).first)
        return try #require(try lanes(set).first)
      }
      let first = try #require(try lane()["abstention"] as? [String: Any])
      #expect(first["minimumEvidence"] as? Double == 0.25)
      #expect(first["falseAbstentions"] as? Int == 0)
      let queries = try #require(first["queries"] as? [String: [String: Double]])
      #expect(Set(queries.keys) == ["a", "b"])
      // Without whales nothing is said of mammals; penguins are still there without swifts.
      #expect((queries["b"]?["answered"] ?? 0) > 0.25 && queries["b"]?["hidden"] == 0)
      #expect((queries["a"]?["hidden"] ?? 0) > 0.25)
      #expect(first["correctAbstentions"] as? Int == 1)
      let second = try #require(try lane("--min-score 1")["abstention"] as? [String: Any])
      #expect(second["queries"] as? [String: [String: Double]] == queries)
      #expect(second["falseAbstentions"] as? Int == 2)
      #expect(try lane("--queries odd")["abstention"] != nil)
      let table = try sandbox.rag("eval", "--beir", "set", "--abstention")
      #expect(table.text.contains("\nabstentions below 0.25, with"), "\(table.text)")
      #expect(
        table.text.contains(/\nlexical +\d\.\d{4} +0 +0\.000 +1 +0\.500\n/), "\(table.text)")
      #expect(try sandbox.rag("eval", "--beir", "set", "--min-score", "0.5").status == 64)
    }
  }

  @Test("fails where ids do not match, and goes on where that is allowed")
  func missing() throws {
    try Sandbox.run { sandbox in
      try prepare(sandbox)
      try sandbox.write("set/qrels/test.tsv", "a\ts\t1\na\tgone\t1\nc\tw\t1\n")
      try sandbox.write("run.trec", "z Q0 w 1 1.0 x\na Q0 nowhere 1 1.0 x\n")
      let run = try sandbox.rag("eval", "--beir", "set", "--run", "run.trec")
      #expect(run.status == 2 && run.hasOneError)
      for part in [
        "judged document not in the corpus: 1 (`gone`)", "judged query without a text: 1 (`c`)",
        "query without judgments: 1 (`b`)", "query of a run without judgments: 1 (`z`)",
        "document of a run not in the corpus: 1 (`nowhere`)", "--allow-missing",
      ] {
        #expect(run.errors.contains(part), "\(run.errors)")
      }
      let allowed = try sandbox.rag(
        "eval", "--beir", "set", "--run", "run.trec", "--allow-missing", "--json")
      let set = try #require(try sets(allowed).first)
      #expect(set["judgedQueries"] as? Int == 1)
      #expect((set["missing"] as? [Any])?.count == 5)
      #expect(try lanes(set).compactMap { $0["lane"] as? String } == ["lexical", "run.trec"])
      #expect(allowed.errors.contains("rag: warning: set: judged document not in the corpus"))
    }
  }

  @Test(
    "measures all modes side by side and the vector search by itself, as rag bench does",
    .enabled(if: Sandbox.hasModel, Sandbox.modelRemedy))
  func modes() throws {
    try Sandbox.run { sandbox in
      try prepare(sandbox)
      let environment = ["RAG_ENCODER": Sandbox.model]
      let run = try sandbox.rag(
        "eval", "--beir", "set", "--index", "kept", "--json", environment: environment)
      let set = try #require(try sets(run).first)
      #expect(
        try lanes(set).compactMap { $0["lane"] as? String } == ["lexical", "vector", "hybrid"])
      let nearest = try #require(set["nearestNeighbours"] as? [String: Any])
      #expect(nearest["recall"] as? Double == 1 && nearest["effort"] as? Double == 0.99)

      try sandbox.write("questions.txt", "Which birds cannot fly?\nWho lives in the sea?\n")
      let bench = try sandbox.rag(
        "bench", "questions.txt", "--index", "kept", "--json", environment: environment)
      #expect(bench.status == 0, "\(bench.errors)")
      let report = try bench.json()
      #expect(report["questions"] as? Int == 2 && report["vectors"] as? Int == 3)
      let curve = try #require(report["curve"] as? [[String: Any]])
      #expect(
        curve.compactMap { $0["effort"] as? Double } == [0.5, 0.8, 0.9, 0.95, 0.99, 0.999, 1])
      #expect(curve.allSatisfy { $0["recall"] as? Double == 1 })
      let table = try sandbox.rag(
        "bench", "questions.txt", "--index", "kept", "--recall", "1", "-k", "2",
        environment: environment)
      #expect(table.text.contains("\neffort  recall@2  p50 ms"), "\(table.text)")
      let other = try sandbox.rag(
        "bench", "questions.txt", "--index", "kept", "--precision", "f32",
        environment: environment)
      #expect(other.status == 2 && other.hasOneError)
    }
  }
}
