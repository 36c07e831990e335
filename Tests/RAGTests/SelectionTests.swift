import Foundation
import RAG
import Testing

@Suite("The hits of a search")
struct SelectionTests {
  private static let page = """
    # Manual

    Words before the sections, which say what the whole of this manual is about, at some length.

    ## Locks

    A zebra lock keeps all other writers out of the directory for as long as it is held.

    Readers go on meanwhile, whatever the writers do. They see the state that was whole when they came.

    ### Details

    It ends with its owner, also where that one was killed in the middle of its work.

    ## Files

    Files are kept in one directory, beside the lock and the log that belong to them.
    """

  private func engine(_ directory: TestDirectory) async throws -> Engine {
    try directory.write("manual.md", Self.page)
    let engine = try await Engine.open(at: directory.index, encoder: BagOfWordsEmbedder())
    var options = IngestOptions()
    options.chunking = ChunkOptions()
    options.chunking?.tokenCount = 16
    options.chunking?.overlapTokenCount = 0
    _ = try await engine.ingestAll(directory.docs, options: options)
    return engine
  }

  private static func words(_ text: String) -> [Substring] {
    text.split { !$0.isLetter && !$0.isNumber }
  }

  @Test("bring their section along, as far as the tokens go")
  func context() async throws {
    try await withTemporaryDirectory { directory in
      let engine = try await engine(directory)
      var query = Query("zebra lock", count: 1)
      let small = try #require(try await engine.search(query).first)
      #expect(small.context == nil && small.text == small.chunk.text)
      query.contextTokenCount = 1
      let alone = try #require(try await engine.search(query).first)
      #expect(alone.text == small.chunk.text && alone.context?.chunks == [small.chunk.id])
      query.contextTokenCount = 1_000
      let whole = try #require(try await engine.search(query).first)
      #expect(whole.chunk == small.chunk && whole.span == small.span)
      #expect(whole.text.contains("Readers go on") && whole.text.contains("ends with its owner"))
      #expect(!whole.text.contains("Words before") && !whole.text.contains("one directory"))
      // In Markdown the text is the source: as long, and the same but for markup and breaks.
      let source = Array(Self.page.utf8)[whole.textSpan.utf8]
      #expect(source.count == whole.text.utf8.count)
      #expect(Self.words(String(decoding: source, as: UTF8.self)) == Self.words(whole.text))

      query.count = 10
      let hits = try await engine.search(query)
      let shown = hits.flatMap { $0.context?.chunks ?? [] }
      #expect(Set(hits.map(\.chunk.id)).count == hits.count)
      #expect(hits.map(\.rank) == Array(1...hits.count))
      #expect(
        hits.dropFirst().allSatisfy { hit in
          !hits.prefix(hit.rank - 1).contains { $0.context?.chunks.contains(hit.chunk.id) == true }
        })
      #expect(Set(shown).count == (try await engine.status().chunks))
    }
  }

  @Test("are cited to their place in the source with the section around them too")
  func citation() async throws {
    try await withTemporaryDirectory { directory in
      let engine = try await engine(directory)
      try await engine.upsert([
        MemoryDocument(
          id: "page",
          bytes: Array(
            """
            <title>Trams</title><article><h1>Trams</h1><p>The quagga tram runs hourly.</p>
            <p>It stops at <b>night</b> &amp; on Sundays.</p></article>
            """.utf8), mediaType: .html)
      ])
      for (question, quote) in [
        ("zebra lock", "Readers go on meanwhile, whatever the writers do."),
        ("quagga tram", "It stops at night & on Sundays."),
      ] {
        var query = Query(question, count: 1)
        query.contextTokenCount = 1_000
        let answer = try await engine.answer(
          query, backend: ClosureBackend { _ in quote.dropLast() + " [1]." })
        let citation = try #require(answer.citations.first, "\(question): \(answer)")
        #expect(citation.quote == quote && citation.status == .verified)
      }
    }
  }

  @Test("that say the same stand behind all others, and differ as much as is asked for")
  func diversity() async throws {
    try await withTemporaryDirectory { directory in
      let engine = try await Engine.open(at: directory.index, encoder: BagOfWordsEmbedder())
      try await engine.upsert([
        MemoryDocument(id: "a", text: "The heron stands in the shallow river."),
        MemoryDocument(id: "b", text: "The heron stands in the shallow river!"),
        MemoryDocument(id: "c", text: "The heron stands in the deep cold river."),
        MemoryDocument(id: "d", text: "A heron eats frogs."),
      ])
      var query = Query("the heron stands in the shallow river")
      for mode in SearchMode.allCases {
        query.mode = mode
        let hits = try await engine.search(query)
        #expect(hits.map(\.document.id) == ["a", "c", "d", "b"], "\(mode)")
      }
      query.diversity = 0.9
      #expect(try await engine.search(query).prefix(2).map(\.document.id) == ["a", "d"])
      query.diversity = 1.5
      await #expect(throws: RAGError.self) { try await engine.search(query) }
      // A vector alone asks for what is nearest.
      let vector = try await #require(engine.encoder).embed([query.text], as: .query)[0]
      let nearest = try await engine.search(Query("", mode: .vector, vector: vector))
      #expect(Set(nearest.prefix(2).map(\.document.id)) == ["a", "b"])
    }
  }

  @Test("show one of many copies, with vectors and without, and with contexts")
  func copies() async throws {
    for embedder in [BagOfWordsEmbedder(), nil] {
      try await withTemporaryDirectory { directory in
        let engine = try await Engine.open(at: directory.index, encoder: embedder)
        try await engine.upsert(
          (0..<30).map {
            MemoryDocument(id: "copy\($0)", text: "Herons stand in the shallow river all day.")
          } + (0..<9).map { MemoryDocument(id: "other\($0)", text: "Of herons, number \($0).") })
        for mode in embedder == nil ? [.lexical] : SearchMode.allCases {
          for context in [nil, 10] {
            var query = Query("herons in the shallow river", count: 10, mode: mode)
            query.contextTokenCount = context
            let ids = try await engine.search(query).map(\.document.id)
            #expect(ids.first == "copy0", "\(mode)")
            #expect(Set(ids.dropFirst()) == Set((0..<9).map { "other\($0)" }), "\(mode), \(ids)")
            query.count = 12
            #expect(try await engine.search(query).count == 12, "\(mode)")
          }
        }
      }
    }
  }

  @Test("of other years and sums are others, however alike their texts are")
  func versions() async throws {
    try await withTemporaryDirectory { directory in
      let engine = try await Engine.open(at: directory.index, encoder: BagOfWordsEmbedder())
      let text =
        "The lease of the flat in the old town by the river begins in 20%% and the rent is 9%%."
      try await engine.upsert(
        (10..<16).map {
          MemoryDocument(id: "lease\($0)", text: text.replacing("%%", with: "\($0)"))
        } + (0..<20).map { MemoryDocument(id: "note\($0)", text: "Note \($0) on rent and birds.") })
      let hits = try await engine.search(Query("the rent of the flat in the old town", count: 6))
      #expect(hits.allSatisfy { $0.document.id.hasPrefix("lease") }, "\(hits.map(\.document.id))")
    }
  }

  @Test("are as many as are asked for with contexts too, in every mode")
  func contextCount() async throws {
    try await withTemporaryDirectory { directory in
      let engine = try await Engine.open(at: directory.index, encoder: BagOfWordsEmbedder())
      let options = ChunkOptions(tokenCount: 20, overlapTokenCount: 0)
      let texts = (0..<12).map { number in
        (0..<8).map { "Owls number \(number) hunt mice \($0) by night in the old dark wood." }
          .joined(separator: " ")
      }
      for try await _ in engine.ingest(
        texts.enumerated().map {
          .document(MemoryDocument(id: "d\($0.offset)", text: $0.element))
        },
        options: {
          var all = IngestOptions(); all.chunking = options; return all
        }())
      {}
      for mode in [SearchMode.vector, .lexical, .hybrid] {
        var query = Query("owls hunt mice", count: 8, mode: mode)
        query.contextTokenCount = 60
        #expect(try await engine.search(query).count == 8, "\(mode)")
      }
    }
  }

  @Test("are judged by a reranker, as many as it is asked to")
  func reranker() async throws {
    /// Likes long passages.
    struct Longest: Reranker {
      let name = "longest"
      var surplus = 0

      func scores(of passages: [String], for query: String) async throws -> [Double] {
        passages.map { Double($0.utf8.count) } + Array(repeating: 0, count: surplus)
      }
    }
    try await withTemporaryDirectory { directory in
      let engine = try await Engine.open(
        at: directory.index, encoder: BagOfWordsEmbedder(), reranker: Longest())
      try await engine.upsert([
        MemoryDocument(id: "a", text: "An owl."),
        MemoryDocument(id: "b", text: "An owl hunts mice."),
        MemoryDocument(id: "c", text: "Many other birds, which sing by day, hunt no mice at all."),
      ])
      var query = Query("An owl", count: 1)
      #expect(try await engine.search(query).map(\.document.id) == ["c"])
      query.rerankCount = 2
      let judged = try await engine.search(query)
      #expect(judged.map(\.document.id) == ["b"] && judged.first?.score == 18)
      query.rerankCount = 0
      #expect(try await engine.search(query).map(\.document.id) == ["a"])
      query.rerankCount = -1
      await #expect(throws: RAGError.self) { try await engine.search(query) }

      let other = try await Engine.open(
        at: directory.index, encoder: BagOfWordsEmbedder(), reranker: Longest(surplus: 1))
      let error = await #expect(throws: RAGError.self) { try await other.search("owl") }
      #expect(error?.message.contains("longest") == true)
    }
  }

  @Test("are found by other wordings of a question, and by a passage that could answer it")
  func expansion() async throws {
    try await withTemporaryDirectory { directory in
      let engine = try await Engine.open(at: directory.index, encoder: BagOfWordsEmbedder())
      try await engine.upsert([
        MemoryDocument(id: "car", text: "An automobile has four wheels."),
        MemoryDocument(id: "boat", text: "A boat floats."),
        MemoryDocument(id: "bird", text: "A robin sings."),
      ])
      let model = ClosureBackend { prompt in
        #expect(prompt.user == "motorcar")
        return "1. \"automobile wheels\"\n2) Motorcar\n- automobile wheels\n* four wheels?\n- x"
      }
      let query = Query("motorcar", count: 2, mode: .lexical)
      let hits = try await engine.search(query, expandedBy: .rewordings(2), from: model)
      #expect(hits.map(\.document.id) == ["car"] && hits.map(\.rank) == [1])
      // First of two lists; nothing was found by the question's own word.
      #expect(abs((hits.first?.score ?? 0) - 2.0 / 61) < 1e-9)

      let passage = ClosureBackend { _ in "An automobile has wheels." }
      let imagined = try await engine.search(
        Query("motorcar", mode: .vector), expandedBy: .imaginedPassage, from: passage)
      #expect(imagined.first?.document.id == "car")
      let error = await #expect(throws: RAGError.self) {
        let silent = ClosureBackend { _ in "…" }
        return try await engine.search("motorcar", expandedBy: .imaginedPassage, from: silent)
      }
      #expect(error?.code == .backend)
    }
  }
}
