import Foundation

/// Queries whose answers must not change, whatever becomes of the bytes of the index.
struct Probe: Sendable {
  let queries: [[String]]

  static let lexical = Probe(queries: [
    ["query", "ax3", "--mode", "lexical", "--hits-only", "--json", "-k", "50"],
    ["query", "silver harbour", "--mode", "lexical", "--hits-only", "--json", "-k", "50"],
    ["query", "velvet", "--mode", "lexical", "--hits-only", "--json", "-k", "1000"],
    [
      "query", Rag.canary, "--where", "batch = \"b\" and number >= 5", "--mode", "lexical",
      "--hits-only", "--json", "-k", "100",
    ],
    ["query", "bx7 copper meadow", "--mode", "lexical", "--json"],
  ])

  static let hybrid = Probe(queries: [
    [
      "query", "a silver harbour in winter", "--mode", "vector", "--hits-only", "--json", "-k",
      "20",
    ],
    [
      "query", "thunder over granite", "--mode", "vector", "--where", "number < 900",
      "--hits-only", "--json", "-k", "20",
    ],
    ["query", "lantern and compass", "--mode", "hybrid", "--hits-only", "--json", "-k", "20"],
  ])

  /// The answers of an index that is whole.
  func answers(_ index: String, in scratch: Scratch) throws -> [CommandRun] {
    try queries.map { try scratch.rag($0 + ["--index", index]) }
  }

  /// Asks a damaged index: the same answers, or an error that says so.
  ///
  /// `damaged` is what `rag verify` has to print, whether a query meets the damage or not.
  func judge(
    _ index: String, against answers: [CommandRun], in scratch: Scratch, _ place: String,
    errors: Set<Int32> = [2], damaged: [String] = [], into tally: inout Tally
  ) throws {
    tally.rounds += 1
    var isRefused = false
    var isGood = true
    for (query, answer) in zip(queries, answers) {
      let run = try scratch.rag(query + ["--index", index])
      let place = "\(place), \(query[1])"
      guard tally.survived(run, place) else {
        isGood = false
        continue
      }
      if run.status == answer.status, run.output == answer.output { continue }
      isRefused = true
      if (run.status == 0 || run.status == 1) && run.warnsOfDamage {
        tally.warned += 1
      } else if run.status == 0 || run.status == 1 {
        tally.wrong.append(place)
        isGood = false
      } else if !errors.contains(run.status ?? -1) || !run.hasOneError {
        tally.others.append("\(place): status \(run.status ?? -1): \(run.errors.prefix(300))")
        isGood = false
      }
    }
    if isGood, isRefused { tally.refused += 1 }
    if !isRefused { tally.same += 1 }
    // In every run a part is held against it: reading every byte takes longer than a query.
    guard Rag.verifies, Plan.isFull || tally.rounds % 4 == 1 else { return }
    let verify = try scratch.rag("verify", "--index", index)
    guard tally.survived(verify, place + ", verify") else { return }
    if verify.status == 0, isRefused || !damaged.isEmpty {
      tally.others.append("\(place): rag verify finds nothing")
    } else if verify.status == 0 {
      tally.unseen += 1
    } else if verify.status != 2 || !damaged.allSatisfy(verify.text.contains) {
      tally.others.append(
        "\(place): rag verify ended \(verify.end) and does not name it: "
          + "\(verify.text.prefix(300))\(verify.errors.prefix(300))")
    }
  }
}
