import ArgumentParser
import BenchmarkSupport
import RAG

/// `store filters`
struct Filters: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "What a search costs that only some of the documents may answer.")

  @Option(help: "Documents of the index.") var documents = 20_000
  @Option(help: "Questions.") var questions = 100
  @Option(help: "Words of a question, each another.") var words = 10
  @Option(
    parsing: .upToNextOption,
    help: "Shares of the documents that may answer: 1 without a filter, or some of the others.")
  var shares = Self.shares
  @Option(help: "Where the index is made; it is left there.") var folder: String

  private static let shares = [1, 0.5, 0.1, 0.01, 0.001, 0.0001]

  struct Result: Encodable {
    /// The share of the documents that match.
    var share: Double
    var mode: SearchMode
    /// The least number of hits; ten were wanted.
    var leastHits: Int
    /// Of the ten nearest that match, against an exact search; of the vector mode only.
    var recall: Double?
    var p50Milliseconds: Double
    var p95Milliseconds: Double
    var p99Milliseconds: Double
  }

  func validate() throws {
    guard shares.allSatisfy(Self.shares.contains) else {
      throw ValidationError("--shares are of \(Self.shares)")
    }
  }

  func run() async throws {
    let engine = try await Engine.open(at: folder)
    var source = Documents(seed: 7)
    var generator = SeededGenerator(seed: 9)
    let places = (0..<documents).shuffled(using: &generator)
    for start in stride(from: 0, to: documents, by: 1_000) {
      try await engine.upsert(
        (start..<min(start + 1_000, documents)).map { number in
          var document = source.next(id: "d\(number)")
          let among = Self.shares.filter { Double(places[number]) < Double(documents) * $0 }
          document.metadata["among"] = .list(among.map { .string("\($0)") })
          return document
        })
    }
    let queries = (0..<questions).map { _ in
      (text: question(of: &source), vector: source.vector())
    }
    var results: [Result] = []
    for share in shares {
      let filter = share < 1 ? Filter.equals(field: "among", .string("\(share)")) : nil
      for mode in SearchMode.allCases {
        var times: [Double] = []
        var leastHits = Int.max
        var found = 0
        var wanted = 0
        for (text, vector) in queries {
          var query = Query(
            mode == .vector ? "" : text, mode: mode, filter: filter,
            vector: mode == .lexical ? nil : vector)
          var hits = try await engine.search(query)
          times.append(try await seconds { hits = try await engine.search(query) })
          leastHits = min(leastHits, hits.count)
          guard mode == .vector else { continue }
          query.recall = 1
          let exact = try await engine.search(query)
          wanted += exact.count
          found += Set(exact.map(\.chunk.id)).intersection(hits.map(\.chunk.id)).count
        }
        results.append(
          Result(
            share: share, mode: mode, leastHits: leastHits,
            recall: wanted > 0 ? Double(found) / Double(wanted) : nil,
            p50Milliseconds: median(times) * 1_000,
            p95Milliseconds: percentile(times, 0.95) * 1_000,
            p99Milliseconds: percentile(times, 0.99) * 1_000))
      }
    }
    try printJSON(results)
  }

  private func question(of source: inout Documents) -> String {
    var chosen: [String] = []
    while chosen.count < words {
      let word = source.word()
      if !chosen.contains(word) { chosen.append(word) }
    }
    return chosen.joined(separator: " ")
  }
}
