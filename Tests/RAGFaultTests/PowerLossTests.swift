import Foundation
import Synchronization
import Testing

extension Faults {
  @Suite("When the power fails and the disk loses what was not synced")
  struct PowerLossTests {
    /// A command and what it changes.
    private enum Job: Sendable {
      case ingest(Batch)
      case delete(Batch)
      case compact
      case backup

      /// Every version of a batch is read from the same file, so that its documents have one id.
      private static let writing = Mutex(())

      func run(
        in disk: Scratch, files: Scratch, copy: String, _ variables: [String: String] = [:]
      ) throws -> CommandRun {
        switch self {
        case .ingest(let batch):
          try Self.writing.withLock { _ in
            try disk.rag(try batch.ingest(in: files), variables)
          }
        case .delete(let batch):
          try disk.rag(["delete", "--where", "batch = \"\(batch.name)\""], variables)
        case .compact: try disk.rag(["compact"], variables)
        case .backup: try disk.rag(["backup", disk.path + "/" + copy], variables)
        }
      }

      /// What there is of a batch afterwards.
      var batch: Batch? {
        switch self {
        case .ingest(let batch): batch
        case .delete(let batch): Batch(batch.name, count: 0)
        case .compact, .backup: nil
        }
      }
    }

    private static let jobs: [Job] = {
      let (first, second) = (Batch("p", count: 25), Batch("q", count: 20))
      return [
        .ingest(first), .ingest(second), .compact, .ingest(first.changed(every: 3, dropping: 8)),
        .delete(second), .backup, .ingest(Batch("r", count: 15)), .compact,
      ]
    }()

    /// Names that an index may have once a writer has come by.
    private static var lastingNames: Regex<(Substring, Substring?, Substring?)> {
      #/lock|rag\.sqlite(-wal|-shm)?|g[0-9]+\.(graph|terms)/#
    }

    @Test("what was acknowledged is there, what was not is whole or absent")
    func work() throws {
      var tally = Tally("4", "power loss in ingest, delete, compact and backup")
      let encoder = Rag.hasModel ? Rag.model : "none"
      try Scratch.run(encoder: encoder, dimensions: GraphIndex.dimensions) { scratch in
        let disk = try scratch.child("disk")
        guard var recording = try Recording(of: disk.path, log: scratch.path + "/log") else {
          return tally.skip(because: "there is no C compiler")
        }
        for job in Self.jobs {
          let run = try job.run(
            in: disk, files: scratch, copy: "copy", recording.environment(disk.path))
          try #require(run.status == 0, "\(job): \(run.errors)")
          try recording.endCommand()
        }
        try requireSame(recording, disk)
        let ends = recording.ends
        try recording.failPower(
          Plan.rounds(60, full: 500), in: scratch, tally.title, into: &tally
        ) { moment, left, place, tally in
          try check(ends, at: moment, in: left, files: scratch, place, into: &tally)
        }
      }
      tally.conclude()
    }

    /// All that was recorded, with nothing lost, is what is there: no write passed by.
    private func requireSame(_ recording: Recording, _ disk: Scratch) throws {
      let replayed = disk.path + "-replayed"
      try recording.disk(after: .max).finish(to: replayed)
      let manager = FileManager.default
      for name in try manager.subpathsOfDirectory(atPath: disk.path)
      where !name.hasSuffix("-shm") {
        var isDirectory: ObjCBool = false
        if manager.fileExists(atPath: disk.path + "/" + name, isDirectory: &isDirectory),
          isDirectory.boolValue
        {
          continue
        }
        try #require(
          manager.contents(atPath: replayed + "/" + name)
            == manager.contents(atPath: disk.path + "/" + name),
          "\(name) was changed by a call that is not recorded")
      }
    }

    private func check(
      _ ends: [Int], at moment: Int, in scratch: Scratch, files: Scratch, _ place: String,
      into tally: inout Tally
    ) throws {
      var ledger = Ledger()
      var copied: Ledger?
      let copy = scratch.path + "/copy"
      let done = ends.count { $0 <= moment }
      for job in Self.jobs[..<done] {
        if let batch = job.batch { ledger.acknowledge(batch) }
        if case .backup = job { copied = ledger }
      }
      let next = done < Self.jobs.count ? Self.jobs[done] : nil
      if let batch = next?.batch { ledger.begin(batch) }
      if copied != nil, !exists(copy) { tally.lost.append("\(place): the copy") }
      // One that is there is whole, acknowledged or not.
      if exists(copy) {
        var copied = copied ?? ledger
        try hold(&copied, in: scratch, index: copy, place + ", the copy", into: &tally)
      }
      if try ledger.mayBeEmpty && scratch.rag("status").status == 2 {
        tally.refused += 1
      } else {
        try hold(&ledger, in: scratch, place, into: &tally)
        tally.same += 1
      }
      // And it goes on from there.
      guard let next else { return }
      let again = try next.run(in: scratch, files: files, copy: "another")
      guard tally.survived(again, place + ", again") else { return }
      // What was to be deleted may be so already.
      let isDone = if case .delete = next { again.status == 1 } else { false }
      if again.status != 0, !isDone {
        tally.others.append("\(place): again: \(again.errors)")
        return
      }
      if let batch = next.batch { ledger.acknowledge(batch) }
      try hold(&ledger, in: scratch, place + ", again", into: &tally)
      if case .backup = next { return }
      let stray = try FileManager.default.contentsOfDirectory(atPath: scratch.index).filter {
        $0.wholeMatch(of: Self.lastingNames) == nil
      }
      if !stray.isEmpty { tally.others.append("\(place): left over: \(stray.sorted())") }
    }

    private func exists(_ path: String) -> Bool { FileManager.default.fileExists(atPath: path) }

    private func hold(
      _ ledger: inout Ledger, in scratch: Scratch, index: String? = nil, _ place: String,
      into tally: inout Tally
    ) throws {
      var chunks = 0
      for name in ledger.batches.keys.sorted() {
        chunks += try ledger.check(name, in: scratch, index: index, place, into: &tally)
      }
      try checkStatus(
        documents: ledger.documentCount, chunks: chunks, in: scratch, index: index, place,
        into: &tally)
    }
  }
}
