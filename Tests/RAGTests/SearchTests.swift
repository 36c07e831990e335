import Foundation
import RAG
import Synchronization
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

  @Test("gives every hit both lanes' scores, whichever lane found it")
  func bothLanes() async throws {
    try await withTemporaryDirectory { directory in
      let engine = try await Engine.open(at: directory.index, encoder: BagOfWordsEmbedder())
      // Words and vectors say different things, in more documents than a lane gives candidates.
      let documents = (0..<500).map { number in
        MemoryDocument(
          id: "\(number)", text: number < 250 ? "granite number n\(number)" : "other n\(number)",
          vector: (0..<64).map { $0 == number % 64 ? 1 : Float(number) / 1_000 })
      }
      try await engine.upsert(documents)
      let hits = try await engine.search(
        Query("granite", count: 100, vector: documents[400].vector, explains: true))
      #expect(hits.count == 100)
      #expect(hits.allSatisfy { $0.lanes?[.vector] != nil })
      for hit in hits {
        let isGranite = hit.chunk.text.hasPrefix("granite")
        #expect((hit.lanes?[.lexical] != nil) == isGranite)
        let sum = (hit.lanes ?? [:]).values.reduce(0) { $0 + $1.contribution }
        #expect(abs(sum - hit.score) < 1e-9)
      }
    }
  }

  @Test("leaves a question in a script that the encoder does not know to its words")
  func unknownScript() async throws {
    struct Stranger: Embedder {
      let base = BagOfWordsEmbedder()
      var fingerprint: String { base.fingerprint }
      var name: String { base.name }
      var dimension: Int { base.dimension }
      var maximumTokenCount: Int { base.maximumTokenCount }
      var tokenCounter: any TokenCounter { base.tokenCounter }

      func embed(_ texts: [String], as role: EmbeddingRole) async throws -> [[Float]] {
        try await base.embed(texts, as: role)
      }

      func familiarity(with text: String) -> Double { text.contains("whales") ? 0 : 1 }
    }
    try await withTemporaryDirectory { directory in
      let engine = try await Engine.open(at: directory.index, encoder: Stranger())
      try await engine.upsert([
        MemoryDocument(id: "a", text: "Whales live in the sea."),
        MemoryDocument(id: "b", text: "Dogs live on land."),
      ])
      func lanes(_ text: String) async throws -> [Set<Hit.Lane>] {
        try await engine.search(Query(text, explains: true)).map { Set(($0.lanes ?? [:]).keys) }
      }
      #expect(try await lanes("whales") == [[.lexical]])
      #expect(try await lanes("dogs").contains { $0.contains(.vector) })
      // Where no word is found, the vectors answer all the same.
      #expect(try await lanes("whales9").contains { $0 == [.vector] })
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

  @Test(
    "is not stopped by a document whose vector cannot be compared, which is refused",
    arguments: [
      [], [0, 0, 0], [.nan, 1, 0], [1, .infinity, 0], Array(repeating: 1, count: 70_000),
    ] as [[Float]])
  func incomparable(vector: [Float]) async throws {
    try await withTemporaryDirectory { directory in
      let engine = try await Engine.open(at: directory.index)
      // Also as the first of an index, which it would give its dimension.
      for round in 0..<2 {
        let report = try await engine.upsert([
          MemoryDocument(id: "bad", text: "first", vector: vector),
          MemoryDocument(id: "good", text: "second", vector: [0, 1, 0]),
        ])
        #expect(report.failed.map(\.source) == ["bad"], "round \(round)")
        let near = try await engine.search(Query("", count: 3, mode: .vector, vector: [0, 1, 0]))
        #expect(near.map(\.document.id) == ["good"], "round \(round)")
        await #expect {
          try await engine.search(Query("", count: 3, mode: .vector, vector: vector))
        } throws: { $0 is RAGError }
      }
    }
  }

  @Test("is not stopped by an import that lies, which is refused before anything is written")
  func lyingImport() async throws {
    try await withTemporaryDirectory { directory in
      let engine = try await Engine.open(at: directory.index)
      try await engine.upsert([
        MemoryDocument(id: "x", text: "first", vector: [1, 0, 0]),
        MemoryDocument(id: "y", text: "second", vector: [0, 1, 0]),
      ])
      let lines = Mutex<[String]>([])
      try await engine.export { line in lines.withLock { $0.append(line) } }
      let export = lines.withLock { $0 }
      for (what, number, old, new) in [
        ("a dimension of nothing", 0, "\"dimension\":3", "\"dimension\":0"),
        ("a dimension beyond all", 0, "\"dimension\":3", "\"dimension\":2147483648"),
        ("no direction", 1, "[1,0,0]", "[0,0,0]"),
        ("a number beyond all", 1, "[1,0,0]", "[1e39,0,0]"),
        ("another dimension", 1, "[1,0,0]", "[1,0]"),
        ("lines without end", 1, "\"lines\":[1,1]", "\"lines\":[1,9223372036854775807]"),
        ("bytes without end", 1, "\"utf8\":[0,", "\"utf8\":[9223372036854775807,"),
      ] {
        var lying = export
        #expect(lying[number].contains(old), "\(what): \(lying[number])")
        lying[number] = lying[number].replacingOccurrences(of: old, with: new)
        let target = try await Engine.open(at: directory.path + "/imported \(what)")
        let bytes = lying.map { Array($0.utf8) }
        await #expect("\(what)") {
          try await target.import(
            AsyncStream { continuation in
              for line in bytes { continuation.yield(line) }
              continuation.finish()
            })
        } throws: { $0 is RAGError }
        #expect(try await target.status().documents == 0, "\(what)")
      }
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
