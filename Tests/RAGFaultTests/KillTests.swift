import Foundation
import Glibc
import Testing

extension Faults {
  @Suite("An ingest that is killed or stopped")
  struct KillTests {
    @Test("loses nothing acknowledged, leaves no half document, and needs no repair")
    func kill() throws {
      try strike("1", "kill -9 during ingest", SIGKILL, rounds: Plan.rounds(40, full: 200))
    }

    @Test("by Ctrl-C ends with status 130, and the same command goes on from there")
    func interrupt() throws {
      try strike("23", "Ctrl-C during ingest", SIGINT, rounds: Plan.rounds(12, full: 60))
    }

    /// Ingests batch after batch until the signal comes, then looks at what is there.
    private func strike(_ row: String, _ title: String, _ signal: Int32, rounds: Int) throws {
      var tally = Tally(row, title)
      var random = Random(title)
      var ledger = Ledger()
      var known: [Batch] = []
      var chunks: [String: Int] = [:]
      var slowest = Duration.zero
      try Scratch.run { scratch in
        for round in 1...rounds {
          tally.rounds += 1
          let place = "round \(round)"
          let deadline = ContinuousClock.now + .milliseconds(10 + random.below(490))
          var touched: Set<String> = []
          var last: Batch?
          while true {
            let batch: Batch
            if !known.isEmpty, random.below(3) == 0 {
              batch = known.remove(at: random.below(known.count))
                .changed(every: 1 + random.below(3), dropping: random.below(2) == 0 ? 7 : nil)
            } else {
              batch = Batch("k\(round)n\(touched.count)", count: 100 + random.below(220))
            }
            let arguments = try batch.ingest(in: scratch)
            touched.insert(batch.name)
            ledger.begin(batch)
            known.append(batch)
            let process = try scratch.start(arguments)
            if !process.ends(within: max(0, Int((deadline - .now) / .milliseconds(1)))) {
              process.send(signal)
              let sent = ContinuousClock.now
              let run = scratch.checked(process.finish())
              slowest = max(slowest, .now - sent)
              last = batch
              if run.status == 0 {
                ledger.acknowledge(batch)
              } else if signal == SIGKILL ? run.end != .signal(SIGKILL) : run.status != 130 {
                // A signal that comes before the program has begun does what it does by default.
                if run.end == .signal(signal) {
                  tally.notes = ["some before the program had begun"]
                } else {
                  tally.others.append("\(place): ended \(run.end): \(run.errors)")
                }
              }
              break
            }
            let run = scratch.checked(process.finish())
            if run.status == 0 {
              ledger.acknowledge(batch)
            } else {
              tally.others.append("\(place): ingest ended \(run.end): \(run.errors)")
            }
          }
          // No index at all is right only where nothing was acknowledged.
          let status = try scratch.rag("status", "--json")
          if status.status == 2, chunks.values.allSatisfy({ $0 == 0 }), ledger.mayBeEmpty {
            tally.refused += 1
            ledger.noteEmpty()
          } else {
            for name in touched {
              chunks[name] = try ledger.check(name, in: scratch, place, into: &tally)
            }
            try checkStatus(
              documents: ledger.documentCount, chunks: chunks.values.reduce(0, +), in: scratch,
              place, into: &tally)
          }
          if let last, random.below(2) == 0 {
            let run = try scratch.rag(try last.ingest(in: scratch))
            if run.status == 0 {
              ledger.acknowledge(last)
            } else {
              tally.others.append("\(place): the next ingest ended \(run.end): \(run.errors)")
            }
            chunks[last.name] = try ledger.check(last.name, in: scratch, place, into: &tally)
          }
        }
        for batch in known {
          let place = "at the end"
          chunks[batch.name] = try ledger.check(batch.name, in: scratch, place, into: &tally)
          guard let index = batch.documents.keys.randomElement(using: &random) else { continue }
          let run = try scratch.rag(
            "query", batch.word(index), "--mode", "lexical", "--hits-only", "--json")
          let isThere = ledger.batches[batch.name]?[index] != [nil]
          if run.status != (isThere ? 0 : 1) {
            tally.others.append("\(place): \(batch.word(index)): status \(run.status ?? -1)")
          }
        }
        try checkStatus(
          documents: ledger.documentCount, chunks: chunks.values.reduce(0, +), in: scratch,
          "at the end", into: &tally)
      }
      tally.notes.append("\(ledger.documentCount) documents at the end")
      if signal == SIGINT { tally.notes.append("stopped within \(slowest)") }
      tally.conclude()
    }

    @Test(
      "while it writes a graph leaves the old one or the new one",
      .enabled(if: Rag.hasModel, Rag.modelRemedy))
    func fold() throws {
      var tally = Tally("1", "kill -9 while the graph is written")
      var random = Random("fold")
      let image = try GraphIndex.dueImage()
      let names = image.generationNames
      var struck = 0
      try Scratch.run(encoder: Rag.model, dimensions: GraphIndex.dimensions) { scratch in
        let more = Batch("more", count: GraphIndex.last.documents.count, parts: 1...1)
        let commands = [try more.ingest(in: scratch), ["compact"]]
        // The time that they take here, to spread the kills over.
        let spans = try commands.map { arguments in
          try image.restore(to: scratch.index)
          let start = ContinuousClock.now
          try #require(try scratch.rag(arguments).status == 0)
          let span = Int((ContinuousClock.now - start) / .milliseconds(1))
          try #require(try IndexImage(scratch.index).generationNames != names)
          return span
        }
        for round in 1...Plan.rounds(8, full: 60) {
          tally.rounds += 1
          let place = "round \(round)"
          try image.restore(to: scratch.index)
          let number = round % 2
          var ledger = GraphIndex.dueLedger
          if number == 0 { ledger.begin(more) }
          let process = try scratch.start(commands[number])
          if round % 4 < 2 {
            _ = process.ends(within: spans[number] * (30 + random.below(70)) / 100)
          } else {
            // Files of the next graph are there for a small part of the time.
            let deadline = ContinuousClock.now + .milliseconds(ChildProcess.patience)
            while ContinuousClock.now < deadline, !process.ends(within: 1),
              try IndexImage.generationNames(in: scratch.index) == names
            {}
            _ = process.ends(within: random.below(8))
          }
          process.send(SIGKILL)
          let run = scratch.checked(process.finish())
          if run.status == 0, number == 0 { ledger.acknowledge(more) }
          let left = try IndexImage.generationNames(in: scratch.index)
          // The files of the graph before go when the new one is committed.
          if run.status == nil, left != names, names.allSatisfy(left.contains) { struck += 1 }
          var chunks = 0
          for name in ledger.batches.keys.sorted() {
            chunks += try ledger.check(name, in: scratch, place, into: &tally)
          }
          try checkStatus(
            documents: ledger.documentCount, chunks: chunks, in: scratch, place, into: &tally)
          // The graph finds what a comparison with all vectors finds.
          try Recall.judge(in: scratch, place, into: &tally)
        }
      }
      if struck == 0 { tally.others.append("no kill met a graph that was being written") }
      tally.notes.append("\(struck) with files of both graphs")
      tally.conclude()
    }
  }
}

extension Ledger {
  /// Whether nothing at all was acknowledged so far.
  var mayBeEmpty: Bool {
    batches.values.allSatisfy { $0.values.allSatisfy { $0.contains(nil) } }
  }
}
