import Foundation
import RAGCore
import RAGIndex
import Testing

@testable import RAGStore

@Suite("The vectors of a store")
struct VectorTests {
  private func policy(_ smallest: Int) -> FoldPolicy {
    var policy = FoldPolicy()
    policy.smallestGraph = smallest
    return policy
  }

  @Test("give the same hits from graph and tail, less the deleted, as an exact scan")
  func graphAndTail() async throws {
    try await withTemporaryDirectory { directory in
      let store = try await Store.open(IndexDirectory(directory), for: .write)
      for batch in 0..<6 {
        try await store.put(record("d\(batch)", (0..<60).map { "text \(batch) \($0)" }))
        if batch == 3 { try await store.foldIfNeeded(policy: policy(100)) }
      }
      try await store.apply([.remove(key: "d1"), .remove(key: "d5")], encoder: nil, chunking: nil)
      let generation = try await store.read { $0.settings.generation }
      #expect(generation?.lastChunk == 240)
      for probe in 0..<20 {
        let vector = testVector("probe \(probe)")
        let (found, exact) = try await store.read { reader in
          (
            try reader.nearest(to: vector, count: 10).matches,
            try #require(try reader.exactVectors()).search(vector, k: 10, effort: .exact)
          )
        }
        #expect(found.map(\.id) == exact.map(\.id))
        #expect(exact.count == 10)
        #expect(exact.allSatisfy { !(61...120).contains($0.id) && !(301...360).contains($0.id) })
      }
    }
  }

  @Test("fold into a new generation, and the old file goes")
  func fold() async throws {
    try await withTemporaryDirectory { directory in
      let store = try await Store.open(IndexDirectory(directory), for: .write)
      try await store.put(record("a", (0..<200).map { "text \($0)" }))
      try await store.foldIfNeeded(policy: policy(100))
      try await store.put(record("b", (0..<200).map { "more \($0)" }))
      try await store.foldIfNeeded(policy: policy(100))
      let graphs = try FileManager.default.contentsOfDirectory(atPath: directory)
        .filter { $0.hasSuffix(".graph") }
      #expect(graphs == ["g2.graph"])
      let reader = try await Store.open(IndexDirectory(directory), for: .read)
      let near = try await reader.read {
        try $0.nearest(to: testVector("more 7"), count: 1).matches
      }
      #expect(near.map(\.id) == [208])
      #expect(try await reader.read { try $0.graphCount() } == 400)
    }
  }

  @Test("get a new graph when the policy's parameters have changed")
  func parameters() async throws {
    try await withTemporaryDirectory { directory in
      let store = try await Store.open(IndexDirectory(directory), for: .write)
      try await store.put(record("a", (0..<200).map { "text \($0)" }), record("b", ["last"]))
      var old = policy(100)
      old.parameters = HNSWParameters(m: 8, efConstruction: 50)
      try await store.foldIfNeeded(policy: old)
      try await store.apply([.remove(key: "b")], encoder: nil, chunking: nil)
      try await store.foldIfNeeded(policy: policy(100))
      let (generation, count) = try await store.read {
        ($0.settings.generation?.number, try $0.graphCount())
      }
      #expect(generation == 2 && count == 200)
      try await store.foldIfNeeded(policy: policy(100))
      #expect(try await store.read { $0.settings.generation?.number } == 2)
    }
  }

  @Test("lose their graph when too few are left for one")
  func shrink() async throws {
    try await withTemporaryDirectory { directory in
      let store = try await Store.open(IndexDirectory(directory), for: .write)
      try await store.put(record("a", (0..<200).map { "text \($0)" }), record("b", ["last"]))
      try await store.foldIfNeeded(policy: policy(100))
      try await store.apply([.remove(key: "a")], encoder: nil, chunking: nil)
      try await store.foldIfNeeded(policy: policy(100))
      #expect(try await store.read { $0.settings.generation } == nil)
      let near = try await store.read { try $0.nearest(to: testVector("last"), count: 5).matches }
      #expect(near.map(\.id) == [201])
      let graphs = try FileManager.default.contentsOfDirectory(atPath: directory)
        .filter { $0.hasSuffix(".graph") }
      #expect(graphs == [])
    }
  }

  @Test("are reported damaged, not answered over, when their graph file is not the named one")
  func missingGraph() async throws {
    try await withTemporaryDirectory { directory in
      do {
        let store = try await Store.open(IndexDirectory(directory), for: .write)
        try await store.put(record("a", (0..<200).map { "text \($0)" }))
        try await store.foldIfNeeded(policy: policy(100))
      }
      try FileManager.default.removeItem(atPath: directory + "/g1.graph")
      let reader = try await Store.open(IndexDirectory(directory), for: .read)
      await #expect(throws: RAGError.self) {
        try await reader.read { try $0.nearest(to: testVector("x"), count: 1).matches }
      }
    }
  }

  @Test("are refused to a query of another dimension")
  func dimension() async throws {
    try await withTemporaryDirectory { directory in
      let store = try await Store.open(IndexDirectory(directory), for: .write)
      try await store.put(record("a", ["x"]))
      await #expect {
        try await store.read { try $0.nearest(to: [1, 2, 3], count: 1).matches }
      } throws: { RAGError.Code.dimensionMismatch ~= $0 }
    }
  }
}
