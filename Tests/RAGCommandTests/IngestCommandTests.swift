import Foundation
import Testing

@Suite("rag ingest")
struct IngestCommandTests {
  @Test("--dry-run tells what would be done and makes no index")
  func dryRun() throws {
    try Sandbox.run { sandbox in
      try sandbox.write("docs/a.txt", "alpha")
      let plan = try sandbox.rag("ingest", "docs", "--dry-run", "--json")
      #expect(plan.status == 0)
      let report = try plan.json()
      #expect(report["dryRun"] as? Bool == true)
      #expect(report["added"] as? Int == 1)
      #expect(!FileManager.default.fileExists(atPath: sandbox.path + "/.rag"))
      #expect(try sandbox.rag("ingest", "docs", "--dry-run").text.contains("1 added"))
      let real = try sandbox.rag("ingest", "docs", "--json").json()
      #expect(real["dryRun"] as? Bool == false)
      #expect(real["skippedCount"] as? Int == 0 && real["failedCount"] as? Int == 0)
    }
  }

  @Test(
    "--watch prints a line an ingest with changes, until it is interrupted",
    .timeLimit(.minutes(20))
  )
  func watch() throws {
    try Sandbox.run { sandbox in
      try sandbox.write("docs/a.txt", "alpha")
      let run = try sandbox.shell(
        """
        # What the shell runs beside it ignores Ctrl-C.
        exec 3< <(exec env --default-signal=INT rag ingest docs --watch); watch=$!
        read -u 3 first; echo "$first"
        echo beta > docs/b.txt
        read -u 3 second; echo "$second"
        kill -INT $watch; wait $watch; echo "status $?"
        """)
      let lines = run.text.split(separator: "\n")
      try #require(lines.count == 3, "\(run.text) \(run.errors)")
      #expect(lines[0].hasPrefix("1 added"))
      #expect(lines[1].hasPrefix("1 added"))
      #expect(lines[2] == "status 130")
      #expect(run.errors.contains("interrupted"))
      #expect(try sandbox.rag("query", "beta").status == 0)
    }
  }

  @Test("--meta takes numbers as JSON has them, and keeps the zeros of all else")
  func metadata() throws {
    try Sandbox.run { sandbox in
      try sandbox.write("docs/a.txt", "alpha")
      let given = ["zip=02134", "year=2026", "price=-1.50e1", "code=0x10", "draft=true", "v=\"7\""]
      let meta = given.map { "--meta '\($0)'" }.joined(separator: " ")
      let run = try sandbox.shell("rag ingest docs \(meta)")
      #expect(run.status == 0)
      let line = try sandbox.rag("export").text.split(separator: "\n")[1]
      let document = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
      let metadata = try #require(document?["metadata"] as? [String: Any])
      #expect(metadata["zip"] as? String == "02134")
      #expect(metadata["year"] as? Int == 2026)
      #expect(metadata["price"] as? Double == -15)
      #expect(metadata["code"] as? String == "0x10")
      #expect(metadata["draft"] as? Bool == true)
      #expect(metadata["v"] as? String == "7")
    }
  }

  @Test("keeps what is gone with --no-prune, and removes most of an index only with --prune")
  func pruning() throws {
    try Sandbox.run { sandbox in
      func remove(_ numbers: Range<Int>) throws {
        for number in numbers {
          try FileManager.default.removeItem(atPath: sandbox.path + "/docs/\(number).txt")
        }
      }
      /// What an ingest removed, what is left, and what it said of it.
      func ingest(_ flag: String...) throws -> (removed: Int?, left: Int?, errors: String) {
        let run = try sandbox.shell((["rag ingest docs --json"] + flag).joined(separator: " "))
        #expect(run.status == 0, "\(run.errors)")
        let left = try sandbox.rag("status", "--json").json()["documents"] as? Int
        return (try run.json()["removed"] as? Int, left, run.errors)
      }
      for number in 0..<5 { try sandbox.write("docs/\(number).txt", "Document \(number) alpha.") }
      #expect(try ingest() == (0, 5, ""))
      try remove(0..<1)
      #expect(try ingest("--no-prune") == (0, 5, ""))
      #expect(try ingest() == (1, 4, ""))
      try remove(1..<4)
      #expect(try ingest("--no-prune") == (0, 4, ""))
      let careful = try ingest()
      #expect(careful.removed == 0 && careful.left == 4)
      #expect(careful.errors.contains("3 of 4 documents") && careful.errors.contains("--prune"))
      #expect(try ingest("--prune") == (3, 1, ""))
      let hits = try sandbox.rag("query", "alpha", "--hits-only", "--json").json()["hits"]
      #expect((hits as? [Any])?.count == 1)
    }
  }

  @Test("of nothing but mistyped paths makes no index")
  func mistyped() throws {
    try Sandbox.run { sandbox in
      let run = try sandbox.rag("ingest", "dosc")
      #expect(run.status == 2 && run.hasOneError)
      #expect(!FileManager.default.fileExists(atPath: sandbox.path + "/.rag"))
    }
  }

  @Test(
    "refuses with --format what says nothing of records",
    arguments: [["--convert", ".csv=cat {}"], ["--title", "t"], ["--type", "text"]])
  func recordUsage(option: [String]) throws {
    try Sandbox.run { sandbox in
      let run = try sandbox.shell(
        "echo text | rag ingest - --format csv '\(option[0])' '\(option[1])'")
      #expect(run.status == 64)
      #expect(run.hasOneError && run.errors.contains("--format"), "\(run.errors)")
    }
  }

  @Test("takes what is not said of chunks from the index")
  func chunks() throws {
    try Sandbox.run { sandbox in
      try sandbox.write("docs/a.txt", "alpha")
      let made = try sandbox.rag("ingest", "docs", "--chunk-tokens", "300", "--chunk-overlap", "20")
      #expect(made.status == 0)
      for option in [["--chunk-tokens", "300"], ["--chunk-overlap", "20"]] {
        for run in ["ingest docs", "ingest docs --dry-run"] {
          let run = try sandbox.shell("rag \(run) \(option.joined(separator: " "))")
          #expect(run.status == 0 && run.text.contains("1 unchanged"), "\(run.errors)")
        }
      }
      let other = try sandbox.rag("ingest", "docs", "--chunk-overlap", "30")
      #expect(other.status != 0 && other.errors.contains("an overlap of 20"))
      // More than the default of a chunk, and not more than this index's.
      #expect(try sandbox.rag("ingest", "docs", "--chunk-overlap", "250").status != 64)
    }
  }

  @Test("that is interrupted says how much is in the index at least")
  func interrupted() throws {
    try Sandbox.run { sandbox in
      let script = try sandbox.write("stop.sh", "kill -INT $PPID; sleep 60")
      try sandbox.write("docs/a.stop", "alpha")
      let run = try sandbox.rag("ingest", "docs", "--convert", ".stop=sh '\(script)' {}")
      #expect(run.status == 130)
      #expect(run.errors.contains("what was committed of this run stays"))
    }
  }

  @Test("takes its bar away before it says anything")
  func bar() throws {
    try Sandbox.run { sandbox in
      for index in 0..<200 { try sandbox.write("docs/\(index).txt", "Text \(index).") }
      // On a terminal; a return to the start of the line is taken for its end.
      let run = try sandbox.shell("script -qec 'rag ingest docs' /dev/null < /dev/null")
      let lines = run.text.split(whereSeparator: \.isNewline)
      let summary = try #require(lines.last { $0.contains("200 added") })
      #expect(summary.hasPrefix("200 added") || summary.hasPrefix("\u{1B}[K200 added"))
    }
  }

  @Test("--watch goes with neither --dry-run nor standard input", arguments: ["--dry-run", "-"])
  func usage(other: String) throws {
    try Sandbox.run { sandbox in
      let run = try sandbox.rag("ingest", "docs", "--watch", other)
      #expect(run.status == 64)
      #expect(run.hasOneError)
    }
  }
}
