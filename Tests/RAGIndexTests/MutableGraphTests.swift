import RAGCore
import Testing

@testable import RAGIndex

@Suite("Mutable graph")
struct MutableGraphTests {
  @Test("finds nearly all true neighbours with effort", arguments: VectorMetric.allCases)
  func recallWithEffort(metric: VectorMetric) throws {
    var random = SeededRandom(10)
    let vectors = random.clustered(4_000, dimension: 32, clusters: 60)
    let queries = random.clustered(100, dimension: 32, clusters: 60) + vectors.prefix(50)
    // The inner product of vectors of unlike lengths is no distance; graphs are for alike ones.
    let graph = try makeGraph(
      vectors.map { metric == .innerProduct ? unit($0) : $0 }, metric: metric)
    checkInvariants(graph)
    let truth = try queries.map { try graph.search($0, k: 10, effort: .exact) }
    #expect(
      recall(try queries.map { try graph.search($0, k: 10, effort: .ef(200)) }, truth) >= 0.99)
  }

  @Test("misses some true neighbours without effort, so it is the graph that answers")
  func recallWithoutEffort() throws {
    var random = SeededRandom(11)
    let vectors = random.clustered(6_000, dimension: 48, clusters: 200)
    let queries = random.clustered(100, dimension: 48, clusters: 200)
    let graph = try makeGraph(vectors, parameters: HNSWParameters(m: 4, efConstruction: 20))
    let truth = try queries.map { try graph.search($0, k: 10, effort: .exact) }
    #expect(recall(try queries.map { try graph.search($0, k: 10, effort: .ef(10)) }, truth) < 0.9)
  }

  @Test("exact search is the sorted list of all scores", arguments: VectorMetric.allCases)
  func exactSearch(metric: VectorMetric) throws {
    var random = SeededRandom(12)
    let vectors = (0..<300).map { _ in random.vector(20) }
    let graph = try makeGraph(vectors, metric: metric)
    var flat = try FlatIndex(dimension: 20, metric: metric, encoding: .float32)
    for (id, vector) in vectors.enumerated() { try flat.append(id: Int64(id), vector: vector) }
    for _ in 0..<10 {
      let query = random.vector(20)
      let expected = vectors.enumerated().map { (id: Int64($0), score: score($1, query, metric)) }
        .sorted { ($1.score, $0.id) < ($0.score, $1.id) }
      let found = try graph.search(query, k: 25, effort: .exact)
      #expect(found.map(\.id) == expected.prefix(25).map(\.id))
      #expect(zip(found, expected).allSatisfy { abs(Double($0.score) - $1.score) < 1e-4 })
      // Bit for bit: a vector keeps its score when it moves from one to the other.
      #expect(try flat.search(query, k: 25, effort: .exact) == found)
    }
  }

  @Test("refuses what cannot be compared, and stays as it was")
  func refusals() throws {
    let graph = try MutableGraph(dimension: 3, metric: .cosine)
    try graph.insert(id: 1, vector: [1, 2, 3])
    let table: [(RAGError.Code, Int64, [Float])] = [
      (.dimensionMismatch, 2, [1, 2]), (.dimensionMismatch, 2, []),
      (.dimensionMismatch, 2, [1, 2, 3, 4]), (.invalidInput, 2, [1, .nan, 3]),
      (.invalidInput, 2, [1, .infinity, 3]), (.invalidInput, 2, [-.infinity, 0, 0]),
      (.invalidInput, 2, [0, 0, -0.0]), (.invalidInput, 1, [3, 2, 1]),
    ]
    for (code, id, vector) in table {
      expectError(code) { try graph.insert(id: id, vector: vector) }
      if id != 1 { expectError(code) { _ = try graph.search(vector, k: 1, effort: .ef(10)) } }
      if id != 1 { expectError(code) { _ = try graph.search(vector, k: 1, effort: .exact) } }
    }
    for k in [0, -1, .min] {
      expectError(.invalidInput) { _ = try graph.search([1, 0, 0], k: k, effort: .ef(10)) }
      expectError(.invalidInput) { _ = try graph.search([1, 0, 0], k: k, effort: .exact) }
    }
    for dimension in [0, -1, .min, 65_537, 1 << 31, .max] {
      expectError(.invalidInput) {
        _ = try MutableGraph(dimension: dimension, metric: .squaredL2)
      }
      expectError(.invalidInput) { _ = try FlatIndex(dimension: dimension, metric: .squaredL2) }
    }
    for parameters in [HNSWParameters(m: 1), .init(m: 257), .init(efConstruction: 0)] {
      expectError(.invalidInput) {
        _ = try MutableGraph(dimension: 3, metric: .cosine, parameters: parameters)
      }
    }
    #expect(graph.count == 1)
    #expect(!graph.contains(2))
    checkInvariants(graph)
  }

  @Test("takes tiny, huge and zero vectors where they can be compared")
  func extremes() throws {
    let tiny = Float.leastNonzeroMagnitude
    let cosine = try makeGraph([[tiny, 0], [0, tiny], [1e38, 1e38]], metric: .cosine)
    #expect(try cosine.search([0, 2 * tiny], k: 1, effort: .ef(10)).map(\.id) == [1])
    for metric in [VectorMetric.squaredL2, .innerProduct] {
      let graph = try makeGraph([[0, 0], [tiny, -tiny], [6e18, 0], [-6e18, 0]], metric: metric)
      let found = try graph.search([6e18, 0], k: 4, effort: .ef(10))
      #expect(found.map(\.id) == (metric == .squaredL2 ? [2, 0, 1, 3] : [2, 1, 0, 3]))
      #expect(found.allSatisfy { $0.score.isFinite })
      expectError(.invalidInput) { try graph.insert(id: 9, vector: [1e20, 0]) }
    }
  }

  @Test("an empty graph has no matches; a small one has all it holds")
  func small() throws {
    let graph = try MutableGraph(dimension: 2, metric: .squaredL2)
    #expect(try graph.search([0, 0], k: 5, effort: .ef(50)).isEmpty)
    #expect(try graph.search([0, 0], k: 5, effort: .exact).isEmpty)
    for count in 1...20 {
      try graph.insert(id: Int64(-count), vector: [Float(count), 0])
      let found = try graph.search([0, 0], k: 1_000, effort: .ef(1))
      #expect(found.map(\.id) == (1...count).map { Int64(-$0) })
    }
    #expect(try graph.search([0, 0], k: .max, effort: .ef(.max)).count == 20)
    #expect(graph.contains(-3) && !graph.contains(3))
  }

  @Test("ten thousand equal vectors give k results, ordered by id, from everywhere in the graph")
  func duplicates() throws {
    let graph = try MutableGraph(
      dimension: 8, metric: .cosine, parameters: HNSWParameters(efConstruction: 40))
    let same: [Float] = [1, 2, 3, 4, 5, 6, 7, 8]
    try graph.insert(
      ids: Array(0..<10_000), vectors: (0..<10_000).flatMap { _ in same }, threads: 2)
    try graph.insert(id: 10_000, vector: [-1, 0, 0, 0, 0, 0, 0, 0])
    checkInvariants(graph)
    for (k, effort) in [1, 10, 1_000].flatMap({ k in
      [SearchEffort.ef(200), .recall(0.8), .recall(0.99), .exact].map { (k, $0) }
    }) {
      let found = try graph.search(same, k: k, effort: effort)
      #expect(found.count == k)
      #expect(found.map(\.id) == found.map(\.id).sorted())
      #expect(Set(found.map(\.score)).count == 1)
    }
    #expect(
      try graph.search([-1, 0, 0, 0, 0, 0, 0, 0], k: 1, effort: .ef(200)).map(\.id) == [10_000])
    #expect(try graph.search(same, k: 3, effort: .exact).map(\.id) == [0, 1, 2])
    try graph.linkUnreachable()
    #expect(reachableCount(graph.view) == graph.count)
    checkInvariants(graph)
  }

  @Test("levels follow their distribution and depend on seed and id alone")
  func levels() {
    let parameters = HNSWParameters(m: 16, seed: 5)
    let levels = (0..<160_000).map { parameters.level(of: $0) }
    for (level, expected) in [(1, 10_000.0), (2, 625.0)] {
      let count = Double(levels.filter { $0 >= level }.count)
      #expect(abs(count - expected) < 5 * expected.squareRoot())
    }
    #expect(levels == (0..<160_000).map { parameters.level(of: $0) })
    #expect(levels != (0..<160_000).map { HNSWParameters(seed: 6).level(of: $0) })
    #expect((0..<1_000).allSatisfy { HNSWParameters(m: 2).level(of: $0) <= 31 })
  }

  private func unit(_ vector: [Float]) -> [Float] {
    let length = vector.reduce(0) { $0 + $1 * $1 }.squareRoot()
    return vector.map { $0 / length }
  }

  private func score(_ a: [Float], _ b: [Float], _ metric: VectorMetric) -> Double {
    let pairs = zip(a.map(Double.init), b.map(Double.init))
    let dot = pairs.reduce(0) { $0 + $1.0 * $1.1 }
    switch metric {
    case .innerProduct: return dot
    case .squaredL2: return -pairs.reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
    case .cosine:
      func length(_ v: [Float]) -> Double { v.reduce(0) { $0 + Double($1 * $1) }.squareRoot() }
      return dot / length(a) / length(b)
    }
  }
}

/// Expects an error of ours with this code.
func expectError(
  _ code: RAGError.Code, sourceLocation: SourceLocation = #_sourceLocation,
  _ body: () throws -> Void
) {
  let error = #expect(throws: RAGError.self, sourceLocation: sourceLocation) { try body() }
  #expect(error?.code == code, sourceLocation: sourceLocation)
}
