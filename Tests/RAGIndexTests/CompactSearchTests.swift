import RAGCore
import Testing

@testable import RAGIndex

@Suite("Searches in compact codes")
struct CompactSearchTests {
  private let vectors: [[Float]]
  private let queries: [[Float]]
  private let graph: MutableGraph
  private let oracle: FlatIndex

  init() throws {
    var random = SeededRandom(90)
    let all = random.clustered(6_150, dimension: 48, clusters: 100)
    vectors = Array(all.prefix(6_000))
    queries = Array(all.suffix(150))
    graph = try makeGraph(vectors, encoding: .compact)
    var flat = try FlatIndex(dimension: 48, metric: .cosine, encoding: .float32)
    for (id, vector) in vectors.enumerated() { try flat.append(id: Int64(id), vector: vector) }
    oracle = flat
  }

  /// The share of hits whose true score reaches the true tenth's.
  private func recall(_ effort: SearchEffort, in index: some VectorSearching) throws -> Double {
    var right = 0
    for query in queries {
      let found = try index.search(query, k: 10, effort: effort)
      #expect(found.count == 10)
      let bar = try oracle.search(query, k: 10, effort: .exact)[9].score - 1e-6
      let scores = try oracle.search(
        query, k: 10, effort: .exact, allowing: IDSet(found.map(\.id)))
      for (a, b) in zip(found.map(\.score).sorted(by: >), scores.map(\.score)) {
        #expect(abs(a - b) < 1e-3)
      }
      right += scores.count { $0.score >= bar }
    }
    return Double(right) / Double(10 * queries.count)
  }

  @Test("reach the recall that was asked for, and hardly more than needed")
  func calibrated() throws {
    let directory = try TemporaryDirectory()
    try GraphFile.write(graph, to: directory.path("g"), threads: 2)
    let file = try GraphFile(path: directory.path("g"))
    for target in [0.8, 0.9, 0.95, 0.99] {
      // A sample of 150 queries; of the calibration's 256.
      let reached = try recall(.recall(target), in: file)
      #expect(reached >= target - 0.02, "\(target)")
    }
    let work = try [0.8, 0.95, 0.99].map { target in
      try queries.reduce(0) {
        try $0 + file.search(VectorQuery($1, k: 10, effort: .recall(target))).statistics.distances
      }
    }
    #expect(work[0] <= work[1] && work[1] <= work[2] && work[0] < work[2])
    #expect(try recall(.recall(1), in: file) >= 0.995)
    #expect(try recall(.exact, in: file) >= 0.995)
  }

  @Test("in a flat index are nearly exact, and need no graph")
  func flat() throws {
    var flat = try FlatIndex(dimension: 48, metric: .cosine)
    for (id, vector) in vectors.enumerated() { try flat.append(id: Int64(id), vector: vector) }
    #expect(try recall(.ef(10), in: flat) >= 0.995)
    // A copy keeps its own vectors.
    var copy = flat
    try copy.append(id: 9_999, vector: queries[0])
    #expect(try copy.search(queries[0], k: 1)[0].id == 9_999)
    #expect(try flat.search(queries[0], k: 1)[0].id != 9_999)
    #expect(try FlatIndex(dimension: 2, metric: .cosine).search([1, 0], k: 3).isEmpty)
  }

  @Test("give the same on any number of threads, and the first error of a batch")
  func batches() throws {
    let batch = queries.map { VectorQuery($0, k: 10, effort: .ef(40)) }
    let single = try batch.map { try graph.search($0) }
    for threads in [-1, 1, 2, 7, 1_000] {
      #expect(try graph.search(batch, threads: threads) == single)
    }
    #expect(try graph.search([], threads: 2).isEmpty)
    expectError(.dimensionMismatch) {
      _ = try graph.search(batch + [VectorQuery([1], k: 1)] + batch, threads: 2)
    }
    for recall in [-0.1, 1.1, .nan] {
      expectError(.invalidInput) {
        _ = try graph.search(queries[0], k: 1, effort: .recall(recall))
      }
    }
  }

  @Test("above a score give all hits above it and no other")
  func range() throws {
    for query in queries.prefix(30) {
      let all = try graph.search(query, k: 200, effort: .exact)
      let bar = all[50].score
      var range = VectorQuery(query, k: 200, effort: .exact, minimumScore: bar)
      #expect(try graph.search(range).matches == all.filter { $0.score >= bar })
      range.minimumScore = 2
      #expect(try graph.search(range).matches.isEmpty)
    }
  }

  @Test("tell what they did")
  func statistics() throws {
    let walk = try graph.search(VectorQuery(queries[0], k: 10, effort: .ef(20))).statistics
    #expect(walk.plan == .walk && walk.hops >= 20 && walk.distances > walk.hops)
    #expect((1...30).contains(walk.reranked))
    let exact = try graph.search(VectorQuery(queries[0], k: 10, effort: .exact)).statistics
    #expect(exact.plan == .scan && exact.reranked == 6_000 && exact.hops == 0)
    let few = VectorQuery(queries[0], k: 10, effort: .ef(20), allowing: IDSet(0..<100))
    let filtered = try graph.search(few).statistics
    #expect(filtered.plan == .scan && filtered.distances + filtered.reranked == 100)
    let none = VectorQuery(queries[0], k: 10, effort: .ef(20), allowing: IDSet(9_000..<9_010))
    #expect(try graph.search(none).statistics == SearchStatistics(plan: .scan))
  }

  @Test("stop when their task is cancelled")
  func cancellation() async {
    let (graph, query) = (graph, queries[0])
    let task = Task {
      withUnsafeCurrentTask { $0?.cancel() }
      for _ in 0..<3 { _ = try graph.search(query, k: 1, effort: .exact) }
      try graph.insert(ids: [-5], vectors: query, threads: 1)
    }
    let result = await task.result
    #expect { try result.get() } throws: { RAGError.Code.cancelled ~= $0 }
    #expect(!graph.contains(-5))
  }

  @Test("go on while vectors come and go")
  func concurrent() async throws {
    let (graph, queries) = (graph, queries)
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask {
        for round in 0..<5 as Range<Int64> {
          let ids = (0..<100).map { 10_000 + 100 * round + $0 }
          try graph.insert(ids: ids, vectors: queries.prefix(100).flatMap { $0 }, threads: 2)
          try graph.delete(IDSet(ids.dropLast(10)), threads: 2)
        }
      }
      for _ in 0..<3 {
        group.addTask {
          for query in queries {
            let found = try graph.search(query, k: 10, effort: .ef(30))
            #expect(found.count == 10)
          }
        }
      }
      try await group.waitForAll()
    }
    #expect(graph.count == 6_050)
    checkInvariants(graph)
  }

  @Test("find graphs of the same bytes whatever built them", arguments: VectorEncoding.allCases)
  func sameBytes(encoding: VectorEncoding) throws {
    let directory = try TemporaryDirectory()
    func bytes(_ threads: Int) throws -> [UInt8] {
      let graph = try makeGraph(Array(vectors.prefix(3_000)), encoding: encoding, threads: threads)
      try graph.delete(IDSet(100..<500), threads: threads)
      try GraphFile.write(graph, to: directory.path("g"), threads: threads)
      return try directory.bytes(of: "g")
    }
    let one = try bytes(1)
    for threads in [2, 3, 16] { #expect(try bytes(threads) == one) }
  }

  @Test("reach across batches that are far from all before, and across thousands of equals")
  func islands() throws {
    var random = SeededRandom(91)
    let graph = try MutableGraph(dimension: 32, metric: .squaredL2)
    var all: [[Float]] = []
    func add(_ vectors: [[Float]]) throws {
      let ids = (0..<vectors.count).map { Int64(all.count + $0) }
      try graph.insert(ids: ids, vectors: vectors.flatMap { $0 }, threads: 2)
      all += vectors
    }
    for _ in 0..<12 {
      let centre = random.vector(32).map { 3 * $0 }
      try add((0..<300).map { _ in centre.map { $0 + random.normal() } })
    }
    try add(Array(repeating: random.vector(32), count: 3_000))
    try add((0..<2_000).map { _ in random.vector(32) })
    checkInvariants(graph)
    #expect(reachableCount(graph.view) == graph.count)
    let probes = stride(from: 5, to: all.count, by: 131).map { all[$0].map { $0 + 0.01 } }
    var right = 0
    for probe in probes {
      let truth = try graph.search(probe, k: 10, effort: .exact)
      let found = try graph.search(probe, k: 10, effort: .recall(0.99))
      right += found.count { $0.score >= truth[9].score }
    }
    #expect(Double(right) / Double(10 * probes.count) >= 0.95)
  }

  @Test("tell near copies apart", arguments: [false, true])
  func nearCopies(filtered: Bool) throws {
    var random = SeededRandom(92)
    let centres = (0..<30).map { _ in random.vector(48) }
    let vectors = (0..<6_000).map { index in
      centres[index % 30].map { $0 + 0.02 * random.normal() }
    }
    let graph = try makeGraph(vectors, encoding: .compact)
    let allowed = filtered ? IDSet((0..<6_000).filter { $0 % 3 != 0 }) : nil
    var right = 0
    for query in vectors.prefix(60) {
      let truth = try graph.search(query, k: 10, effort: .exact, allowing: allowed)
      let found = try graph.search(query, k: 10, effort: .recall(0.99), allowing: allowed)
      right += found.count { $0.score >= truth[9].score }
    }
    #expect(Double(right) / 600 >= 0.95)
  }
}
