import Foundation
import Glibc
import Synchronization
import Testing

extension Faults {
  @Suite("Several processes")
  struct ConcurrencyTests {
    /// What all processes saw together.
    private final class Seen: Sendable {
      let total = Mutex(Tally("21", "two writers, four readers"))
      let busy = Atomic(0)
      let commits = Atomic(0)
    }

    @Test("that write and read at once see whole documents and no errors")
    func matrix() throws {
      let title = "two writers, four readers"
      let seen = Seen()
      let seconds = Plan.rounds(5, full: 60)
      try Scratch.run { scratch in
        let batches = ["x", "y"].map { Batch($0, count: 120) }
        for batch in batches {
          try #require(try scratch.rag(try batch.ingest(in: scratch)).status == 0)
        }
        let deadline = ContinuousClock.now + .seconds(seconds)
        together(6) { worker in
          var tally = Tally("21", title)
          do {
            if worker < 2 {
              var batch = batches[worker]
              while ContinuousClock.now < deadline {
                batch = batch.changed(every: 1)
                let wait = worker == 0 ? ["--wait", "60"] : ["--wait", "0"]
                let run = try scratch.rag(try batch.ingest(in: scratch) + wait)
                guard tally.survived(run, "writer \(worker)") else { continue }
                switch run.status {
                case 0: seen.commits.add(1, ordering: .relaxed)
                case 75 where worker == 1 && run.hasOneError: seen.busy.add(1, ordering: .relaxed)
                default:
                  tally.others.append("writer \(worker) ended \(run.status ?? -1): \(run.errors)")
                }
              }
            } else {
              var highest = 0
              while ContinuousClock.now < deadline {
                tally.rounds += 1
                let name = worker % 2 == 0 ? "x" : "y"
                let found = try Inspection(of: name, in: scratch, index: scratch.index)
                let place = "reader \(worker), round \(tally.rounds)"
                hold(found, count: 120, highest: &highest, place, into: &tally)
              }
            }
          } catch {
            tally.others.append("worker \(worker): \(error)")
          }
          seen.total.withLock { $0.add(tally) }
        }
        try seen.total.withLock { tally in
          if tally.rounds == 0 { tally.others.append("nothing was read") }
          let chunks = try batches.reduce(0) {
            try $0 + Inspection(of: $1.name, in: scratch, index: scratch.index).chunkCount
          }
          try checkStatus(
            documents: 240, chunks: chunks, in: scratch, "at the end", into: &tally)
          tally.notes.append(
            "\(seen.commits.load(ordering: .relaxed)) commits, \(seen.busy.load(ordering: .relaxed)) times busy"
          )
        }
      }
      seen.total.withLock { $0.conclude() }
    }

    /// Holds what a reader found of a batch, which is one commit, against what it found before.
    private func hold(
      _ found: Inspection, count: Int, highest: inout Int, _ place: String,
      into tally: inout Tally
    ) {
      if let failure = found.failure {
        if tally.survived(failure, place) {
          tally.others.append("\(place): \(failure.status ?? -1): \(failure.errors)")
        }
        return
      }
      tally.halves += found.halves.map { "\(place): \($0)" }
      if found.documents.count != count {
        tally.lost.append("\(place): \(found.documents.count) of \(count) documents")
      }
      let versions = Set(found.documents.values.map(\.number))
      if versions.count != 1 { tally.halves.append("\(place): versions \(versions)") }
      if let version = versions.max() {
        if version < highest { tally.wrong.append("\(place): back to \(version)") }
        highest = max(highest, version)
        tally.same += 1
      }
    }

    @Test(
      "that ask by meaning while another folds and compacts find all of one state",
      .enabled(if: Rag.hasModel, Rag.modelRemedy))
    func graphs() throws {
      let title = "a writer of graphs, three readers"
      let total = Mutex(Tally("21", title))
      let graphs = Mutex<Set<String>>([])
      let seconds = Plan.rounds(5, full: 60)
      let image = try GraphIndex.dueImage()
      try Scratch.run(encoder: Rag.model, dimensions: GraphIndex.dimensions) { scratch in
        try image.restore(to: scratch.index)
        let count = GraphIndex.last.documents.count
        let deadline = ContinuousClock.now + .seconds(seconds)
        together(4) { worker in
          var tally = Tally("21", title)
          do {
            if worker == 0 {
              var batch = GraphIndex.last
              while ContinuousClock.now < deadline {
                batch = batch.changed(every: 1)
                for command in [try batch.ingest(in: .shared), ["compact"]] {
                  let run = try scratch.rag(command)
                  guard tally.survived(run, command[0]) else { continue }
                  if run.status != 0 { tally.others.append("\(command[0]): \(run.errors)") }
                  let names = try IndexImage.generationNames(in: scratch.index)
                  graphs.withLock { $0.formUnion(names.filter { $0.hasSuffix(".graph") }) }
                }
              }
            } else {
              var highest = 0
              // Of a batch that changes, or that is a graph's from the beginning.
              let (name, count) = worker == 1 ? ("a", GraphIndex.batchCount) : ("t", count)
              while ContinuousClock.now < deadline {
                tally.rounds += 1
                let found = try Inspection(
                  of: name, in: scratch, index: scratch.index,
                  mode: worker > 1 && tally.rounds % 2 == 0 ? "hybrid" : "vector")
                hold(
                  found, count: count, highest: &highest,
                  "reader \(worker), round \(tally.rounds)", into: &tally)
              }
            }
          } catch {
            tally.others.append("worker \(worker): \(error)")
          }
          total.withLock { $0.add(tally) }
        }
        try total.withLock { tally in
          let made = graphs.withLock { $0.subtracting(image.generationNames).count }
          if made < 2 { tally.others.append("\(made) graphs were written beside the readers") }
          let documents = GraphIndex.dueLedger.documentCount
          try checkStatus(
            documents: documents, chunks: documents, in: scratch, "at the end", into: &tally)
          try Recall.judge(in: scratch, "at the end", into: &tally)
          tally.notes.append("\(made) graphs written")
        }
      }
      total.withLock { $0.conclude() }
    }

    @Test("that write wait for each other or end with status 75, and a dead one holds nothing")
    func locked() throws {
      var tally = Tally("21", "a writer at work, then killed")
      try Scratch.run { scratch in
        let batch = Batch("x", count: 20)
        try #require(try scratch.rag(try batch.ingest(in: scratch)).status == 0)
        // The converter says when it runs, and ends when it may: a writer is at work meanwhile.
        try scratch.write("slow.held", "held \(Rag.canary)")
        try #require(try scratch.shell("mkfifo ready go").status == 0)
        let script = try scratch.write(
          "convert.sh", "echo > '\(scratch.path)/ready'; cat '\(scratch.path)/go'; cat \"$1\"\n")
        let writer = try scratch.start(
          [
            "ingest", scratch.path + "/slow.held", "--convert", ".held=sh '\(script)' {}",
          ] + Batch.chunking)
        try #require(try scratch.shell("read < ready").status == 0)
        tally.rounds += 1
        let other = try scratch.start(
          try batch.changed().ingest(in: scratch) + ["--wait", "0"])
        // Far longer than it takes to begin and to find the lock taken.
        if !other.ends(within: 4_000) { tally.others.append("--wait 0 waits for seconds") }
        let second = scratch.checked(other.finish())
        if second.status != 75 || !second.hasOneError {
          tally.others.append("the second writer ended \(second.end): \(second.errors)")
        } else {
          tally.refused += 1
        }
        for command in [["delete", "x.jsonl#1"], ["compact"]]
        where command[0] == "delete" || Rag.compacts {
          let run = try scratch.rag(command)
          // These wait for a while, as long as they are made to.
          if run.status != 75 {
            tally.others.append("\(command[0]) ended \(run.end): \(run.errors)")
          }
        }
        var ledger = Ledger()
        ledger.acknowledge(batch)
        try ledger.check("x", in: scratch, "while a writer is at work", into: &tally)
        writer.send(SIGKILL)
        // The converter holds the end of the pipe that tells of the writer's end, and its lock if
        // it could.
        tally.rounds += 1
        let third = try scratch.rag(try batch.changed().ingest(in: scratch) + ["--wait", "5"])
        if third.status != 0 {
          tally.others.append("after the writer was killed: \(third.end): \(third.errors)")
        }
        ledger.acknowledge(batch.changed())
        try ledger.check("x", in: scratch, "after a writer was killed", into: &tally)
        _ = try scratch.shell("timeout 10 bash -c 'echo > go'")
        _ = writer.finish()
      }
      tally.conclude()
    }
  }
}
