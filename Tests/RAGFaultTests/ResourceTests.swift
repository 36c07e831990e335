import Foundation
import Glibc
import Testing

extension Faults {
  @Suite("When resources end")
  struct ResourceTests {
    @Test("a full disk ends an ingest with status 74, and the retry on a larger one succeeds")
    func diskFull() throws {
      var tally = Tally("5", "disk full for real (tmpfs, 8 MiB)")
      let unshare = Plan.isRoot ? "unshare -m" : "unshare -rm"
      try Scratch.run { scratch in
        guard try scratch.shell("\(unshare) mount -t tmpfs none /mnt").status == 0 else {
          return tally.skip(because: "file systems cannot be mounted here")
        }
        try scratch.write("answers", "")
        var ledger = Ledger()
        let batches = (0..<60).map { Batch("d\($0)", count: 330) }
        for batch in batches {
          try scratch.write(batch.name + ".jsonl", batch.lines)
          ledger.begin(batch)
        }
        // One script: what is mounted is there for it alone.
        let run = try scratch.shell(
          """
          export RAG_INDEX=$PWD/disk/index
          mkdir disk
          cat > script <<'END'
          mount -t tmpfs -o size=8m none disk || exit 99
          ingest() { "$RAG" ingest "$PWD/d$1.jsonl" --format jsonl \(Batch.chunking.joined(separator: " ")) >/dev/null; }
          query() { "$RAG" query \(Rag.canary) --where "batch = \\"d$1\\"" --mode lexical -k 1000 --hits-only --json; }
          for ((n = 0; n < 60; n++)); do
            ingest $n 2> errors; status=$?
            [[ $status == 0 ]] || break
          done
          echo "full $n $status $(wc -l < errors) $(head -n 1 errors)"
          query 0 > before; echo "query $?"
          ingest $n 2> errors; echo "again $?"
          mount -o remount,size=64m disk || exit 99
          ingest $n; echo "larger $?"
          query 0 > after; echo "query $?"
          cmp before after; echo "same $?"
          for ((m = 0; m <= n; m++)); do query $m | grep -c '"rank"'; done | sort -n | head -n 1
          cp -a disk/index index
          END
          \(unshare) bash script
          """)
        tally.rounds += 1
        try #require(run.status == 0, "\(run.errors)")
        let lines = run.text.split(separator: "\n").map(String.init)
        let full = lines.first { $0.hasPrefix("full ") } ?? ""
        let words = full.split(separator: " ")
        let last = words.count > 1 ? Int(words[1]) ?? 0 : 0
        if words.count < 5 || words[2] != "74" || words[3] != "1" || !full.contains("rag: error: ")
        {
          tally.others.append("a full disk: \(full)")
        } else {
          tally.refused += 1
        }
        for wanted in ["query 0", "larger 0", "same 0"] where !lines.contains(wanted) {
          tally.others.append("\(wanted) is missing of: \(lines.joined(separator: ", "))")
        }
        if !lines.contains("again 74") { tally.notes.append("the retry on the full disk succeeds") }
        for batch in batches.prefix(last + 1) {
          ledger.acknowledge(batch)
          try ledger.check(batch.name, in: scratch, "at the end", into: &tally)
        }
        tally.notes.append("full after \(last) ingests")
      }
      tally.conclude()
    }

    @Test("a limit on the size of files ends an ingest with status 74")
    func fileSize() throws {
      var tally = Tally("6", "ulimit -f, closed pipe")
      try Scratch.run { scratch in
        let batch = Batch("f", count: 200)
        let arguments = try batch.ingest(in: scratch).map { "'\($0)'" }.joined(separator: " ")
        for kibibytes in [0, 1, 4, 16, 32, 64, 128, 256, 512, 1024, 4096, 65536] {
          tally.rounds += 1
          try? FileManager.default.removeItem(atPath: scratch.index)
          let place = "ulimit -f \(kibibytes)"
          // Messages go through a pipe, which has no such limit.
          let run = try scratch.shell(
            "(ulimit -f \(kibibytes); \"$RAG\" \(arguments) 2>&1 >/dev/null; echo \"ends $?\") | cat"
          )
          let lines = run.text.split(separator: "\n")
          if lines.last == "ends 0" {
            tally.same += 1
          } else if lines.last == "ends 74", lines.count == 2, lines[0].hasPrefix("rag: error: "),
            lines[0].contains("ulimit -f") || lines[0].contains("free some space")
          {
            // Not any I/O error: a file that is as large as it may be is told as a full disk.
            tally.refused += 1
          } else {
            tally.others.append("\(place): \(run.text.prefix(300))")
          }
          var ledger = Ledger()
          ledger.begin(batch)
          let again = try scratch.shell("\"$RAG\" \(arguments)")
          if again.status != 0 { tally.others.append("\(place), again: \(again.errors)") }
          ledger.acknowledge(batch)
          try ledger.check("f", in: scratch, place, into: &tally)
        }
        tally.rounds += 1
        let run = try scratch.shell(
          "\"$RAG\" query \(Rag.canary) -k 1000 --hits-only --json | head -n 1; echo ${PIPESTATUS[0]}"
        )
        if tally.refused == 0 { tally.others.append("no file was too large") }
        if run.text != "{\n0\n" || !run.errors.isEmpty {
          tally.others.append("closed pipe: \(run.text) \(run.errors)")
        }
      }
      tally.conclude()
    }

    @Test("few open files give the same answers, or one line that says so")
    func descriptors() throws {
      var tally = Tally("6", "ulimit -n")
      try Scratch.run { scratch in
        let image = try LexicalIndex.image()
        try image.restore(to: scratch.index)
        let answers = try Probe.lexical.answers(scratch.index, in: scratch)
        let query = Probe.lexical.queries[0].map { "'\($0)'" }.joined(separator: " ")
        let batch = Batch("n", count: 20)
        let ingest = try batch.ingest(in: scratch).map { "'\($0)'" }.joined(separator: " ")
        for count in [5, 6, 7, 8, 9, 10, 12, 14, 16, 20, 24, 28, 31, 32, 40, 64] {
          let limit = "ulimit -c 0; ulimit -n \(count); exec \"$RAG\" "
          try image.restore(to: scratch.index)
          let whole = Data("the index is whole\n".utf8)
          for (command, expected) in [
            (query, answers[0].output), ("verify", whole), (ingest, nil),
          ] {
            tally.rounds += 1
            let place = "\(command.prefix(6)) with ulimit -n \(count)"
            let run = try scratch.shell(limit + command)
            if run.status == 0, run.errors.isEmpty {
              tally.same += 1
              if let expected, run.output != expected { tally.wrong.append(place) }
            } else if [2, 74].contains(run.status), run.hasOneError,
              run.errors.contains("ulimit -n")
            {
              tally.refused += 1
            } else {
              tally.others.append("\(place): \(run.end) \(run.errors.prefix(300))")
            }
          }
          if try scratch.rag(["verify"]).status != 0 {
            tally.others.append("with ulimit -n \(count) something broke")
          }
        }
      }
      tally.conclude()
    }

    @Test("little memory gives the same answers or an end, and never a half document")
    func memory() throws {
      var tally = Tally("7", "ulimit -v")
      var aborts = 0
      try Scratch.run { scratch in
        try LexicalIndex.image().restore(to: scratch.index)
        let old = Batch("m", count: 150)
        try #require(try scratch.rag(try old.ingest(in: scratch)).status == 0)
        let answers = try Probe.lexical.answers(scratch.index, in: scratch)
        let new = old.changed(every: 2, dropping: 5)
        let arguments = try new.ingest(in: scratch).map { "'\($0)'" }.joined(separator: " ")
        let image = try IndexImage(scratch.index)
        let query = Probe.lexical.queries[0].map { "'\($0)'" }.joined(separator: " ")
        let run = { (kibibytes: Int, command: String) in
          try scratch.shell(
            "ulimit -c 0; ulimit -v \(kibibytes); export SWIFT_BACKTRACE=enable=no; "
              + "exec timeout -s KILL 60 \"$RAG\" \(command)")
        }
        // What a query needs on this machine: from there on memory ends while something is done.
        var (tooLittle, enough) = (16 << 10, 2 << 20)
        try #require(try run(enough, query).status == 0)
        while enough - tooLittle > 1 << 10 {
          let middle = (tooLittle + enough) / 2
          if try run(middle, query).status == 0 { enough = middle } else { tooLittle = middle }
        }
        let steps = Plan.rounds(8, full: 80)
        for step in 0..<steps {
          tally.rounds += 1
          let kibibytes =
            step % 4 == 1
            ? enough + step * (16 << 10) / steps : (40 + step * step * 1500 / (steps * steps)) << 10
          let place = "ulimit -v \(kibibytes)"
          try image.restore(to: scratch.index)
          let asked = try run(kibibytes, query)
          if asked.status == 0, asked.output != answers[0].output { tally.wrong.append(place) }
          var ledger = Ledger()
          ledger.acknowledge(old)
          ledger.begin(new)
          let ingested = try run(kibibytes, arguments)
          for run in [asked, ingested] {
            switch run.end {
            case .exit(0): tally.same += 1
            case .exit(2) where run.hasOneError, .exit(74) where run.hasOneError:
              tally.refused += 1
            // The loader of shared libraries, before the command has begun.
            case .exit(127) where run.errors.contains("error while loading shared libraries"):
              tally.refused += 1
            // Swift ends a process that gets no memory by an abort or a trap; libraries in C may
            // use what they did not get.
            case .signal(SIGABRT), .signal(SIGILL), .signal(SIGTRAP), .signal(SIGSEGV):
              aborts += 1
              tally.refused += 1
            // So long libdispatch may wait for a thread that it cannot start.
            case .signal(SIGKILL), .exit(137), .hung: tally.crashes.append("\(place): hung")
            case .exit, .signal:
              tally.others.append("\(place): ended \(run.end): \(run.errors.prefix(300))")
            }
          }
          if ingested.end == .exit(0) { ledger.acknowledge(new) }
          let chunks = try ledger.check("m", in: scratch, place, into: &tally)
          if chunks == 0 { tally.lost.append("\(place): all") }
        }
      }
      tally.notes.append("\(aborts) ended by the runtime")
      tally.conclude()
    }

    @Test("a directory that may not be looked into keeps its documents in the index")
    func unsearchable() throws {
      var tally = Tally("18", "a directory without permission")
      // Root may look into all.
      let user = Plan.isRoot ? "setpriv --reuid=65534 --regid=65534 --clear-groups" : ""
      for options in ["", "--include '*.txt'", "--exclude '*.log'"] {
        try Scratch.run { scratch in
          let ingest = "\(user) \"$RAG\" ingest docs \(options)"
          let preparation = try scratch.shell(
            """
            mkdir -p docs/shut docs/open
            for n in 0 1 2 3 4 5; do
              echo "whale $n" > docs/shut/$n.txt; echo "seal $n" > docs/open/$n.txt
            done
            chmod -R a+rwX .
            \(ingest)
            """)
          try #require(preparation.status == 0, "\(preparation.errors)")
          tally.rounds += 1
          let run = try scratch.shell(
            """
            rm docs/open/0.txt
            chmod 0 docs/shut
            \(ingest); status=$?
            chmod 755 docs/shut
            exit $status
            """)
          let documents = try scratch.rag("status", "--json").json()["documents"] as? Int
          if run.status == 3, documents == 11 {
            tally.same += 1
          } else {
            tally.others.append(
              "'\(options)' ended \(run.end) with \(documents ?? 0) documents: \(run.errors)")
          }
        }
      }
      tally.conclude()
    }

    @Test("an index that cannot be written answers, and refuses an ingest with one line")
    func readOnly() throws {
      guard Plan.isRoot else {
        return Tally.skip("22", "an index that cannot be written", because: "it needs root")
      }
      var tally = Tally("22", "an index that cannot be written")
      for subject in DamageTests.Subject.allCases where subject.canBeMade {
        let image = try subject.image()
        try readOnly(image, of: subject, "", into: &tally)
        // Written back by the last who closed it, a log may be gone, as in a copy.
        guard image.files["rag.sqlite-wal"]?.isEmpty == true else { continue }
        var copy = image
        copy.files = copy.files.filter { !$0.key.contains("rag.sqlite-") }
        try readOnly(copy, of: subject, ", no log", into: &tally)
      }
      tally.conclude()
    }

    private func readOnly(
      _ image: IndexImage, of subject: DamageTests.Subject, _ state: String,
      into tally: inout Tally
    ) throws {
      try Scratch.run(encoder: subject.encoder, dimensions: subject.dimensions) { scratch in
        try image.restore(to: scratch.index)
        let probe = subject == .words ? Probe.lexical.queries[0] : Probe.hybrid.queries[2]
        let answer = try scratch.rag(probe)
        try #require(answer.status == 0)
        try image.restore(to: scratch.index)
        let arguments = try Batch("r", count: 5).ingest(in: scratch)
        let query = probe.map { "'\($0)'" }.joined(separator: " ")
        let ingest = arguments.map { "'\($0)'" }.joined(separator: " ")
        // Another user cannot look into the home of root, where the model may be.
        let model =
          subject.encoder == "none"
          ? ""
          : "mount --bind \"\(subject.encoder)\" model && export RAG_ENCODER=\"$PWD/model\" && "
        // As another user, and on a file system that is mounted to be read.
        let ways = [
          (
            "as another user", "mkdir -p model; chmod -R a+rX,go-w . ; chmod 755 .",
            "\(model)exec setpriv --reuid=65534 --regid=65534 --clear-groups \"$@\""
          ),
          (
            "on a file system to be read", "",
            "mount --bind index index && mount -o remount,ro,bind index && \"$@\""
          ),
        ]
        for (way, preparation, script) in ways {
          let place = "\(subject.rawValue), \(way)\(state)"
          let prefix = "unshare -m bash -c '\(script)' -"
          tally.rounds += 1
          _ = try scratch.shell(preparation)
          let before = try IndexImage(scratch.index)
          let asked = try scratch.shell("\(prefix) \"$RAG\" \(query)")
          if asked.status != 0 || asked.output != answer.output || !asked.errors.isEmpty {
            tally.wrong.append("\(place): query ended \(asked.end): \(asked.errors)")
          } else {
            tally.same += 1
          }
          let refused = try scratch.shell("\(prefix) \"$RAG\" \(ingest)")
          if refused.status == 74, refused.hasOneError, refused.errors.contains("cannot be written")
          {
            tally.refused += 1
          } else {
            tally.others.append("\(place): ingest ended \(refused.end): \(refused.errors)")
          }
          if Rag.verifies {
            let verify = try scratch.shell("\(prefix) \"$RAG\" verify")
            if verify.status != 0 {
              tally.others.append("\(place): verify: \(verify.text)\(verify.errors)")
            }
          }
          let after = try IndexImage(scratch.index)
          if Set(after.files.keys) != Set(before.files.keys) {
            tally.others.append(
              "\(place): files are now \(after.files.keys.sorted()), not \(before.files.keys.sorted())"
            )
          }
        }
      }
    }
  }
}
