import RAG
import Testing

@Suite("Evidence")
struct EvidenceTests {
  private func engine(_ directory: TestDirectory) async throws -> Engine {
    let engine = try await Engine.open(at: directory.index, encoder: BagOfWordsEmbedder())
    try await engine.upsert(
      [
        MemoryDocument(id: "whale", text: "Whales are mammals that live in the sea."),
        MemoryDocument(id: "dog", text: "Dogs are mammals that live on land."),
      ] + (0..<30).map { MemoryDocument(id: "\($0)", text: "Filler number \($0) of thirty.") })
    return engine
  }

  @Test("is high for what answers, low for the rest, in every mode", arguments: SearchMode.allCases)
  func parts(mode: SearchMode) async throws {
    try await withTemporaryDirectory { directory in
      let engine = try await engine(directory)
      let hits = try await engine.search(Query("whales in the sea", count: 40, mode: mode))
      let best = try #require(hits.first)
      #expect(best.document.id == "whale")
      #expect(try #require(best.evidence) > 0.6)
      for hit in hits.dropFirst() { #expect(try #require(hit.evidence) < 0.3) }
    }
  }

  @Test("is the same however many hits are asked for, and whatever fuses them")
  func same() async throws {
    try await withTemporaryDirectory { directory in
      let engine = try await engine(directory)
      func evidence(_ query: Query) async throws -> [String: Double] {
        let pairs = try await engine.search(query).map { ($0.document.id, $0.evidence ?? .nan) }
        return Dictionary(pairs) { first, _ in first }
      }
      let text = "which mammals live on land"
      let all = try await evidence(Query(text, count: 40))
      for query in [
        Query(text, count: 1), Query(text, count: 3, mode: .vector),
        Query(text, count: 5, fusion: .reciprocalRank(constant: 60)),
      ] {
        for (id, value) in try await evidence(query) { #expect(value == all[id]) }
      }
    }
  }

  @Test("below a minimum leaves hits out, all of them where nothing answers")
  func minimum() async throws {
    try await withTemporaryDirectory { directory in
      let engine = try await engine(directory)
      var query = Query("whales in the sea", count: 40, minimumEvidence: 0.5)
      let hits = try await engine.search(query)
      #expect(hits.map(\.document.id) == ["whale"] && hits.map(\.rank) == [1])
      query.minimumEvidence = 0
      #expect(try await engine.search(query).count == 32)
      let unknown = Query("quarks and gluons", minimumEvidence: 0.25)
      #expect(try await engine.search(unknown).isEmpty)
      let answer = try await engine.answer(unknown)
      #expect(answer.abstained && answer.citations.isEmpty)
    }
  }

  @Test(
    "leaves out the same however many hits are asked for, and the best is told of all",
    arguments: [SearchMode.lexical, .hybrid])
  func counts(mode: SearchMode) async throws {
    try await withTemporaryDirectory { directory in
      let engine = try await Engine.open(
        at: directory.index, encoder: mode == .lexical ? nil : BagOfWordsEmbedder())
      // One word of the question, often: more than all words once among many others.
      let short = ["owl", "hunts", "mice"].flatMap { word in
        ["heron", "robin", "stork", "finch"].map { "\(word) \(word) \(word) \(word) and \($0)" }
      }
      try await engine.upsert(
        short.map { MemoryDocument(id: $0, text: $0) } + [
          MemoryDocument(
            id: "long",
            text: "The owl hunts mice. " + (0..<60).map { "word\($0)" }.joined(separator: " "))
        ])
      var query = Query("owl hunts mice", count: 100, mode: mode)
      let all = try await engine.search(query)
      let evidence = try #require(all.first { $0.document.id == "long" }?.evidence)
      let others = all.filter { $0.document.id != "long" }.compactMap(\.evidence)
      try #require(others.count == 12 && others.allSatisfy { $0 < evidence - 0.05 })
      if mode == .lexical { #expect(all.last?.document.id == "long") }
      for count in [1, 3, 10, 100] {
        query.count = count
        query.minimumEvidence = evidence - 0.01
        #expect(try await engine.search(query).map(\.document.id) == ["long"], "\(count)")
        query.minimumEvidence = min(1, evidence + 0.01)
        #expect(try await engine.search(query).isEmpty, "\(count)")
        #expect(try await engine.bestEvidence(query) == evidence, "\(count)")
      }
      query.filter = .equals(field: "title", "none")
      #expect(try await engine.bestEvidence(query) == nil)
    }
  }

  @Test("of a vector without words is not told")
  func withoutWords() async throws {
    try await withTemporaryDirectory { directory in
      let engine = try await engine(directory)
      let vector = [Float](repeating: 1, count: 64)
      let hits = try await engine.search(Query("", count: 3, mode: .vector, vector: vector))
      #expect(hits.count == 3 && hits.allSatisfy { $0.evidence == nil })
      for (text, minimum) in [("", 0.5), ("whales", 1.5), ("whales", -0.1), ("whales", .nan)] {
        await #expect("\(text) \(minimum)") {
          try await engine.search(
            Query(text, mode: .vector, vector: vector, minimumEvidence: minimum))
        } throws: {
          RAGError.Code.invalidInput ~= $0
        }
      }
    }
  }
}
