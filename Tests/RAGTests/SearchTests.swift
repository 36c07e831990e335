import Foundation
import RAG
import Testing

@Suite("A search")
struct SearchTests {
  private func engine(_ directory: TestDirectory) async throws -> Engine {
    let engine = try await Engine.open(at: directory.index, encoder: BagOfWordsEmbedder())
    try await engine.upsert([
      MemoryDocument(
        id: "whale", text: "Whales are mammals that live in the sea.", metadata: ["legs": 0]),
      MemoryDocument(id: "dog", text: "Dogs are mammals that live on land.", metadata: ["legs": 4]),
      MemoryDocument(id: "ant", text: "Ants are insects that live on land.", metadata: ["legs": 6]),
    ])
    return engine
  }

  @Test("keeps to its filter and still fills its count")
  func filter() async throws {
    try await withTemporaryDirectory { directory in
      let engine = try await engine(directory)
      let query = Query("mammals in the sea", count: 2, filter: try Filter(parsing: "legs > 0"))
      let hits = try await engine.search(query)
      #expect(hits.map(\.document.id) == ["dog", "ant"])
      #expect(hits.map(\.rank) == [1, 2])
    }
  }

  @Test("explains what each lane said")
  func explain() async throws {
    try await withTemporaryDirectory { directory in
      let engine = try await engine(directory)
      let plain = try await engine.search("mammals in the sea")
      #expect(plain.allSatisfy { $0.lanes == nil })
      let explained = try await engine.search(Query("mammals in the sea", explains: true))
      let lanes = try #require(explained.first?.lanes)
      #expect(Set(lanes.keys) == [.vector, .lexical])
      let sum = lanes.values.reduce(0) { $0 + $1.contribution }
      #expect(abs(sum - explained[0].score) < 1e-12)
      #expect(try await engine.explain("mammals in the sea")?.plan == "scan")
      #expect(try await engine.explain(Query("sea", mode: .lexical)) == nil)
    }
  }

  @Test("refuses what it cannot answer, and says why")
  func invalid() async throws {
    try await withTemporaryDirectory { directory in
      let engine = try await engine(directory)
      let cases: [(Query, RAGError.Code)] = [
        (Query("whales", count: 0), .invalidInput),
        (Query("whales", count: -1), .invalidInput),
        (Query("whales", count: 10_000), .limitExceeded),
        (Query(""), .invalidInput), (Query("  \n"), .invalidInput), (Query("?!…"), .invalidInput),
        (Query(String(repeating: "a", count: 9_000)), .limitExceeded),
        (Query("whales", recall: 1.5), .invalidInput),
        (Query("whales", recall: .nan), .invalidInput),
        (Query("whales", mode: .vector, vector: [1, 2]), .dimensionMismatch),
        (
          Query("whales", mode: .vector, vector: [Float](repeating: .nan, count: 64)), .invalidInput
        ),
      ]
      for (query, code) in cases {
        await #expect("\(query.text.prefix(20)) \(query.count)") {
          try await engine.search(query)
        } throws: {
          code ~= $0
        }
      }
    }
  }

  @Test("without an encoder finds words, and vectors of the host's")
  func hostVectors() async throws {
    try await withTemporaryDirectory { directory in
      let engine = try await Engine.open(at: directory.index)
      try await engine.upsert([
        MemoryDocument(id: "x", text: "first", vector: [1, 0, 0]),
        MemoryDocument(id: "y", text: "second", vector: [0, 1, 0]),
      ])
      let near = try await engine.search(Query("", count: 1, mode: .vector, vector: [0.1, 0.9, 0]))
      #expect(near.map(\.document.id) == ["y"])
      let words = try await engine.search(Query("first", mode: .lexical))
      #expect(words.map(\.document.id) == ["x"])
      await #expect { try await engine.search("first") } throws: {
        RAGError.Code.invalidInput ~= $0
      }
      let report = try await engine.upsert([MemoryDocument(id: "z", text: "third", vector: [1, 2])])
      #expect(report.failed.map(\.source) == ["z"])
    }
  }

  @Test("no longer finds a document that was replaced or deleted")
  func upsertAndDelete() async throws {
    try await withTemporaryDirectory { directory in
      let engine = try await engine(directory)
      try await engine.upsert([MemoryDocument(id: "dog", text: "Cats purr.")])
      #expect(try await engine.search(Query("dogs", mode: .lexical)).isEmpty)
      #expect(try await engine.search(Query("cats", mode: .lexical)).first?.document.id == "dog")
      #expect(try await engine.documentIDs().contains("dog"))
      #expect(try await engine.delete(ids: ["dog", "unknown"]) == 1)
      #expect(try await !engine.documentIDs().contains("dog"))
      #expect(try await engine.search(Query("cats", mode: .lexical)).isEmpty)
      #expect(try await engine.delete(where: Filter(parsing: "legs = 6")) == ["ant"])
      #expect(try await engine.status().documents == 1)
    }
  }

  @Test("runs in parallel with other searches and an ingest")
  func parallel() async throws {
    try await withTemporaryDirectory { directory in
      let engine = try await engine(directory)
      try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask {
          for index in 0..<20 {
            try await engine.upsert([MemoryDocument(id: "\(index)", text: "Filler \(index).")])
          }
        }
        for _ in 0..<4 {
          group.addTask {
            for _ in 0..<50 {
              let hits = try await engine.search(Query("whales sea", count: 1))
              #expect(hits.first?.document.id == "whale")
            }
          }
        }
        try await group.waitForAll()
      }
    }
  }
}
