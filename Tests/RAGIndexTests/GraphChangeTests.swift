import RAGCore
import Testing

@testable import RAGIndex

@Suite("Insertions and deletions")
struct GraphChangeTests {
  @Test("any series of them keeps the graph sound and complete", arguments: 0..<12 as Range<UInt64>)
  func randomSeries(seed: UInt64) throws {
    var random = SeededRandom(seed)
    let parameters = HNSWParameters(
      m: Int.random(in: 2...8, using: &random),
      efConstruction: Int.random(in: 1...40, using: &random), seed: seed)
    let graph = try MutableGraph(
      dimension: 6, metric: .squaredL2, encoding: .float32, parameters: parameters)
    var oracle: [Int64: [Float]] = [:]
    for _ in 0..<60 {
      switch Int.random(in: 0..<10, using: &random) {
      case 0..<6:
        for _ in 0..<Int.random(in: 1...30, using: &random) {
          let id = Int64.random(in: -200...200, using: &random)
          // Coarse coordinates, so that equal vectors and equal distances abound.
          let vector = random.vector(6).map { ($0 * 2).rounded() }
          if oracle[id] == nil {
            try graph.insert(id: id, vector: vector)
            oracle[id] = vector
          } else {
            expectError(.invalidInput) { try graph.insert(id: id, vector: vector) }
          }
        }
      case 6..<9:
        let ids = (0..<Int.random(in: 1...20, using: &random)).map { _ in
          Int64.random(in: -200...200, using: &random)
        }
        let present = Set(ids).filter { oracle.removeValue(forKey: $0) != nil }
        #expect(try graph.delete(IDSet(ids)) == present.count)
      default:
        // All on one side: whole neighbourhoods go at once.
        let doomed = oracle.filter { $0.value[0] > 0 }.keys
        #expect(try graph.delete(IDSet(doomed)) == doomed.count)
        for id in doomed { oracle[id] = nil }
      }
      checkInvariants(graph)
      #expect(Set(graph.slotOfID.keys) == Set(oracle.keys))
      let query = random.vector(6)
      let found = try graph.search(query, k: 10, effort: .ef(30))
      #expect(found.count == min(10, oracle.count), "seed \(seed)")
      #expect(found.allSatisfy { oracle[$0.id] != nil })
    }
    try graph.linkUnreachable()
    checkInvariants(graph)
    #expect(reachableCount(graph.view) == graph.count, "seed \(seed)")
    for (id, vector) in oracle {
      let own = try graph.search(vector, k: 1, effort: .exact, allowing: IDSet([id]))
      #expect(own == [Match(id: id, score: 0)])
    }
  }

  @Test("recall holds while half of the vectors are replaced, at random or a region at a time")
  func recallAfterReplacement() throws {
    var random = SeededRandom(20)
    let vectors = random.clustered(4_000, dimension: 32, clusters: 50)
    let queries = random.clustered(100, dimension: 32, clusters: 50) + vectors.prefix(50)
    for byRegion in [false, true] {
      let graph = try makeGraph(vectors)
      let order = vectors.indices.sorted {
        byRegion ? vectors[$0][0] < vectors[$1][0] : ($0 &* 7919) % 4_001 < ($1 &* 7919) % 4_001
      }
      for step in 0..<5 {
        let doomed = order[(step * 400)..<((step + 1) * 400)].map(Int64.init)
        #expect(try graph.delete(IDSet(doomed)) == 400)
        for id in doomed { try graph.insert(id: id + 10_000, vector: vectors[Int(id)]) }
      }
      checkInvariants(graph)
      #expect(graph.slotCount == 4_000)
      let truth = try queries.map { try graph.search($0, k: 10, effort: .exact) }
      #expect(
        recall(try queries.map { try graph.search($0, k: 10, effort: .ef(200)) }, truth) >= 0.99)
    }
  }

  @Test("recall holds among the few that are left", arguments: [0.5, 0.9, 0.99])
  func recallAfterDeletion(share: Double) throws {
    var random = SeededRandom(21)
    let vectors = random.clustered(4_000, dimension: 32, clusters: 50)
    for byRegion in [false, true] {
      let graph = try makeGraph(vectors, parameters: HNSWParameters(efConstruction: 100))
      let order = vectors.indices.sorted {
        byRegion ? vectors[$0][0] < vectors[$1][0] : ($0 &* 7919) % 4_001 < ($1 &* 7919) % 4_001
      }
      try graph.delete(IDSet(order.prefix(Int(4_000 * share)).map(Int64.init)))
      checkInvariants(graph)
      let queries = (0..<100).map { _ in random.vector(32) }
      let truth = try queries.map { try graph.search($0, k: 10, effort: .exact) }
      #expect(
        recall(try queries.map { try graph.search($0, k: 10, effort: .ef(200)) }, truth) >= 0.99)
    }
  }

  @Test("a graph emptied takes vectors again")
  func emptied() throws {
    let graph = try makeGraph([[1, 0], [0, 1], [1, 1]])
    #expect(try graph.delete(IDSet([0, 1, 2, 3])) == 3)
    checkInvariants(graph)
    #expect(graph.count == 0)
    #expect(try !graph.delete(id: 0))
    #expect(try graph.search([1, 0], k: 1, effort: .ef(10)).isEmpty)
    try graph.insert(id: 2, vector: [1, 0])
    #expect(try graph.delete(id: 2))
    try graph.insert(id: 1, vector: [0, 1])
    checkInvariants(graph)
    #expect(try graph.search([1, 0], k: 5, effort: .ef(10)).map(\.id) == [1])
  }

  @Test("the same series gives the same bytes, also when a file lies between")
  func determinism() throws {
    let directory = try TemporaryDirectory()
    func run(_ name: String, throughFile: Bool) throws -> [UInt8] {
      var random = SeededRandom(22)
      let vectors = random.clustered(1_200, dimension: 16, clusters: 20)
      var graph = try makeGraph(Array(vectors.prefix(800)))
      try graph.delete(IDSet((0..<800).filter { $0 % 3 == 0 }))
      try GraphFile.write(graph, to: directory.path(name))
      if throughFile { graph = try MutableGraph(GraphFile(path: directory.path(name))) }
      checkInvariants(graph)
      for id in 800..<1_200 { try graph.insert(id: Int64(id), vector: vectors[id]) }
      try graph.delete(IDSet((300..<1_000).filter { $0 % 2 == 0 }))
      try GraphFile.write(graph, to: directory.path(name))
      return try directory.bytes(of: name)
    }
    let first = try run("a", throughFile: false)
    #expect(try run("b", throughFile: false) == first)
    #expect(try run("c", throughFile: true) == first)
  }
}
