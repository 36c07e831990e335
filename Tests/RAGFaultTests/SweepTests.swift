import Foundation
import Glibc
import Testing

extension Faults {
  @Suite("An I/O call")
  struct SweepTests {
    /// What the shim does to the chosen call.
    enum Fault: String, Sendable {
      case kill, torn, eio, enospc, short
      /// Of a call that reads.
      case readeio

      /// Those of calls that change something.
      static let ofChanges: [Fault] = [.kill, .torn, .eio, .enospc, .short]
    }

    @Test(
      "of a first ingest that fails, is cut short or is the last one leaves a whole index",
      arguments: Fault.ofChanges)
    func create(_ fault: Fault) throws {
      try Scratch.run { scratch in
        try sweep(fault, "a first ingest", image: nil, Batch("s", count: 30), in: scratch)
      }
    }

    @Test(
      "of an ingest of changes that fails, is cut short or is the last one leaves a whole index",
      arguments: Fault.ofChanges)
    func update(_ fault: Fault) throws {
      try Scratch.run { scratch in
        let old = Batch("s", count: 40)
        try #require(try scratch.rag(try old.ingest(in: scratch)).status == 0)
        let image = try IndexImage(scratch.index)
        try sweep(
          fault, "an ingest of changes", image: image, before: old,
          old.changed(every: 3, dropping: 8).merged(with: 10), in: scratch)
      }
    }

    @Test(
      "of an ingest that writes a graph leaves a whole index",
      .enabled(if: Rag.hasModel, Rag.modelRemedy), arguments: Fault.ofChanges)
    func fold(_ fault: Fault) throws {
      try Scratch.run(encoder: Rag.model, dimensions: GraphIndex.dimensions) { scratch in
        let old = GraphIndex.last
        try sweep(
          fault, "an ingest that writes a graph", image: try GraphIndex.dueImage(), before: old,
          old.changed(every: 2, dropping: 8), in: scratch, from: .shared, writesGraph: true,
          others: GraphIndex.dueLedger.documentCount - old.documents.count, bounded: 8)
      }
    }

    @Test(
      "of rag compact leaves a whole index", .enabled(if: Rag.compacts),
      arguments: Fault.ofChanges)
    func compact(_ fault: Fault) throws {
      try Scratch.run { scratch in
        let first = Batch("s", count: 60)
        let second = first.changed(every: 2, dropping: 3)
        for batch in [first, second] {
          try #require(try scratch.rag(try batch.ingest(in: scratch)).status == 0)
        }
        try sweep(
          fault, "rag compact", image: try IndexImage(scratch.index), before: second, second,
          command: ["compact"], in: scratch)
      }
    }

    @Test("of an ingest that reads and fails leaves a whole index")
    func read() throws {
      try Scratch.run { scratch in
        let old = Batch("s", count: 40)
        try #require(try scratch.rag(try old.ingest(in: scratch)).status == 0)
        try sweep(
          .readeio, "an ingest of changes", image: try IndexImage(scratch.index), before: old,
          old.changed(every: 3, dropping: 8).merged(with: 10), in: scratch)
      }
    }

    @Test(
      "of rag delete --where leaves a whole index",
      arguments: Fault.ofChanges + [.readeio])
    func delete(_ fault: Fault) throws {
      try Scratch.run { scratch in
        let old = Batch("s", count: 60)
        try #require(try scratch.rag(try old.ingest(in: scratch)).status == 0)
        var rest = old
        rest.documents = rest.documents.filter { $0.key >= 25 }
        try sweep(
          fault, "rag delete --where", image: try IndexImage(scratch.index), before: old, rest,
          command: ["delete", "--where", #"batch = "s" and number < 25"#], in: scratch,
          again: [0, 1], bounded: 6)
      }
    }

    @Test("of rag import leaves a whole index", arguments: Fault.ofChanges + [.readeio])
    func `import`(_ fault: Fault) throws {
      try Scratch.run { scratch in
        let old = Batch("s", count: 40)
        let new = old.changed(every: 3).merged(with: 30)
        var images: [IndexImage] = []
        for batch in [old, new] {
          try #require(try scratch.rag(try batch.ingest(in: scratch)).status == 0)
          images.append(try IndexImage(scratch.index))
        }
        let export = try scratch.write("export.jsonl", try scratch.rag("export").text)
        try sweep(
          fault, "rag import", image: images[0], before: old, new, command: ["import", export],
          in: scratch, bounded: 6)
      }
    }

    @Test("that is the last one, with the log lost too, leaves a whole state or an error")
    func lostLog() throws {
      let title = "kill at each call of an ingest, and its log lost"
      guard let shim = try FaultLibrary.shim() else {
        return Tally.skip("2", title, because: "there is no C compiler")
      }
      try Scratch.run { scratch in
        let old = Batch("s", count: 40)
        try #require(try scratch.rag(try old.ingest(in: scratch)).status == 0)
        let image = try IndexImage(scratch.index)
        let before = try scratch.rag("export").output
        let arguments = try old.changed(every: 3, dropping: 8).merged(with: 10).ingest(in: scratch)
        let log = scratch.path + "/calls"
        let clean = try scratch.rag(
          arguments, shim.environment(scratch.index, call: 0, "kill", log: log))
        try #require(clean.status == 0, "\(clean.errors)")
        let after = try scratch.rag("export").output
        let count = try String(contentsOfFile: log, encoding: .utf8).split(separator: "\n").count
        var random = Random(title)
        let chosen = Plan.spread(count, bounded: 24, full: .max, &random)
        let tally = try Workers.tally(chosen, in: scratch, { Tally("2", title) }) {
          number, worker, tally in
          tally.rounds += 1
          try image.restore(to: worker.index)
          _ = try worker.rag(
            arguments, shim.environment(worker.index, call: number + 1, "kill", log: nil))
          let killed = try IndexImage(worker.index)
          // What the log holds is a third state that is whole.
          let recovered = try worker.rag("export").output
          try killed.replacing("rag.sqlite-wal", with: nil).replacing("rag.sqlite-shm", with: nil)
            .restore(to: worker.index)
          let run = try worker.rag("export")
          guard tally.survived(run, "call \(number)") else { return }
          if run.status != 0 {
            tally.refused += 1
          } else if [before, after, recovered].contains(run.output) {
            tally.same += 1
          } else {
            tally.wrong.append("call \(number): a state that never was")
          }
        }
        tally.conclude()
      }
    }

    /// Runs a command again and again, with the fault at another of its calls each time.
    ///
    /// So many `others`, documents of one chunk, are in the index too and stay as they are.
    private func sweep(
      _ fault: Fault, _ job: String, image: IndexImage?, before: Batch? = nil, _ after: Batch,
      command: [String]? = nil, in scratch: Scratch, from files: Scratch? = nil,
      again statuses: Set<Int32> = [0], writesGraph: Bool = false, others: Int = 0,
      bounded: Int = 24
    ) throws {
      let row = fault == .kill || fault == .torn ? "2" : "3"
      let title = "\(fault.rawValue) at each call of \(job)"
      guard let shim = try FaultLibrary.shim() else {
        return Tally.skip(row, title, because: "there is no C compiler")
      }
      let arguments = try command ?? after.ingest(in: files ?? scratch)
      let restore = { @Sendable (index: String) throws -> Void in
        if let image {
          try image.restore(to: index)
        } else {
          try? FileManager.default.removeItem(atPath: index)
        }
      }
      // Undisturbed: how many calls there are, and what files there are in the end.
      let log = scratch.path + "/calls"
      try restore(scratch.index)
      let clean = try scratch.rag(
        arguments, shim.environment(scratch.index, call: 0, fault.rawValue, log: log))
      try #require(clean.status == 0, "\(clean.errors)")
      let calls = try String(contentsOfFile: log, encoding: .utf8).split(separator: "\n")
      let kinds = try IndexImage.kinds(in: scratch.index)
      try #require(calls.count > 10)
      let ofGraph = calls.indices.filter { calls[$0].contains(#/g[0-9]+\.(graph|terms)/#) }
      if writesGraph {
        try #require(
          try IndexImage(scratch.index).generationNames != image?.generationNames,
          "no new graph was due")
        for call in ["pwrite ", "fsync ", "rename "] {
          try #require(
            ofGraph.contains { calls[$0].contains(call) && calls[$0].contains(".graph") },
            "\(call)of a graph does not go through the shim")
        }
      }

      var random = Random(title)
      var chosen = Plan.spread(calls.count, bounded: bounded, full: .max, &random)
      if chosen.count < calls.count, !ofGraph.isEmpty {
        // The graph is a small part of all calls, and half of those that are tried.
        let some = Plan.spread(ofGraph.count, chosen.count / 2, &random).map { ofGraph[$0] }
        let more = Plan.spread(calls.count, chosen.count - some.count, &random)
        chosen = Set(some + more).sorted()
      }
      var tally = try Workers.tally(chosen, in: scratch, { Tally(row, title) }) {
        number, worker, tally in
        let place =
          "call "
          + calls[number].replacingOccurrences(of: scratch.index, with: "index")
        tally.rounds += 1
        try restore(worker.index)
        var ledger = Ledger()
        if let before { ledger.acknowledge(before) }
        let run = try worker.rag(
          arguments,
          shim.environment(worker.index, call: number + 1, fault.rawValue, log: nil))
        ledger.begin(after)
        switch (fault, run.end) {
        case (_, .exit(0)):
          tally.same += 1
          ledger.acknowledge(after)
        case (.kill, .signal(SIGKILL)), (.torn, .signal(SIGKILL)): tally.refused += 1
        case (.eio, .exit(74)), (.enospc, .exit(74)), (.readeio, .exit(74)):
          tally.refused += 1
          if !run.hasOneError || (fault == .enospc && !run.errors.contains("space")) {
            tally.others.append("\(place): \(run.errors.prefix(300))")
          }
        case (_, .exit(let status)):
          tally.others.append("\(place): ended with \(status): \(run.errors.prefix(300))")
        default: _ = tally.survived(run, place)
        }
        // What is there is whole, whatever it is. No index is fine where there was none.
        if before == nil, run.end != .exit(0), try worker.rag("status").status == 2 {
        } else {
          let chunks = try ledger.check(after.name, in: worker, place, into: &tally)
          try checkStatus(
            documents: ledger.documentCount + others, chunks: chunks + others, in: worker, place,
            into: &tally)
        }
        // And the same command goes on from there, and cleans up.
        let again = try worker.rag(arguments)
        if tally.survived(again, place), !statuses.contains(again.status ?? -1) {
          tally.others.append(
            "\(place): again, it ended with \(again.status ?? -1): \(again.errors)")
          return
        }
        ledger.acknowledge(after)
        _ = try ledger.check(after.name, in: worker, place + ", again", into: &tally)
        let left = try IndexImage.kinds(in: worker.index)
        let stray = Set(left).subtracting(kinds)
        if !stray.isEmpty { tally.others.append("\(place): left over: \(stray.sorted())") }
      }
      tally.notes.append("\(calls.count) calls")
      if writesGraph {
        tally.notes.append("\(chosen.count { ofGraph.contains($0) }) of files of the graph")
      }
      tally.conclude()
    }
  }
}
