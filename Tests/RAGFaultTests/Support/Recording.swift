import Foundation

/// A directory and all that a series of commands did to it, one write after the other.
struct Recording: Sendable {
  let start: Disk.Contents
  private(set) var records: [DiskRecord] = []
  /// The number of records at the end of each command.
  private(set) var ends: [Int] = []
  private let log: String
  private let library: FaultLibrary

  /// Begins with what is in a directory now.
  /// - Returns: nil where there is no C compiler.
  init?(of directory: String, log: String) throws {
    guard let library = try FaultLibrary.recorder() else { return nil }
    self.library = library
    self.log = log
    start = try Disk.Contents(directory)
  }

  /// What a command is given to be recorded.
  func environment(_ directory: String) -> [String: String] {
    [
      "LD_PRELOAD": library.path, "FAULT_DIRECTORY": directory, "FAULT_RECORD": log,
    ]
  }

  /// Takes in what a command did that has ended.
  mutating func endCommand() throws {
    records = try DiskRecord.all(in: log)
    ends.append(records.count)
  }

  /// The disk after so many records.
  func disk(after count: Int) -> Disk {
    var disk = Disk(start)
    for record in records.prefix(count) { disk.apply(record) }
    return disk
  }

  /// Lets the power fail at moments of which half are beside a barrier, and calls `check` with what
  /// is left, as the directory `disk` of a scratch directory.
  func failPower(
    _ count: Int, in scratch: Scratch, _ title: String, into tally: inout Tally,
    _ check: @Sendable (_ moment: Int, Scratch, _ place: String, inout Tally) throws -> Void
  ) throws {
    var random = Random(title)
    let barriers = records.indices.filter { records[$0].isBarrier }
    let moments = (0..<count).map { number in
      number % 2 == 0
        ? random.below(records.count + 1) : barriers[random.below(barriers.count)] + random.below(2)
    }
    tally.notes.append("\(records.count) records")
    tally.add(
      try Workers.tally(Array(moments.enumerated()), in: scratch, { Tally("4", title) }) {
        failure, worker, tally in
        tally.rounds += 1
        let (number, moment) = failure
        var random = Random("\(title) \(number)")
        let left = try worker.child("disk")
        try disk(after: moment).fail(to: left.path, &random)
        try check(moment, left, "failure \(number) after \(moment) records", &tally)
      })
  }
}
