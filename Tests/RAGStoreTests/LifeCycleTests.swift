import Foundation
import RAGCore
import Testing

@testable import RAGIndex
@testable import RAGStore

@Suite("An index whose documents are replaced again and again")
struct LifeCycleTests {
  private static let documentCount = 80
  private static let dimension = 16
  private let policy = foldPolicy(tailLimit: 200)

  /// A document of ten chunks of some 800 bytes, other ones for each version.
  private func document(_ number: Int, version: Int) -> DocumentRecord {
    var random = TestRandom(seed: UInt64(1_000 * number + version + 1))
    let names = (0..<10).map { "d\(number)v\(version)c\($0)" }
    let texts = names.map { name in
      let words = (0..<100).map { _ in "word\(Int.random(in: 100..<400, using: &random))" }
      return name + " " + words.joined(separator: " ")
    }
    var document = record("d\(number)", texts, dimension: Self.dimension)
    for (index, name) in names.enumerated() { document.chunks[index].identity = Array(name.utf8) }
    return document
  }

  private func put(_ documents: [DocumentRecord], into store: Store) async throws {
    try await store.apply(
      documents.map { .put($0) },
      encoder: (fingerprint: "test encoder 1", name: "test", dimension: Self.dimension),
      chunking: "{}")
    try await store.settle(policy: policy)
  }

  /// What becomes of an index.
  private struct Figures {
    var byteCount = 0
    /// Of searches, against all vectors as they were put in.
    var recall = 0.0
    /// Of walks through the graph, against all that it holds; small ones are scanned by searches.
    var walkRecall = 0.0

    init(_ path: String) async throws {
      for name in try FileManager.default.contentsOfDirectory(atPath: path) {
        let attributes = try FileManager.default.attributesOfItem(atPath: path + "/" + name)
        byteCount += try #require(attributes[.size] as? Int)
      }
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
        #expect(state.generations.map(\.chunkCount) == [10 * documentCount])
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
      var random = TestRandom(seed: 31)
      var versions = Array(repeating: 0, count: Self.documentCount)
      do {
        let store = try await Store.open(IndexDirectory(path + "/aged"), for: .write)
        try await put(versions.indices.map { document($0, version: 0) }, into: store)
        for round in 1...50 {
          let chosen = versions.indices.shuffled(using: &random).prefix(Self.documentCount / 10)
          for number in chosen { versions[number] = round }
          try await put(chosen.map { document($0, version: round) }, into: store)
        }
      }
      do {
        let store = try await Store.open(IndexDirectory(path + "/fresh"), for: .write)
        try await put(versions.enumerated().map { document($0, version: $1) }, into: store)
      }
      let aged = try await Figures(path + "/aged")
      let fresh = try await Figures(path + "/fresh")
      #expect(
        Double(aged.byteCount) <= 1.3 * Double(fresh.byteCount),
        "\(aged.byteCount) bytes, of \(fresh.byteCount)")
      #expect(aged.recall >= fresh.recall - 0.005, "\(aged.recall), of \(fresh.recall)")
      #expect(
        aged.walkRecall >= fresh.walkRecall - 0.005, "\(aged.walkRecall), of \(fresh.walkRecall)")
      #expect(try await Store.verify(IndexDirectory(path + "/aged")) == [])
    }
  }
}
