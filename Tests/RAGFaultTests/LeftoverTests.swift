import Foundation
import Glibc
import Testing

extension Faults {
  @Suite("What others left in an index")
  struct LeftoverTests {
    @Test("is opened safely: an empty directory, only a lock, half a first ingest")
    func beginnings() throws {
      var tally = Tally("31", "an empty directory, only a lock")
      try Scratch.run { scratch in
        for (place, files) in [("empty", []), ("lock", ["lock"])] {
          tally.rounds += 1
          try? FileManager.default.removeItem(atPath: scratch.index)
          try FileManager.default.createDirectory(
            atPath: scratch.index, withIntermediateDirectories: true)
          for name in files { try scratch.write("index/" + name, "") }
          for command in [["query", "alpha", "--mode", "lexical"], ["status"]] {
            let run = try scratch.rag(command)
            if tally.survived(run, place), run.status != 2 || !run.hasOneError {
              tally.others.append("\(place): \(command[0]) ended \(run.end): \(run.errors)")
            } else {
              tally.refused += 1
            }
          }
          let batch = Batch("l", count: 5)
          let run = try scratch.rag(try batch.ingest(in: scratch))
          if run.status != 0 { tally.others.append("\(place): ingest: \(run.errors)") }
          var ledger = Ledger()
          ledger.acknowledge(batch)
          try ledger.check("l", in: scratch, place, into: &tally)
        }
      }
      tally.conclude()
    }

    @Test(
      "is left by readers and taken away by the writer: files half written, other generations",
      .enabled(if: Rag.hasModel, Rag.modelRemedy),
      .disabled(if: !Rag.isChecksummed, "the writer cleans up only when it writes a graph"))
    func orphans() throws {
      var tally = Tally("31", "orphans of generations")
      var image = try GraphIndex.image()
      try Scratch.run(encoder: Rag.model, dimensions: GraphIndex.dimensions) { scratch in
        try image.restore(to: scratch.index)
        let answers = try Probe.hybrid.answers(scratch.index, in: scratch)
        var orphans: Set<String> = []
        for name in image.generationNames {
          let ending = name.drop { $0 != "." }
          for orphan in ["g999\(ending)", "g0\(ending)", "\(name).tmp", "g999\(ending).tmp"]
          where image.files[orphan] == nil {
            orphans.insert(orphan)
            image.files[orphan] = (image.files[name] ?? Data()).prefix(5_000)
          }
        }
        try image.restore(to: scratch.index)
        try Probe.hybrid.judge(
          scratch.index, against: answers, in: scratch, "with orphans", errors: [], into: &tally)
        let left = try IndexImage(scratch.index)
        if !orphans.isSubset(of: left.files.keys) { tally.others.append("a reader removed files") }
        let run = try scratch.rag(try Batch("l", count: 3).ingest(in: scratch))
        if run.status != 0 { tally.others.append("ingest: \(run.errors)") }
        let stray = orphans.intersection(try IndexImage(scratch.index).files.keys)
        if !stray.isEmpty { tally.others.append("the writer left \(stray.sorted())") }
        try Probe.hybrid.judge(
          scratch.index, against: try Probe.hybrid.answers(scratch.index, in: scratch),
          in: scratch, "afterwards", errors: [], into: &tally)
      }
      tally.conclude()
    }

    @Test(
      "is told when it does not fit: an older log beside a newer database",
      .disabled(if: !Rag.isChecksummed, "needs the checksummed store"))
    func oldLog() throws {
      var tally = Tally("31", "an older log beside a newer database, and so on")
      guard let shim = try FaultLibrary.shim() else {
        return Tally.skip("31", tally.title, because: "there is no C compiler")
      }
      try Scratch.run { scratch in
        var batch = Batch("a", count: 20)
        try #require(try scratch.rag(try batch.ingest(in: scratch)).status == 0)
        try #require(try scratch.rag(try Batch("b", count: 20).ingest(in: scratch)).status == 0)
        var olds: [IndexImage] = [try IndexImage(scratch.index)]
        for _ in 0..<4 {
          batch = batch.changed(every: 2)
          let image = try IndexImage(scratch.index)
          // A writer that ends empties its log: one that is killed when it has committed does not.
          olds.append(try killed(try batch.ingest(in: scratch), shim, in: scratch))
          try image.restore(to: scratch.index)
          try #require(try scratch.rag(try batch.ingest(in: scratch)).status == 0)
          olds.append(try IndexImage(scratch.index))
        }
        try #require(olds.contains { $0.files["rag.sqlite-wal"]?.isEmpty == false })
        let image = olds.removeLast()
        try image.restore(to: scratch.index)
        let answers = try Probe.lexical.answers(scratch.index, in: scratch)
        for (number, old) in olds.enumerated() {
          for (name, bytes) in old.files where image.files[name] != bytes {
            // Alone, the files of one and the same state are an index of that time.
            guard old.files.count > 1 else { continue }
            let isWhole = name.hasSuffix(".sqlite") && image.generationNames.isEmpty
            try image.replacing(name, with: bytes).restore(to: scratch.index)
            try Probe.lexical.judge(
              scratch.index, against: answers, in: scratch, "\(name) of commit \(number)",
              into: &tally)
            if isWhole { tally.notes = ["the database alone too"] }
          }
        }
      }
      tally.conclude()
    }

    /// What a writer leaves that is killed when all is in the log, and nothing of it in the database.
    private func killed(
      _ arguments: [String], _ shim: FaultLibrary, in scratch: Scratch
    ) throws -> IndexImage {
      let image = try IndexImage(scratch.index)
      let log = scratch.path + "/calls"
      try? FileManager.default.removeItem(atPath: log)
      _ = try scratch.rag(arguments, shim.environment(scratch.index, call: 0, "kill", log: log))
      let calls = try String(contentsOfFile: log, encoding: .utf8).split(separator: "\n")
      let writeBack = try #require(
        calls.firstIndex { $0.contains(" pwrite64 ") && $0.hasSuffix("/rag.sqlite") })
      try image.restore(to: scratch.index)
      let run = try scratch.rag(
        arguments, shim.environment(scratch.index, call: writeBack + 1, "kill", log: nil))
      try #require(run.end == .signal(SIGKILL))
      return try IndexImage(scratch.index)
    }

    @Test(
      "is rebuilt by the writer where it is lost: the files of a generation",
      .enabled(if: Rag.hasModel, Rag.modelRemedy))
    func lostGeneration() throws {
      var tally = Tally("31", "the files of a generation lost")
      let image = try GraphIndex.image()
      try Scratch.run(encoder: Rag.model, dimensions: GraphIndex.dimensions) { scratch in
        for name in image.generationNames {
          tally.rounds += 1
          try image.replacing(name, with: nil).restore(to: scratch.index)
          let run = try scratch.rag(Probe.hybrid.queries[2])
          if tally.survived(run, name), !(run.status == 0 ? run.warnsOfDamage : run.hasOneError) {
            tally.wrong.append("\(name) missing: query ended \(run.end): \(run.errors)")
          } else {
            tally.refused += 1
          }
          let ingest = try scratch.rag(try Batch("l", count: 3).ingest(in: scratch))
          guard tally.survived(ingest, name) else { continue }
          if ingest.status == 2 {
            // Then it says so, and 'rag repair' mends it.
            let repair = try scratch.rag("repair")
            if repair.status != 0 { tally.others.append("\(name): repair: \(repair.errors)") }
          } else if ingest.status != 0 {
            tally.others.append("\(name): ingest: \(ingest.errors)")
          }
          var ledger = GraphIndex.ledger
          for batch in GraphIndex.names {
            try ledger.check(batch, in: scratch, "\(name) lost", into: &tally)
          }
          let after = try scratch.rag(Probe.hybrid.queries[2])
          if after.status != 0 { tally.others.append("\(name): afterwards: \(after.errors)") }
        }
      }
      tally.conclude()
    }
  }
}
