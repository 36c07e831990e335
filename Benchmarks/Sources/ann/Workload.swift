import ArgumentParser
import BenchmarkSupport
import RAGIndex

/// The vectors and queries of a set, what is right for them, and how often to measure.
struct Workload {
  static let k = 10
  /// How much less than the last exact similarity still counts as a tie.
  private static let tie: Float = 1e-6

  let base: VectorTable
  let queries: VectorTable
  let truth: Truth
  private let rounds: Int

  init(
    base: VectorTable, queries: VectorTable, neighbours: RowFile<Int32>?, rounds: Int
  ) throws {
    guard base.dimension == queries.dimension else {
      throw ValidationError(
        "the vectors have \(base.dimension) elements, the queries \(queries.dimension)")
    }
    self.base = base
    self.queries = queries
    self.rounds = rounds
    note("\(base.count) vectors, \(queries.count) queries")
    if let neighbours {
      guard neighbours.width >= Self.k, neighbours.count == queries.count,
        neighbours.elements.allSatisfy({ 0 <= $0 && $0 < base.count })
      else { throw ValidationError("the exact neighbours are not those of the queries") }
      truth = Truth(base: base, queries: queries, neighbours: neighbours)
    } else {
      truth = Truth(base: base, queries: queries, ids: base.rowIDs)
    }
  }

  /// The first queries, or all, ready to be asked.
  func prepared(
    _ effort: SearchEffort, first count: Int = .max, allowing: IDSet? = nil
  ) -> [VectorQuery] {
    (0..<min(count, queries.count)).map {
      VectorQuery(queries[$0], k: Self.k, effort: effort, allowing: allowing)
    }
  }

  /// The share of right answers, each counted once, of those that there can be.
  func recall(_ results: [VectorSearchResult], _ truth: Truth) -> Double {
    var right = 0
    for (query, result) in results.enumerated() {
      right += Set(result.matches.map(\.id)).count { id in
        // Vectors that replace others have the id of the row and a multiple of the count.
        let row = Int(id) % base.count
        return truth.ids[row] == id
          && base.similarity(row, queries, query) >= truth.least[query] - Self.tie
      }
    }
    return (Double(right) / Double(results.count * truth.expected)).rounded(digits: 5)
  }

  /// What `measure` gives in each round, to be called for each of the things compared in turn:
  /// `[things][rounds]`.
  func inTurn<Figure>(
    _ things: Int, _ measure: (Int) throws -> Figure
  ) rethrows -> [[Figure]] {
    var figures = Array(repeating: [Figure](), count: things)
    for _ in 0..<rounds {
      for thing in 0..<things { figures[thing].append(try measure(thing)) }
    }
    return figures
  }

  /// Measures several searches, in turn.
  func measure(_ searches: [Search]) throws -> [Measured] {
    // The first time is for recall and warms up.
    let results = try searches.map { try $0.run() }
    let qps = try inTurn(searches.count) { number in
      let search = searches[number]
      return Double(search.queries.count) / (try shortest { _ = try search.run() })
    }
    return searches.indices.map { number in
      let results = results[number]
      func mean(_ figure: (SearchStatistics) -> Int) -> Double {
        let sum = results.reduce(0) { $0 + figure($1.statistics) }
        return (Double(sum) / Double(results.count)).rounded(digits: 1)
      }
      let plans = Dictionary(grouping: results, by: \.statistics.plan).mapValues(\.count)
      return Measured(
        recall: recall(results, searches[number].truth ?? truth),
        qps: median(qps[number]).rounded(digits: 1), distances: mean(\.distances),
        hops: mean(\.hops), plan: plans.max { $0.value < $1.value }?.key.rawValue ?? "")
    }
  }
}

/// A batch of queries to an index.
struct Search {
  let index: any VectorSearching
  let queries: [VectorQuery]
  /// What is right, unless all vectors are there.
  var truth: Truth?

  @discardableResult
  func run(threads: Int = 1) throws -> [VectorSearchResult] {
    try index.search(queries, threads: threads)
  }
}

/// What a search found and took, on average.
struct Measured {
  let recall: Double
  let qps: Double
  let distances: Double
  let hops: Double
  /// The plan of most queries.
  let plan: String
}
