import Foundation
import Testing

extension Faults {
  @Suite("A call that reads")
  struct ReadTests {
    @Test(
      "and fails gives the same answer or one line that says so",
      arguments: DamageTests.Subject.allCases)
    func queries(_ subject: DamageTests.Subject) throws {
      let title = "eio at each read of rag query and rag verify, \(subject.rawValue)"
      guard subject.canBeMade else {
        return Tally.skip("3", title, because: "there is no model: \(Rag.modelRemedy)")
      }
      guard let shim = try FaultLibrary.shim() else {
        return Tally.skip("3", title, because: "there is no C compiler")
      }
      let image = try subject.image()
      var random = Random(title)
      var tally = Tally("3", title)
      try Scratch.run(encoder: subject.encoder, dimensions: subject.dimensions) { scratch in
        for (number, command) in (subject.probe.queries + [["verify"]]).enumerated() {
          let home = try scratch.child("command\(number)")
          try image.restore(to: home.index)
          let log = home.path + "/calls"
          let clean = try home.rag(
            command, shim.environment(home.index, call: 0, "readeio", log: log))
          try #require(clean.status == 0, "\(clean.errors)")
          let calls = try String(contentsOfFile: log, encoding: .utf8).split(separator: "\n")
          try #require(calls.contains { $0.hasSuffix("/rag.sqlite") })
          let chosen = Plan.spread(calls.count, bounded: 8, full: .max, &random)
          tally.add(
            try Workers.tally(chosen, in: home, { Tally("3", title) }) { call, worker, tally in
              try image.restore(to: worker.index)
              let run = try worker.rag(
                command, shim.environment(worker.index, call: call + 1, "readeio", log: nil))
              judge(
                run, clean,
                "\(command.prefix(2).joined(separator: " ")), call "
                  + calls[call].replacingOccurrences(of: home.index, with: "index"), into: &tally)
            })
        }
      }
      tally.conclude()
    }

    private func judge(
      _ run: CommandRun, _ clean: CommandRun, _ place: String, into tally: inout Tally
    ) {
      tally.rounds += 1
      guard tally.survived(run, place) else { return }
      switch run.status {
      case 0 where run.output == clean.output, 1 where run.output == clean.output:
        tally.same += 1
      case 0, 1: tally.wrong.append("\(place): \(run.errors.prefix(300))")
      // What the device did not give once is no damage.
      case 74 where run.hasOneError && run.text.isEmpty:
        tally.refused += 1
      default: tally.others.append("\(place): ended \(run.end): \(run.errors.prefix(300))")
      }
    }
  }
}
