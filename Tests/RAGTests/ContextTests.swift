import Foundation
import RAG
import Testing

@Suite("The contexts of hits")
struct ContextTests {
  /// Sections of sentences, each with a word of its own.
  private func page(_ number: Int) -> String {
    (0..<3).map { section in
      let sentences = (0..<4 + (number * 5 + section * 7) % 9).map { number in
        "Owls of wood \(section) hunt mouse number\(section)x\(number) by night in the dark."
      }
      return "## Wood \(section)\n\n" + sentences.joined(separator: " ")
    }.joined(separator: "\n\n")
  }

  @Test("show no text twice, hold their chunks whole, and are at their place", arguments: 0..<4)
  func overlaps(seed: Int) async throws {
    try await withTemporaryDirectory { directory in
      let engine = try await Engine.open(at: directory.index, encoder: BagOfWordsEmbedder())
      for number in 0..<3 { try directory.write("p\(number).md", page(3 * seed + number)) }
      var options = IngestOptions()
      options.chunking = ChunkOptions()
      options.chunking?.tokenCount = 24
      // Chunks that share text are shown whole; without, nothing is shown twice.
      options.chunking?.overlapTokenCount = 0
      _ = try await engine.ingestAll(directory.docs, options: options)
      for mode in SearchMode.allCases {
        for tokenCount in [1, 40, 70, 1_000] {
          var query = Query("owls hunt number1x3 in the dark wood", count: 12, mode: mode)
          query.contextTokenCount = tokenCount
          let hits = try await engine.search(query)
          let shown = hits.flatMap { $0.context?.chunks ?? [] }
          #expect(Set(shown).count == shown.count, "seed \(seed), \(mode), \(tokenCount)")
          for hit in hits {
            let context = try #require(hit.context)
            #expect(context.chunks.contains(hit.chunk.id) && context.text.contains(hit.chunk.text))
            let path = try #require(hit.document.path)
            let source = try Data(contentsOf: URL(fileURLWithPath: path))
            #expect(String(decoding: source[context.span.utf8], as: UTF8.self) == context.text)
          }
          let places = hits.map { ($0.document.id, $0.textSpan.utf8) }
          for (index, place) in places.enumerated() {
            for other in places[..<index] where other.0 == place.0 {
              #expect(!other.1.overlaps(place.1), "seed \(seed), \(mode), \(tokenCount)")
            }
          }
        }
      }
    }
  }

  @Test("go no further where chunks share text with what was shown")
  func sharedText() async throws {
    try await withTemporaryDirectory { directory in
      let engine = try await Engine.open(at: directory.index, encoder: BagOfWordsEmbedder())
      try directory.write("p.md", page(1))
      var options = IngestOptions()
      options.chunking = ChunkOptions()
      options.chunking?.tokenCount = 30
      options.chunking?.overlapTokenCount = 12
      _ = try await engine.ingestAll(directory.docs, options: options)
      var query = Query("owls hunt by night", count: 20)
      query.contextTokenCount = 60
      let hits = try await engine.search(query)
      let shown = hits.flatMap { $0.context?.chunks ?? [] }
      #expect(Set(shown).count == shown.count)
      for hit in hits { #expect(hit.context?.text.contains(hit.chunk.text) == true) }
    }
  }

  @Test("of a question of stop words, or in a script of no text, have next to no evidence")
  func evidence() async throws {
    try await withTemporaryDirectory { directory in
      let engine = try await Engine.open(at: directory.index, encoder: BagOfWordsEmbedder())
      try await engine.upsert([
        MemoryDocument(
          id: "a", text: "The owl is in the wood, and it hunts the mice of the field."),
        MemoryDocument(
          id: "b", text: "What is it to be of the wood? It is not to be of the field."),
      ])
      for mode in SearchMode.allCases {
        for question in ["what is it", "the of and in", "सूचना", "что это", "お元気ですか"] {
          let hits = try await engine.search(Query(question, mode: mode))
          #expect(hits.allSatisfy { $0.evidence ?? 1 < 0.2 }, "\(question), \(mode)")
          var query = Query(question, mode: mode)
          query.minimumEvidence = 0.25
          #expect(try await engine.search(query).isEmpty, "\(question), \(mode)")
        }
        let hits = try await engine.search(Query("which owl hunts mice", mode: mode))
        #expect(hits.first?.document.id == "a" && hits.first?.evidence ?? 0 > 0.5, "\(mode)")
      }
    }
  }
}
