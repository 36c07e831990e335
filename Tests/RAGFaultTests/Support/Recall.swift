import Foundation

/// What a search by meaning finds of what a comparison with all vectors finds.
enum Recall {
  private static let queries = ["a silver harbour", "thunder over granite"]

  /// Asks both ways, and wants at least 8 of the 10 nearest.
  static func judge(in scratch: Scratch, _ place: String, into tally: inout Tally) throws {
    for query in queries {
      let search = ["query", query, "--mode", "vector", "--hits-only", "--json"]
      let run = try scratch.rag(search)
      let exact = try scratch.rag(search + ["--recall", "1"])
      guard tally.survived(run, place), tally.survived(exact, place) else { continue }
      if run.status != 0 || exact.status != 0 {
        tally.others.append("\(place): vector query ended \(run.end): \(run.errors)")
      } else if try recall(run, exact) < 0.8 {
        tally.wrong.append("\(place): '\(query)' finds less than 8 of the 10 nearest")
      } else {
        tally.same += 1
      }
    }
  }

  private static func recall(_ run: CommandRun, _ exact: CommandRun) throws -> Double {
    func scores(_ run: CommandRun) throws -> [Double] {
      (try run.json()["hits"] as? [[String: Any]] ?? []).compactMap { $0["score"] as? Double }
    }
    // By score: chunks of the same text are as good as each other.
    let wanted = try scores(exact)
    let least = (wanted.last ?? 0) - 1e-6
    return Double(try scores(run).count { $0 >= least }) / Double(max(1, wanted.count))
  }
}
