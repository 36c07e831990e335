import Foundation
import Glibc
import Testing

@Suite("A failure of rag")
struct FailureTests {
  @Test(
    "is one line that says what to do, with its status",
    arguments: [
      ("rag query x", 2, "rag ingest"),
      ("rag status --index /etc", 2, "/etc"),
      ("rag query x --index missing", 2, "missing"),
      ("rag extract missing.txt", 2, "missing.txt"),
      ("rag extract .", 2, "director"),
      ("rag extract paper.pdf", 2, "pdftotext"),
      ("rag query --index made '' ", 2, "empty"),
      ("rag query --index made '?!'", 2, "letters"),
      ("rag query --index made alpha -k0", 64, "1 to 1000"),
      ("rag query --index made alpha -k 10000", 64, "1 to 1000"),
      ("rag query --index made alpha --mode vector", 2, "encoder"),
      ("rag query --index made alpha --encoder nowhere --mode vector", 2, "nowhere"),
      ("rag get 99 --index made", 2, "99"),
      ("rag embed < /dev/null", 2, "--encoder"),
      ("RAG_ENCODER= XDG_CACHE_HOME=$PWD/none rag query alpha --index made", 2, "tools/model"),
      ("RAG_MODE=sideways rag query alpha --index made", 2, "RAG_MODE"),
      ("rag query alpha --index made --model-command \"sh '\"", 2, "quote"),
      ("rag query alpha --index made --model-url http://127.0.0.1:9/v1", 2, "--model"),
      ("rag query alpha --index made --model-url http://127.0.0.1:9/v1 --model m", 74, "127.0.0.1"),
      (
        "RAG_MODEL_KEY=k rag query alpha --index made --model-url http://h.invalid/v1 --model m", 2,
        "https"
      ),
      ("rag ingest docs --index $'b\\xffd'", 2, "not valid UTF-8"),
      ("rag ingest - --index made --id x <&-", 74, "standard input"),
      ("rag ingest - --index made --id x < /dev/null", 2, "empty"),
      ("mkdir l; ln -s $PWD/made/rag.sqlite l; rag query alpha --index l", 2, "symbolic link"),
      ("rag backup made/copy --index made", 2, "elsewhere"),
      ("rag eval --beir docs", 2, "corpus.jsonl"),
      ("rag eval --qrels missing.txt --run missing.trec", 2, "missing.txt"),
      ("rag bench missing.txt --index made", 2, "missing.txt"),
      ("rag bench docs/a.txt --index made", 2, "--encoder"),
    ])
  func oneLine(script: String, status: Int, hint: String) throws {
    try Sandbox.run { sandbox in
      try sandbox.write("docs/a.txt", "alpha beta")
      try sandbox.write("paper.pdf", "%PDF-1.7\n")
      try #require(try sandbox.rag("ingest", "docs", "--index", "made").status == 0)
      let run = try sandbox.shell(script)
      #expect(run.status == Int32(status), "\(run.errors)")
      #expect(run.hasOneError, "\(run.errors)")
      #expect(run.errors.contains(hint), "\(run.errors)")
      #expect(run.output.isEmpty)
    }
  }

  @Test("of one file leaves the others, and ends with status 3")
  func perFile() throws {
    try Sandbox.run { sandbox in
      try sandbox.write("good.txt", "alpha")
      let run = try sandbox.rag("ingest", "missing.txt", "good.txt", "--json")
      #expect(run.status == 3)
      let report = try run.json()
      #expect(report["added"] as? Int == 1)
      #expect(
        (report["failed"] as? [[String: String]])?.first?["source"]?.hasSuffix("missing.txt")
          == true)
      #expect(run.errors.hasPrefix("rag: failed: "))
    }
  }

  @Test("to get the writer's lock ends with status 75")
  func busy() throws {
    try Sandbox.run { sandbox in
      try sandbox.write("a.txt", "alpha")
      try #require(try sandbox.rag("ingest", "a.txt").status == 0)
      let lock = open(sandbox.path + "/.rag/lock", O_RDWR)
      defer { close(lock) }
      try #require(flock(lock, LOCK_EX) == 0)
      let run = try sandbox.rag("ingest", "a.txt", "--wait", "0")
      #expect(run.status == 75)
      #expect(run.hasOneError)
      for command in ["compact", "delete a.txt", "export | rag import -"] {
        let run = try sandbox.shell("rag \(command) --wait 0")
        #expect(run.status == 75 && run.hasOneError, "\(command): \(run.errors)")
      }
      #expect(try sandbox.rag("query", "alpha").status == 0)
    }
  }

  @Test("of the reader of standard output ends quietly with status 0")
  func closedPipe() throws {
    try Sandbox.run { sandbox in
      try sandbox.write("big.txt", String(repeating: "a line of words\n", count: 200_000))
      let run = try sandbox.shell("rag extract big.txt | head -n 1; echo ${PIPESTATUS[0]}")
      #expect(run.text == "a line of words\n0\n")
      #expect(run.errors.isEmpty)
    }
  }

  @Test("of the reader of an export ends with status 74: the export is not whole")
  func closedExport() throws {
    try Sandbox.run { sandbox in
      try sandbox.write("big.txt", String(repeating: "a line of words\n", count: 20_000))
      try #require(try sandbox.rag("ingest", "big.txt").status == 0)
      let run = try sandbox.shell("rag export | head -c 10 > head; echo ${PIPESTATUS[0]}")
      #expect(run.text == "74\n")
      #expect(run.hasOneError)
    }
  }

  @Test("of what reads a repair's report keeps what it tells for the next repair")
  func untoldLosses() throws {
    try Sandbox.run { sandbox in
      try sandbox.write("a.txt", "alpha")
      try #require(try sandbox.rag("ingest", "a.txt").status == 0)
      let run = try sandbox.shell(
        """
        echo no mark > .rag/lock
        rag repair > /dev/full; echo $?
        rag repair | head -n 1; echo ${PIPESTATUS[0]}
        rag repair; echo $?
        """)
      let lines = run.text.split(separator: "\n")
      #expect(lines.first == "74" && lines.dropFirst(2).first == "3", "\(run.text)")
      #expect(lines.dropFirst(1).first?.contains("the last commits") == true, "\(run.text)")
      #expect(lines.suffix(2) == ["the index is whole; nothing to do", "0"], "\(run.text)")
    }
  }

  @Test("to write because of a size limit ends with status 74")
  func sizeLimit() throws {
    try Sandbox.run { sandbox in
      try sandbox.write("big.txt", String(repeating: "a line of words\n", count: 200_000))
      let run = try sandbox.shell("ulimit -f 64; rag extract big.txt > out")
      #expect(run.status == 74)
      let full = try sandbox.shell("rag extract big.txt > /dev/full")
      #expect(full.status == 74)
      #expect(full.hasOneError)
    }
  }

  @Test("to make a damaged file anew for want of room ends with status 74, and can be repeated")
  func repairWithoutRoom() throws {
    try Sandbox.run { sandbox in
      let words = (0..<20_000).map { "word\($0 * 7919 % 20_011)" }.joined(separator: " ")
      try sandbox.write("words.txt", words)
      try #require(try sandbox.rag("ingest", "words.txt", "--encoder", "none").status == 0)
      try #require(try sandbox.rag("compact").status == 0)
      let run = try sandbox.shell(
        """
        for limit in 40 64; do
          truncate -s 100 .rag/g*.terms
          (ulimit -f $limit; rag repair > out 2> errors; echo $?)
          grep -c "run 'rag repair' again" errors
          rag verify > out; echo $?
        done
        rag repair > out; rag verify > out; echo $?
        """)
      #expect(run.text.split(separator: "\n") == ["74", "1", "2", "74", "1", "2", "0"])
    }
  }

  @Test("to import all for want of room tells how much is in, and the same import goes on")
  func importWithoutRoom() throws {
    try Sandbox.run { sandbox in
      for number in 0..<400 {
        let words = (number..<(number + 60)).map(String.init).joined(separator: " ")
        try sandbox.write("docs/\(number).txt", "Document \(words)")
      }
      try #require(try sandbox.rag("ingest", "docs", "--encoder", "none").status == 0)
      let run = try sandbox.shell(
        """
        rag export > all.jsonl
        (ulimit -f 450; rag import all.jsonl --index new > out 2> errors; echo $?)
        grep -c 'documents of the export are in the index, and the same import' errors
        rag status --index all.jsonl > out 2> errors; echo $?
        rag verify --index all.jsonl/new > out 2> errors; echo $?
        rag import all.jsonl --index new > out; echo $?
        rag export --index new | cmp - all.jsonl; echo $?
        """)
      #expect(run.text.split(separator: "\n") == ["74", "1", "2", "2", "0", "0"], "\(run.text)")
    }
  }

  @Test("by Ctrl-C ends an ingest with status 130 and keeps what was committed")
  func interrupt() throws {
    try Sandbox.run { sandbox in
      try sandbox.write("docs/a.txt", "alpha")
      try #require(try sandbox.rag("ingest", "docs").status == 0)
      // The converter is a child of rag: when it runs, the ingest is on its way.
      let script = try sandbox.write(
        "stop.sh", "exec 9> lock; flock 9; kill -INT $PPID; exec sleep 60")
      try sandbox.write("docs/b.stop", "beta")
      let run = try sandbox.rag("ingest", "docs", "--convert", ".stop=sh '\(script)' {}")
      #expect(run.status == 130)
      #expect(run.errors.contains("interrupted"))
      // The converter held it until it was killed.
      #expect(try sandbox.shell("flock -w 30 lock true").status == 0)
      #expect(try sandbox.rag("query", "alpha").status == 0)
      #expect(try sandbox.rag("status", "--json").json()["documents"] as? Int == 1)
    }
  }
  @Test("by Ctrl-C ends an export whose reader has stopped reading")
  func interruptedExport() throws {
    try Sandbox.run { sandbox in
      try sandbox.write("big.txt", String(repeating: "a line of words\n", count: 20_000))
      try #require(try sandbox.rag("ingest", "big.txt", "--store-source").status == 0)
      let run = try sandbox.shell(
        """
        exec 3< <(exec env --default-signal=INT rag export); export=$!
        # So much that it is in the middle of its second line.
        head -c 10000 <&3 > head
        kill -INT $export
        timeout 60 tail -s 0.1 --pid=$export -f /dev/null || kill -KILL $export
        wait $export; echo "status $?"
        """)
      #expect(run.text == "status 130\n", "\(run.errors)")
    }
  }

  @Test("by a signal does not come where it is ignored", arguments: ["HUP", "INT", "TERM"])
  func ignored(signal: String) throws {
    try Sandbox.run { sandbox in
      let script = try sandbox.write("stop.sh", "kill -\(signal) $PPID; cat")
      try sandbox.write("docs/b.stop", "beta")
      let run = try sandbox.shell(
        "env --ignore-signal=\(signal) rag ingest docs --convert \".stop=sh '\(script)'\"")
      #expect(run.status == 0, "\(run.errors)")
      #expect(try sandbox.rag("query", "beta").status == 0)
    }
  }
}
