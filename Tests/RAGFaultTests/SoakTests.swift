import Foundation
import Synchronization
import Testing

extension Faults {
  @Suite("Over a long time", .enabled(if: Plan.isFull, "tools/faults runs it"))
  struct SoakTests {
    @Test("memory, open files and size stay as they are")
    func soak() throws {
      var tally = Tally("32", "soak: ingest, query, delete")
      var random = Random("soak")
      var ledger = Ledger()
      var batches = (0..<12).map { Batch("s\($0)", count: 150) }
      var resident: [Int] = []
      var descriptors: [Int] = []
      var sizes: [Int] = []
      let minutes = Plan.rounds(0, full: 10)
      try Scratch.run { scratch in
        for batch in batches {
          try #require(try scratch.rag(try batch.ingest(in: scratch)).status == 0)
          ledger.acknowledge(batch)
        }
        let deadline = ContinuousClock.now + .seconds(60 * minutes)
        while ContinuousClock.now < deadline {
          tally.rounds += 1
          let place = "round \(tally.rounds)"
          let number = random.below(batches.count)
          if random.below(6) == 0 {
            let name = batches[number].name
            let run = try scratch.rag("delete", "--where", "batch = \"\(name)\"")
            if run.status != 0, run.status != 1 {
              tally.others.append("\(place): delete: \(run.errors)")
            }
            var empty = batches[number]
            empty.documents = [:]
            ledger.acknowledge(empty)
          } else {
            batches[number] = batches[number].changed(every: 1 + random.below(4))
            let process = try scratch.start(try batches[number].ingest(in: scratch))
            var most = 0
            while !process.ends(within: 20) {
              let path = "/proc/\(process.identifier)/fd"
              most = max(
                most, (try? FileManager.default.contentsOfDirectory(atPath: path).count) ?? 0)
            }
            let run = scratch.checked(process.finish())
            if run.status != 0 { tally.others.append("\(place): ingest \(run.end): \(run.errors)") }
            ledger.acknowledge(batches[number])
            resident.append(run.residentBytes)
            descriptors.append(most)
            sizes.append(try IndexImage(scratch.index).files.values.reduce(0) { $0 + $1.count })
          }
          try ledger.check(
            batches[random.below(batches.count)].name, in: scratch, place, into: &tally)
        }
        var chunks = 0
        for batch in batches {
          chunks += try ledger.check(batch.name, in: scratch, "at the end", into: &tally)
        }
        try checkStatus(
          documents: ledger.documentCount, chunks: chunks, in: scratch, "at the end", into: &tally)
      }
      for (name, values, allowance) in [
        ("resident bytes", resident, 1.3), ("open files", descriptors, 1.3), ("bytes", sizes, 2),
      ] where values.count >= 8 {
        func median(_ part: some Collection<Int>) -> Int { part.sorted()[part.count / 2] }
        let first = median(values.prefix(values.count / 4))
        let last = median(values.suffix(values.count / 4))
        tally.notes.append("\(name) \(first), then \(last)")
        if Double(last) > Double(first) * allowance {
          tally.others.append("\(name) grow from \(first) to \(last)")
        }
      }
      tally.conclude()
    }
  }

  @Suite("Messages")
  struct MessageTests {
    @Test("of errors, explanations and checks never show text of documents")
    func canaries() throws {
      var tally = Tally("29", "text of documents in messages")
      try Scratch.run { scratch in
        let image = try LexicalIndex.image()
        var random = Random("canaries")
        for round in 0..<Plan.rounds(20, full: 200) {
          var damaged = image
          if round > 0, let name = image.names.randomElement(using: &random),
            var bytes = image.files[name]
          {
            for _ in 0..<8 { bytes[random.below(bytes.count)] ^= 0xff }
            damaged.files[name] = bytes
          }
          try damaged.restore(to: scratch.index)
          let commands = [
            ["query", "silver", "--explain", "--mode", "lexical"], ["status"], ["doctor"],
            ["verify"], ["get", "1"], ["delete", "nothing"], ["repair"],
            ["query", "silver", "--mode", "lexical"],
          ]
          for command in commands where command[0] != "repair" || Rag.has("repair") {
            tally.rounds += 1
            let run = try scratch.rag(command)
            _ = tally.survived(run, "\(command[0]), round \(round)")
            let isData = ["query", "get"].contains(command[0])
            if !isData, run.text.contains(Rag.canary) {
              tally.others.append("\(command[0]) prints text of documents")
            }
          }
          // Nothing is left of it beside the index either: logs, crash reports.
          for name in try FileManager.default.subpathsOfDirectory(atPath: scratch.path)
          where !name.hasPrefix("index") {
            let bytes = FileManager.default.contents(atPath: scratch.path + "/" + name)
            if bytes?.range(of: Data(Rag.canary.utf8)) != nil {
              tally.others.append("\(name) holds text of documents")
            }
          }
        }
      }
      tally.others += Rag.leaks.withLock { $0 }.map { "a message: \($0.prefix(300))" }
      tally.conclude()
    }
  }
}
