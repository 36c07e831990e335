import Foundation
import RAGCore
import Testing

@testable import RAGIndex

@Suite("Graph file")
struct GraphFileTests {
  private let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  @Test("answers as the graph that it was written from", arguments: VectorMetric.allCases)
  func roundTrip(metric: VectorMetric) throws {
    var random = SeededRandom(40)
    let vectors = random.clustered(1_500, dimension: 19, clusters: 30)
    let graph = try makeGraph(
      vectors, metric: metric, parameters: HNSWParameters(m: 6, efConstruction: 50, seed: 9))
    try graph.delete(IDSet((0..<1_500).filter { $0 % 5 == 0 }))
    let path = directory.path("g1")
    let stamp = try GraphFile.write(graph, to: path)
    let file = try GraphFile(path: path, expecting: stamp)
    #expect(file.stamp == stamp)
    #expect(try directory.bytes(of: "g1").count == stamp.byteCount)
    #expect(file.count == 1_200 && file.dimension == 19 && file.metric == metric)
    #expect(file.parameters == graph.parameters)
    #expect(try file.ids() == (0..<1_500).filter { $0 % 5 != 0 })
    for (id, isThere) in [(1, true), (0, false), (-1, false), (2_000, false)] as [(Int64, Bool)] {
      #expect(try file.contains(id) == isThere)
      #expect(graph.contains(id) == isThere)
    }
    try file.check()
    #expect(reachableCount(file.view) == file.count)
    for _ in 0..<50 {
      let query = random.vector(19)
      #expect(
        try file.search(query, k: 10, effort: .ef(40))
          == graph.search(query, k: 10, effort: .ef(40)))
      #expect(
        try file.search(query, k: 10, effort: .exact) == graph.search(query, k: 10, effort: .exact))
    }
    #expect(!FileManager.default.fileExists(atPath: path + ".tmp"))
    let copy = try MutableGraph(file)
    checkInvariants(copy)
    #expect(try GraphFile.write(copy, to: directory.path("g2")) == stamp)
    #expect(try directory.bytes(of: "g2") == directory.bytes(of: "g1"))
  }

  @Test("holds an empty graph and a graph of one")
  func tiny() throws {
    let graph = try MutableGraph(dimension: 2, metric: .cosine)
    try GraphFile.write(graph, to: directory.path("none"))
    let none = try GraphFile(path: directory.path("none"))
    #expect(try none.search([1, 0], k: 3, effort: .ef(10)).isEmpty)
    #expect(try none.ids().isEmpty)
    #expect(try none.search([1, 0], k: 3, effort: .ef(10), allowing: IDSet([1])).isEmpty)
    let again = try MutableGraph(none)
    try again.insert(id: 4, vector: [1, 1])
    try GraphFile.write(again, to: directory.path("none"))
    #expect(
      try GraphFile(path: directory.path("none")).search([1, 0], k: 3, effort: .ef(10)).map(\.id)
        == [4])
    // The mapping of the old file outlives its name.
    #expect(none.count == 0)
  }

  @Test("serves many threads at once")
  func concurrentSearches() async throws {
    var random = SeededRandom(41)
    let vectors = random.clustered(2_000, dimension: 16, clusters: 30)
    try GraphFile.write(try makeGraph(vectors), to: directory.path("g"))
    let file = try GraphFile(path: directory.path("g"))
    let queries = vectors.prefix(100)
    let odd = IDSet((0..<2_000).filter { $0 % 2 == 1 })
    let expected = try queries.map {
      [
        try file.search($0, k: 10, effort: .ef(50)),
        try file.search($0, k: 10, effort: .ef(50), allowing: odd),
      ]
    }
    try await withThrowingTaskGroup(of: Bool.self) { group in
      for _ in 0..<8 {
        group.addTask {
          try zip(queries, expected).allSatisfy { query, expected in
            try file.search(query, k: 10, effort: .ef(50)) == expected[0]
              && file.search(query, k: 10, effort: .ef(50), allowing: odd) == expected[1]
          }
        }
      }
      for try await agrees in group { #expect(agrees) }
    }
  }

  @Test("refuses queries that cannot be compared")
  func refusals() throws {
    try GraphFile.write(try makeGraph([[1, 0], [0, 1]]), to: directory.path("g"))
    let file = try GraphFile(path: directory.path("g"))
    expectError(.dimensionMismatch) { _ = try file.search([1], k: 1, effort: .ef(1)) }
    expectError(.invalidInput) { _ = try file.search([.nan, 1], k: 1, effort: .ef(1)) }
    expectError(.invalidInput) { _ = try file.search([0, 0], k: 1, effort: .ef(1)) }
    expectError(.invalidInput) { _ = try file.search([1, 0], k: 0, effort: .ef(1)) }
    expectError(.invalidInput) { _ = try file.search([1, 0], k: -3, effort: .exact) }
  }

  @Test("is written whole or not at all, and says why not")
  func failedWrites() throws {
    let graph = try makeGraph([[1, 0], [0, 1]])
    expectError(.notFound) { try GraphFile.write(graph, to: directory.path("no/where")) }
    // A directory cannot be replaced by a file; the old one stays and no other is left behind.
    let name = directory.path("taken")
    try FileManager.default.createDirectory(atPath: name, withIntermediateDirectories: false)
    expectError(.io) { try GraphFile.write(graph, to: name) }
    #expect(try FileManager.default.contentsOfDirectory(atPath: directory.url.path) == ["taken"])
    // A leftover of a crash is no obstacle.
    _ = try directory.write([1, 2, 3], to: "g.tmp")
    try GraphFile.write(graph, to: directory.path("g"))
    #expect(try GraphFile(path: directory.path("g")).count == 2)
    #expect(!FileManager.default.fileExists(atPath: directory.path("g.tmp")))
  }

  @Test("opens only regular files")
  func otherKinds() throws {
    expectError(.notFound) { _ = try GraphFile(path: directory.path("absent")) }
    expectError(.invalidInput) { _ = try GraphFile(path: directory.url.path) }
    #expect(mkfifo(directory.path("fifo"), 0o600) == 0)
    expectError(.invalidInput) { _ = try GraphFile(path: directory.path("fifo")) }
    expectError(.corrupt) { _ = try GraphFile(path: directory.write([], to: "empty")) }
    for text in ["SQLite format 3\0", "RAG", "{\"a\": 1}", "RAGHNSV\0"] {
      let path = try directory.write(Array(text.utf8), to: "other")
      let error = #expect(throws: RAGError.self) { _ = try GraphFile(path: path) }
      #expect(error?.code == (text == "RAG" ? .corrupt : .incompatibleFormat))
    }
  }
}
