import BenchmarkSupport
import RAGIndex

/// Times of single queries, and what a second thread adds to batches.
struct LatencyFigures: Encodable {
  private let effort: String
  private let p50: Double
  private let p99: Double
  private let mean: Double
  private let bestP99: Double
  private let scaling: Double

  private enum CodingKeys: String, CodingKey {
    case effort = "effort_99"
    case p50 = "p50_us"
    case p99 = "p99_us"
    case mean = "mean_us"
    case bestP99 = "p99_best_us"
    case scaling = "scaling_2t"
  }

  init(of index: any VectorSearching, effort: SearchEffort, workload: Workload) throws {
    let search = Search(index: index, queries: workload.prepared(effort))
    let rounds = try workload.inTurn(1) { _ in try search.singleQueryMicroseconds() }[0]
    let speeds = try workload.inTurn(2) { other in
      1 / (try shortest { try search.run(threads: other + 1) })
    }
    self.effort = "\(effort)"
    let p99s = rounds.map { percentile($0, 0.99) }
    p50 = median(rounds.map { median($0) }).rounded(digits: 1)
    p99 = median(p99s).rounded(digits: 1)
    bestP99 = (p99s.min() ?? .nan).rounded(digits: 1)
    mean = median(rounds.map { $0.reduce(0, +) / Double($0.count) }).rounded(digits: 1)
    scaling = median(zip(speeds[0], speeds[1]).map { $1 / $0 }).rounded(digits: 3)
    note("single queries: p50 \(p50) us, p99 \(p99) us; two threads \(scaling) times one")
  }
}

extension Search {
  /// The time of each query by itself.
  func singleQueryMicroseconds() throws -> [Double] {
    for query in queries.prefix(50) { _ = try index.search(query) }
    return try queries.map { query in 1e6 * (try seconds { _ = try index.search(query) }) }
  }
}
