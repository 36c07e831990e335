import RAGCore
import Testing

@testable import RAGIndex

@Suite("Filtered search")
struct FilteredSearchTests {
  private let vectors: [[Float]]
  private let queries: [[Float]]
  private let graph: MutableGraph

  init() throws {
    var random = SeededRandom(30)
    vectors = random.clustered(5_000, dimension: 16, clusters: 40)
    queries = (0..<40).map { _ in random.vector(16) } + vectors.prefix(40)
    graph = try makeGraph(vectors, parameters: HNSWParameters(efConstruction: 100))
  }

  @Test(
    "gives exactly min(k, matches) hits, nearly all of the true ones, at any selectivity",
    arguments: [1, 0.98, 0.5, 0.1, 0.01, 0.001, 0])
  func selectivity(share: Double) throws {
    var random = SeededRandom(31)
    let ids = (0..<5_000).filter { _ in Double.random(in: 0..<1, using: &random) < share }
    try check(IDSet(ids.map(Int64.init)))
  }

  @Test("keeps its word when the matches lie far from the query or all in one place")
  func correlated() throws {
    for (share, far) in [(0.5, true), (0.5, false), (0.05, true), (0.05, false)] {
      let order = vectors.indices.sorted {
        far ? vectors[$0][0] < vectors[$1][0] : vectors[$0][0] > vectors[$1][0]
      }
      try check(IDSet(order.prefix(Int(5_000 * share)).map(Int64.init)))
    }
  }

  @Test("finds the only match, wherever it is")
  func singleMatch() throws {
    for id in stride(from: Int64(0), to: 5_000, by: 500) {
      for query in queries.prefix(5) {
        let only = IDSet([id, 99_999])
        #expect(try graph.search(query, k: 10, effort: .ef(64), allowing: only).map(\.id) == [id])
      }
    }
  }

  @Test("excluded ids never appear, allowed or not")
  func excluding() throws {
    for query in queries.prefix(20) {
      let best = try graph.search(query, k: 20, effort: .exact).map(\.id)
      let gone = IDSet(best.prefix(10) + [-5])
      for ef in [10, 200] {
        let found = try graph.search(query, k: 10, effort: .ef(ef), excluding: gone)
        #expect(found.count == 10)
        #expect(Set(found.map(\.id)).isDisjoint(with: gone.sorted))
      }
      let left = try graph.search(
        query, k: 30, effort: .ef(100), allowing: IDSet(best.prefix(15)), excluding: gone)
      #expect(Set(left.map(\.id)) == Set(best[10..<15]))
      #expect(
        try graph.search(
          query, k: 30, effort: .exact, allowing: IDSet(best.prefix(15)), excluding: gone)
          == left)
    }
    #expect(
      try graph.search(queries[0], k: 3, effort: .ef(10), excluding: IDSet(0..<5_000)).isEmpty)
  }

  @Test("a file filters as the graph does, and so does the flat index")
  func sameInFile() throws {
    let directory = try TemporaryDirectory()
    try GraphFile.write(graph, to: directory.path("g"))
    let file = try GraphFile(path: directory.path("g"))
    var flat = try FlatIndex(dimension: 16, metric: .cosine, encoding: .float32)
    for (id, vector) in vectors.enumerated() { try flat.append(id: Int64(id), vector: vector) }
    let some = IDSet((-10..<6_000).filter { $0 % 7 < 3 })
    let few = IDSet([-4, 0, 17, 4_999, 5_000])
    let gone = IDSet((0..<5_000).filter { $0 % 11 == 0 })
    for query in queries.prefix(20) {
      for (allowing, excluding) in [(some, nil), (few, nil), (nil, gone), (some, gone)]
        as [(IDSet?, IDSet?)]
      {
        let found = try graph.search(
          query, k: 10, effort: .ef(50), allowing: allowing, excluding: excluding)
        #expect(
          try file.search(query, k: 10, effort: .ef(50), allowing: allowing, excluding: excluding)
            == found)
        let exact = try file.search(
          query, k: 10, effort: .exact, allowing: allowing, excluding: excluding)
        #expect(
          try flat.search(query, k: 10, effort: .exact, allowing: allowing, excluding: excluding)
            == exact)
      }
    }
  }

  @Test("a set of ids sorts and counts each once")
  func idSets() {
    #expect(IDSet([3, 1, 2, 3, 1, -7]).sorted == [-7, 1, 2, 3])
    #expect(IDSet([1, 1]).sorted == [1])
    #expect(IDSet([]).sorted.isEmpty)
    #expect(IDSet([.min, .max]).count == 2)
  }

  private func check(_ allowed: IDSet) throws {
    let lawful = Set(allowed.sorted)
    for k in [1, 10, 300] {
      let truth = try queries.map { try graph.search($0, k: k, effort: .exact, allowing: allowed) }
      let found = try queries.map {
        try graph.search($0, k: k, effort: .ef(100), allowing: allowed)
      }
      #expect(found.allSatisfy { $0.count == min(k, allowed.count) })
      #expect(found.allSatisfy { $0.allSatisfy { lawful.contains($0.id) } })
      if allowed.count > 0 { #expect(recall(found, truth) >= 0.99) }
    }
  }
}
