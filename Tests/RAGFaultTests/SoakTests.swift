import Foundation
import Glibc
import Synchronization
import Testing

extension Faults {
  @Suite("Over a long time", .enabled(if: Plan.isFull, "tools/faults runs it"))
  struct SoakTests {
    @Test("memory, open files and size stay as they are, without vectors")
    func soak() throws {
      var tally = Tally("32", "soak: ingest, query, delete, without vectors")
      var random = Random("soak")
      var ledger = Ledger()
      var batches = (0..<12).map { Batch("s\($0)", count: 150) }
      var resident: [Int] = []
      var descriptors: [Int] = []
      var sizes: [Int] = []
      let minutes = Plan.rounds(0, full: 30)
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
      judge(
        [
          ("resident bytes", resident, 1.3), ("open files", descriptors, 1.3), ("bytes", sizes, 2),
        ], into: &tally)
      tally.conclude()
    }

    @Test(
      "one process that goes on for all of it stays as it is, and finds what is nearest",
      .enabled(if: Rag.hasModel, Rag.modelRemedy))
    func watch() throws {
      var tally = Tally("32", "soak: one watch with vectors, changes, deletions")
      var random = Random("watch soak")
      var resident: [Int] = []
      var descriptors: [Int] = []
      var sizes: [Int] = []
      let minutes = Plan.rounds(0, full: 30)
      try Scratch.run(encoder: Rag.model, dimensions: GraphIndex.dimensions) { scratch in
        let batch = Batch("w", count: 3_000, parts: 1...1)
        var there: Set<Int> = []
        func write(_ number: Int, version: Int) throws {
          let text = batch.text(number, Batch.Version(number: version, parts: 1))
          try scratch.write("docs/\(number).txt", text)
          there.insert(number)
        }
        try FileManager.default.createDirectory(
          atPath: scratch.path + "/docs", withIntermediateDirectories: false)
        for number in 0..<300 { try write(number, version: 1) }
        let process = try scratch.start(["ingest", scratch.path + "/docs", "--watch"])
        // So many that there is a graph; in parts, as one wait is too short for all of them under a
        // sanitizer.
        for number in 300..<2_400 {
          if number % 300 == 0 { try scratch.wait(forDocuments: there.count, beside: process) }
          try write(number, version: 1)
        }
        try scratch.wait(forDocuments: there.count, beside: process)
        let deadline = ContinuousClock.now + .seconds(60 * minutes)
        while ContinuousClock.now < deadline {
          tally.rounds += 1
          for _ in 0..<60 { try write(random.below(3_000), version: tally.rounds) }
          for _ in 0..<40 {
            let number = random.below(3_000)
            if there.remove(number) != nil { unlink(scratch.path + "/docs/\(number).txt") }
          }
          try scratch.wait(forDocuments: there.count, beside: process)
          try Recall.judge(in: scratch, "round \(tally.rounds)", into: &tally)
          let system = "/proc/\(process.identifier)/"
          let lines = try String(contentsOfFile: system + "status", encoding: .utf8)
          let words = lines.split(separator: "\n").first { $0.hasPrefix("VmRSS:") }?.split(
            separator: " ")
          resident.append((words?.dropFirst().first.flatMap { Int($0) } ?? 0) * 1024)
          descriptors.append(
            try FileManager.default.contentsOfDirectory(atPath: system + "fd").count)
          sizes.append(try IndexImage(scratch.index).files.values.reduce(0) { $0 + $1.count })
        }
        process.send(SIGINT)
        let run = scratch.checked(process.finish())
        if run.status != 130 { tally.others.append("ended \(run.end): \(run.errors)") }
        try checkStatus(
          documents: there.count, chunks: there.count, in: scratch, "at the end", into: &tally)
      }
      judge(
        [
          ("resident bytes", resident, 1.3), ("open files", descriptors, 1.3), ("bytes", sizes, 2),
        ], into: &tally)
      tally.conclude()
    }

    /// Holds the end of each series against its beginning.
    private func judge(
      _ series: [(name: String, values: [Int], allowance: Double)], into tally: inout Tally
    ) {
      for (name, values, allowance) in series where values.count >= 8 {
        func median(_ part: some Collection<Int>) -> Int { part.sorted()[part.count / 2] }
        let first = median(values.prefix(values.count / 4))
        let last = median(values.suffix(values.count / 4))
        tally.notes.append("\(name) \(first), then \(last)")
        if Double(last) > Double(first) * allowance {
          tally.others.append("\(name) grow from \(first) to \(last)")
        }
      }
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
