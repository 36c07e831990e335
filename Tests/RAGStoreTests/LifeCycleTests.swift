import Foundation
import RAGCore
import Testing

@testable import RAGIndex
@testable import RAGStore

@Suite("An index whose documents are replaced again and again")
struct LifeCycleTests {
  private static let dimension = 16
  private let policy = foldPolicy(tailLimit: 200)

  /// A document of ten chunks of some 800 bytes, other ones for each version.
  private func document(_ number: Int, version: Int, dimension: Int?) -> DocumentRecord {
    var random = TestRandom(seed: UInt64(1_000 * number + version + 1))
    let names = (0..<10).map { "d\(number)v\(version)c\($0)" }
    let texts = names.map { name in
      let words = (0..<100).map { _ in "word\(Int.random(in: 100..<400, using: &random))" }
      return name + " " + words.joined(separator: " ")
    }
    var document = record("d\(number)", texts, dimension: dimension)
    for (index, name) in names.enumerated() { document.chunks[index].identity = Array(name.utf8) }
    return document
  }

  private func put(_ documents: [DocumentRecord], dimension: Int?, into store: Store) async throws {
    try await store.apply(
      documents.map { .put($0) },
      encoder: dimension.map { (fingerprint: "test encoder 1", name: "test", dimension: $0) },
      chunking: "{}")
    try await store.settle(policy: policy)
  }

  /// Makes an index of documents of which a tenth is replaced fifty times, and one of what is left.
  private func makeIndexes(at path: String, documentCount: Int, dimension: Int?) async throws {
    var random = TestRandom(seed: 31)
    var versions = Array(repeating: 0, count: documentCount)
    func documents(_ numbers: some Sequence<Int>) -> [DocumentRecord] {
      numbers.map { document($0, version: versions[$0], dimension: dimension) }
    }
    let aged = try await Store.open(IndexDirectory(path + "/aged"), for: .write)
    try await put(documents(versions.indices), dimension: dimension, into: aged)
    for round in 1...50 {
      let chosen = versions.indices.shuffled(using: &random).prefix(documentCount / 10)
      for number in chosen { versions[number] = round }
      try await put(documents(chosen), dimension: dimension, into: aged)
    }
    let fresh = try await Store.open(IndexDirectory(path + "/fresh"), for: .write)
    try await put(documents(versions.indices), dimension: dimension, into: fresh)
  }

  private static func byteCount(_ path: String) throws -> Int {
    try FileManager.default.contentsOfDirectory(atPath: path).reduce(0) { sum, name in
      let attributes = try FileManager.default.attributesOfItem(atPath: path + "/" + name)
      return sum + (try #require(attributes[.size] as? Int))
    }
  }

  /// How well an index with vectors answers.
  private struct Figures {
    /// Of searches, against all vectors as they were put in.
    var recall = 0.0
    /// Of walks through the graph, against all that it holds; small ones are scanned by searches.
    var walkRecall = 0.0

    init(_ path: String) async throws {
      let store = try await Store.open(IndexDirectory(path), for: .read)
      (recall, walkRecall) = try await store.read { reader in
        let truth = try #require(try reader.exactVectors())
        var found = 0
        for probe in 0..<200 {
          let vector = testVector("probe \(probe)", dimension: dimension)
          let exact = Set(try truth.search(vector, k: 10, effort: .exact).map(\.id))
          found += try reader.nearest(to: vector, count: 10).matches.count { exact.contains($0.id) }
        }
        let state = try reader.state()
        #expect(state.generations.map(\.chunkCount) == [800])
        #expect(state.tombstones.count == 0)
        let graph = try #require(try state.generations.first.flatMap { try reader.graph(of: $0) })
        let widest = try #require(graph.header.calibration.recalls.last)
        return (Double(found) / 2_000, Double(widest))
      }
    }
  }

  @Test("is as small and as good after fifty rounds as one made anew of the same")
  func cycles() async throws {
    try await withTemporaryDirectory { path in
      try await makeIndexes(at: path, documentCount: 80, dimension: Self.dimension)
      try await requireSmall(path)
      let aged = try await Figures(path + "/aged")
      let fresh = try await Figures(path + "/fresh")
      #expect(aged.recall >= fresh.recall - 0.005, "\(aged.recall), of \(fresh.recall)")
      #expect(
        aged.walkRecall >= fresh.walkRecall - 0.005, "\(aged.walkRecall), of \(fresh.walkRecall)")
    }
  }

  @Test("is as small without vectors, when rows have been removed here and there on all pages")
  func words() async throws {
    try await withTemporaryDirectory { path in
      try await makeIndexes(at: path, documentCount: 200, dimension: nil)
      try await requireSmall(path)
      func found(_ name: String) async throws -> Set<String> {
        try await Store.open(IndexDirectory(path + "/" + name), for: .read).read { reader in
          let matches = try reader.lexicalMatches("word150", count: 2_000)
          return try Set(reader.chunks(matches.map(\.id)).map(\.text))
        }
      }
      #expect(try await found("aged") == found("fresh"))
    }
  }

  private func requireSmall(_ path: String) async throws {
    let (aged, fresh) = (try Self.byteCount(path + "/aged"), try Self.byteCount(path + "/fresh"))
    #expect(Double(aged) <= 1.3 * Double(fresh), "\(aged) bytes, of \(fresh)")
    let spare = try PageFill.spareShare(of: IndexDirectory(path + "/fresh").database)
    #expect(spare < 0.15, "\(spare)")
    #expect(try await Store.verify(IndexDirectory(path + "/aged")) == [])
  }
}
