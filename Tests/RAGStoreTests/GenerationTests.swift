import Foundation
import RAGCore
import RAGIndex
import Testing

@testable import RAGStore

@Suite("Generations of an index that is larger than a fold")
struct GenerationTests {
  private let policy = foldPolicy(tailLimit: 20, capacity: 150)

  /// Adds and removes documents; returns the texts that are left.
  private func churn(_ store: Store, seed: UInt64) async throws -> Set<String> {
    var random = TestRandom(seed: seed)
    var documents: [String: [String]] = [:]
    for step in 0..<120 {
      let key = "d\(Int.random(in: 0..<60, using: &random))"
      if documents[key] != nil, Bool.random(using: &random) {
        documents[key] = nil
        try await store.apply([.remove(key: key)], encoder: nil, chunking: nil)
      } else {
        let count = Int.random(in: 1...40, using: &random)
        let texts = (0..<count).map { "word\($0) shared \(key) \(step)" }
        documents[key] = texts
        try await store.put(record(key, texts))
      }
      try await store.foldIfNeeded(policy: policy)
    }
    return Set(documents.values.joined())
  }

  /// Proves that both lanes see exactly these texts.
  private func expect(_ texts: Set<String>, in store: Store) async throws {
    let near = try await store.read {
      try $0.nearest(to: testVector("probe"), count: 2_000, effort: .exact).matches
    }
    let words = try await store.read { try $0.lexicalMatches("shared", count: 2_000) }
    for found in [near, words] {
      let chunks = try await store.read { try $0.chunks(found.map(\.id)) }
      #expect(chunks.count == texts.count)
      let isSame = Set(chunks.map(\.text)) == texts
      #expect(isSame)
    }
    let probes = texts.sorted().prefix(30)
    for probe in probes {
      let match = try await store.read { try $0.nearest(to: testVector(probe), count: 1).matches }
      #expect(try await store.read { try $0.chunks(match.map(\.id)).first?.text } == probe)
    }
  }

  private func sizes(_ store: Store) async throws -> [Int] {
    try await store.read { try $0.state().generations.map(\.chunkCount) }
  }

  @Test("are bounded, and answer as one", arguments: [1, 2, 3])
  func churn(seed: UInt64) async throws {
    try await withTemporaryDirectory { directory in
      let store = try await Store.open(IndexDirectory(directory), for: .write)
      let texts = try await churn(store, seed: seed)
      #expect(texts.count > 300)
      #expect(try await sizes(store).count > 2)
      #expect(try await sizes(store).allSatisfy { $0 <= policy.capacity })
      try await expect(texts, in: store)
      try await store.compact(policy: policy)
      #expect(try await sizes(store).reduce(0, +) == texts.count)
      #expect(try await sizes(store).count <= 2 * texts.count / policy.capacity + 1)
      #expect(try await sizes(store).allSatisfy { $0 <= policy.capacity })
      #expect(try await store.read { try $0.state().tombstones.count } == 0)
      try await expect(texts, in: store)
      #expect(try await Store.verify(IndexDirectory(directory)).isEmpty)
    }
  }

  @Test("are made anew where files are damaged, and the others stay", arguments: [0, 1, 2])
  func damage(place: Int) async throws {
    try await withTemporaryDirectory { directory in
      let names = IndexDirectory(directory)
      var texts: Set<String> = []
      do {
        let store = try await Store.open(names, for: .write)
        texts = try await churn(store, seed: 4)
        try await store.compact(policy: policy)
      }
      let reader = try await Store.open(names, for: .read)
      let generations = try await reader.read { try $0.state().generations }
      #expect(generations.count > 2)
      let path = names.graph(generations[place].number)
      var bytes = try Data(contentsOf: URL(filePath: path))
      for index in stride(from: 300, to: bytes.count, by: 64) { bytes[index] ^= 1 }
      try bytes.write(to: URL(filePath: path))
      try await expect(texts, in: Store.open(names, for: .read))
      let store = try await Store.open(names, for: .write)
      _ = try await store.read { try $0.generationProblems() }
      try await store.foldIfNeeded(policy: policy)
      let mended = try await store.read { try $0.state().generations }
      #expect(mended.map(\.chunkCount) == generations.map(\.chunkCount))
      for (index, generation) in mended.enumerated() {
        #expect((generation == generations[index]) == (index != place))
      }
      try await expect(texts, in: store)
      #expect(try await Store.verify(names).isEmpty)
    }
  }

  @Test("are made of rows alone, a part at a time")
  func parts() async throws {
    try await withTemporaryDirectory { directory in
      let store = try await Store.open(IndexDirectory(directory), for: .write)
      var texts: Set<String> = []
      for document in 0..<5 {
        let own = (0..<100).map { "word\($0) shared \(document)" }
        texts.formUnion(own)
        try await store.put(record("d\(document)", own))
      }
      try await store.foldIfNeeded(policy: policy)
      #expect(try await sizes(store) == [150, 150, 150, 50])
      try await expect(texts, in: store)
    }
  }

  @Test(
    "are made anew by a write that comes upon them damaged or missing, and it says so",
    arguments: ["g1.graph", "g1.terms"], [true, false])
  func mend(name: String, isMissing: Bool) async throws {
    try await withTemporaryDirectory { directory in
      var texts = Set((0..<100).map { "word\($0) shared a" })
      do {
        let store = try await Store.open(IndexDirectory(directory), for: .write)
        try await store.put(record("a", texts.sorted()))
        try await store.settle(policy: policy)
      }
      let path = directory + "/" + name
      var bytes = try Data(contentsOf: URL(filePath: path))
      try FileManager.default.removeItem(atPath: path)
      if !isMissing {
        for index in stride(from: 300, to: bytes.count, by: 64) { bytes[index] ^= 1 }
        try bytes.write(to: URL(filePath: path))
      }
      let store = try await Store.open(IndexDirectory(directory), for: .write)
      let more = (0..<40).map { "word\($0) shared b" }
      texts.formUnion(more)
      try await store.put(record("b", more))
      #expect(try await store.settle(policy: policy))
      #expect(store.mended.compactMap(\.path) == [path])
      try await expect(texts, in: store)
      #expect(try await Store.verify(IndexDirectory(directory)).isEmpty)
    }
  }
}
