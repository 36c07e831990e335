import Foundation
import Testing

/// What a row of the matrix saw, round by round.
struct Tally {
  let row: String
  let title: String
  /// Whether it was not tried, and says why.
  private(set) var isSkipped = false
  var rounds = 0
  /// Answers as before.
  var same = 0
  /// Errors that were reported as they should be.
  var refused = 0
  /// Damage that neither a query nor `rag verify` saw: bytes that nothing reads.
  var unseen = 0
  /// Other answers, with a warning that names the damage: a part was not used.
  var warned = 0
  /// Acknowledged documents that are gone.
  var lost: [String] = []
  /// Documents of which only a part is there.
  var halves: [String] = []
  /// Other answers, without a word.
  var wrong: [String] = []
  /// Processes that died of a signal or hung.
  var crashes: [String] = []
  /// Whatever else is not as it should be.
  var others: [String] = []
  var notes: [String] = []

  init(_ row: String, _ title: String) {
    self.row = row
    self.title = title
  }

  mutating func add(_ other: Tally) {
    rounds += other.rounds
    same += other.same
    refused += other.refused
    unseen += other.unseen
    warned += other.warned
    lost += other.lost
    halves += other.halves
    wrong += other.wrong
    crashes += other.crashes
    others += other.others
    for note in other.notes where !notes.contains(note) { notes.append(note) }
  }

  /// Takes in a run that must not have died.
  mutating func survived(_ run: CommandRun, _ place: String) -> Bool {
    switch run.end {
    case .exit: return true
    case .signal(let signal):
      crashes.append("\(place): signal \(signal): \(run.errors.prefix(300))")
    case .hung: crashes.append("\(place): hung")
    }
    return false
  }

  /// Prints the row, writes it for the table, and fails the test for all that is not well.
  func conclude(sourceLocation: SourceLocation = #_sourceLocation) {
    let bad = [
      ("lost", lost), ("half", halves), ("wrong", wrong), ("crashed", crashes), ("other", others),
    ]
    var line =
      "row \(row), \(title): seed \(Plan.seed), \(rounds) rounds, \(same) same, "
      + "\(refused) refused"
    for (word, places) in bad { line += ", \(places.count) \(word)" }
    if warned > 0 { line += ", \(warned) other answers with a warning" }
    if unseen > 0 { line += ", \(unseen) of them whole to rag verify" }
    if !notes.isEmpty { line += "; " + notes.joined(separator: "; ") }
    print(line)
    fflush(nil)
    if let report = Plan.report {
      let fields =
        [row, title] + [rounds, same, refused, warned].map(String.init)
        + bad.map { "\($0.1.count)" }
        + [notes.joined(separator: "; ")]
      let file = fopen(report, "a")
      fputs(fields.joined(separator: "\t") + "\n", file)
      fclose(file)
    }
    if rounds == 0, !isSkipped {
      Issue.record("row \(row), \(title): nothing was tried", sourceLocation: sourceLocation)
    }
    for (word, places) in bad where !places.isEmpty {
      let shown = places.prefix(12).joined(separator: "\n  ")
      Issue.record(
        "row \(row), seed \(Plan.seed): \(places.count) \(word):\n  \(shown)",
        sourceLocation: sourceLocation)
    }
  }

  /// Says in output and table that a row was not tried.
  static func skip(_ row: String, _ title: String, because reason: String) {
    var tally = Tally(row, title)
    tally.skip(because: reason)
    tally.conclude()
  }

  /// Is concluded as a row that was not tried.
  mutating func skip(because reason: String) {
    isSkipped = true
    notes = ["skipped: \(reason)"]
  }
}
