import Foundation
import Glibc
import Testing

extension Faults {
  @Suite("A repair", .enabled(if: Rag.has("repair"), "needs rag repair"))
  struct RepairTests {
    /// An index with a damaged page, and what there is of it after an undisturbed repair.
    private struct Patient: Sendable {
      var image: IndexImage
      var kept: [String: [Int: Batch.Version]]
      var lostCount: Int
    }

    private static let batches = ["a", "b"]

    @Test(
      "that is cut off by a power failure is done again, and loses no more than one that is not")
    func powerLoss() throws {
      var tally = Tally("4", "power loss in rag repair")
      var random = Random("power in repair")
      try Scratch.run { scratch in
        let patient = try patient(in: scratch, &random)
        let disk = try scratch.child("disk")
        try patient.image.restore(to: disk.index)
        guard var recording = try Recording(of: disk.path, log: scratch.path + "/log") else {
          return tally.skip(because: "there is no C compiler")
        }
        let run = try disk.rag(["repair"], recording.environment(disk.path))
        try #require(run.status == (patient.lostCount > 0 ? 3 : 0), "\(run.errors)")
        try recording.endCommand()
        try recording.failPower(
          Plan.rounds(30, full: 250), in: scratch, tally.title, into: &tally
        ) { _, left, place, tally in
          try check(patient, in: left, place, into: &tally)
        }
      }
      tally.conclude()
    }

    @Test(
      "of which an I/O call fails, is cut short or is the last one loses no more than one that is whole",
      arguments: SweepTests.Fault.ofChanges)
    func sweep(_ fault: SweepTests.Fault) throws {
      let row = fault == .kill || fault == .torn ? "2" : "3"
      let title = "\(fault.rawValue) at each call of rag repair"
      guard let shim = try FaultLibrary.shim() else {
        return Tally.skip(row, title, because: "there is no C compiler")
      }
      var random = Random(title)
      var tally = try Scratch.run { scratch in
        let patient = try patient(in: scratch, &random)
        try patient.image.restore(to: scratch.index)
        let log = scratch.path + "/calls"
        _ = try scratch.rag(
          ["repair"], shim.environment(scratch.index, call: 0, fault.rawValue, log: log))
        let calls = try String(contentsOfFile: log, encoding: .utf8).split(separator: "\n")
        let chosen = Plan.spread(calls.count, bounded: 16, full: .max, &random)
        return try Workers.tally(chosen, in: scratch, { Tally(row, title) }) {
          number, worker, tally in
          tally.rounds += 1
          try patient.image.restore(to: worker.index)
          let run = try worker.rag(
            ["repair"], shim.environment(worker.index, call: number + 1, fault.rawValue, log: nil))
          let place = "call " + calls[number].replacingOccurrences(of: scratch.index, with: "index")
          switch (fault, run.end) {
          case (_, .exit(0)), (_, .exit(3)): tally.same += 1
          case (.kill, .signal(SIGKILL)), (.torn, .signal(SIGKILL)): tally.refused += 1
          case (.eio, .exit(74)), (.enospc, .exit(74)): tally.refused += 1
          case (_, .exit(let status)):
            tally.others.append("\(place): ended with \(status): \(run.errors.prefix(300))")
          default: _ = tally.survived(run, place)
          }
          try check(patient, in: worker, place, into: &tally)
        }
      }
      tally.notes.append("a damaged page")
      tally.conclude()
    }

    @Test("or a backup on a full disk leaves the index as it was, and no copy that is not whole")
    func backup() throws {
      let title = "enospc at each call of rag backup"
      guard let shim = try FaultLibrary.shim() else {
        return Tally.skip("3", title, because: "there is no C compiler")
      }
      var random = Random(title)
      let image = try LexicalIndex.image()
      let tally = try Scratch.run { scratch in
        try image.restore(to: scratch.index)
        let log = scratch.path + "/calls"
        _ = try scratch.rag(
          ["backup", scratch.path + "/copy"],
          shim.environment(scratch.path + "/copy.partial", call: 0, "enospc", log: log))
        let whole = try kept(in: scratch, index: scratch.path + "/copy")
        let calls = try String(contentsOfFile: log, encoding: .utf8).split(separator: "\n")
        let chosen = Plan.spread(calls.count, bounded: 16, full: .max, &random)
        return try Workers.tally(chosen, in: scratch, { Tally("3", title) }) {
          number, worker, tally in
          tally.rounds += 1
          try image.restore(to: worker.index)
          let copy = worker.path + "/copy"
          try? FileManager.default.removeItem(atPath: copy)
          let run = try worker.rag(
            ["backup", copy],
            shim.environment(copy + ".partial", call: number + 1, "enospc", log: nil))
          let place = "call " + calls[number].replacingOccurrences(of: scratch.path, with: "")
          if run.status == 74, run.hasOneError {
            tally.refused += 1
          } else if run.status == 0 {
            tally.same += 1
          } else {
            tally.others.append("\(place): ended \(run.end): \(run.errors.prefix(300))")
          }
          let isThere = FileManager.default.fileExists(atPath: copy)
          if isThere != (run.status == 0) { tally.wrong.append("\(place): a copy, or none") }
          if isThere, try kept(in: worker, index: copy) != whole {
            tally.lost.append("\(place): part of the copy")
          }
        }
      }
      tally.conclude()
    }

    // MARK: What is repaired

    /// An index of which one page is overwritten, so that some documents are lost and not all.
    private func patient(in scratch: Scratch, _ random: inout Random) throws -> Patient {
      let image = try LexicalIndex.image()
      let database = try #require(image.files["rag.sqlite"])
      let all = try {
        try image.restore(to: scratch.index)
        return try kept(in: scratch, index: scratch.index)
      }()
      var pages = Array(2..<database.count / 4096).shuffled(using: &random)
      while let page = pages.popLast() {
        var bytes = database
        for index in 1_500..<2_500 { bytes[page * 4096 + index] = 0xA5 }
        let damaged = image.replacing("rag.sqlite", with: bytes)
        try damaged.restore(to: scratch.index)
        let run = try scratch.rag("repair", "--json")
        let lost = try run.json()["lost"] as? [String] ?? []
        let kept = try kept(in: scratch, index: scratch.index)
        guard run.status == 3, kept.values.contains(where: { !$0.isEmpty }) else {
          continue
        }
        // A line stands for one document, or says for how many.
        let documents = lost.filter { !$0.contains(", if it ") && !$0.hasPrefix("how texts ") }
        let lostCount = documents.reduce(0) {
          $0
            + ($1.hasSuffix("more, whose names are lost") ? Int($1.prefix { $0.isNumber }) ?? 0 : 1)
        }
        guard lostCount > 0 else { continue }
        let counts = [kept, all].map { $0.values.reduce(0) { $0 + $1.count } }
        try #require(counts[0] + lostCount == counts[1])
        return Patient(image: damaged, kept: kept, lostCount: lostCount)
      }
      throw GraphIndex.Failure(run: try scratch.rag("verify"))
    }

    /// The whole documents of an index.
    private func kept(in scratch: Scratch, index: String) throws -> [String: [Int: Batch.Version]] {
      try Dictionary(
        uniqueKeysWithValues: Self.batches.map { name in
          let found = try Inspection(of: name, in: scratch, index: index)
          if let failure = found.failure { throw GraphIndex.Failure(run: failure) }
          return (name, found.halves.isEmpty ? found.documents : [:])
        })
    }

    /// Repairs what an interrupted repair left, and looks at what there is.
    private func check(
      _ patient: Patient, in scratch: Scratch, _ place: String, into tally: inout Tally
    ) throws {
      let again = try scratch.rag("repair")
      guard tally.survived(again, place) else { return }
      guard again.status == 0 || again.status == 3 else {
        tally.others.append("\(place): again: \(again.errors)")
        return
      }
      let found = try kept(in: scratch, index: scratch.index)
      if found != patient.kept {
        tally.lost.append(
          "\(place): \(found.mapValues(\.count)) are left, not \(patient.kept.mapValues(\.count))")
      }
      let verify = try scratch.rag("verify")
      if verify.status != 0 { tally.others.append("\(place): verify: \(verify.text.prefix(300))") }
    }
  }
}
