import Foundation
import RAG
import Testing

@Suite("An ingest")
struct IngestTests {
  @Test("makes files of every kind searchable")
  func kinds() async throws {
    try await withTemporaryDirectory { directory in
      try directory.write("a.txt", "Whales are mammals that live in the sea.")
      try directory.write("b.md", "# Birds\n\nPenguins are birds that cannot fly.")
      try directory.write(
        "c.html", "<html><title>Trees</title><p>Oaks &amp; elms lose their leaves.</p></html>")
      let engine = try await Engine.open(at: directory.index, encoder: BagOfWordsEmbedder())
      let report = try await engine.ingestAll(directory.docs)
      #expect(report.added == 3)
      #expect(report.failed.isEmpty && report.skipped.isEmpty)
      for (query, name) in [
        ("penguins fly", "b.md"), ("whales sea", "a.txt"), ("oaks leaves", "c.html"),
      ] {
        for mode in SearchMode.allCases {
          let hits = try await engine.search(Query(query, count: 1, mode: mode))
          #expect(hits.first?.document.path == directory.docs + "/" + name, "\(mode) \(query)")
        }
      }
    }
  }

  @Test("of an unchanged directory embeds nothing")
  func unchanged() async throws {
    try await withTemporaryDirectory { directory in
      for index in 0..<20 { try directory.write("\(index).txt", "Document number \(index).") }
      let embedder = BagOfWordsEmbedder()
      let engine = try await Engine.open(at: directory.index, encoder: embedder)
      _ = try await engine.ingestAll(directory.docs)
      let before = embedder.passageCount
      let report = try await engine.ingestAll(directory.docs)
      #expect(report.unchanged == 20)
      #expect(embedder.passageCount == before)
    }
  }

  @Test("embeds only the chunks that an edit touched")
  func edit() async throws {
    try await withTemporaryDirectory { directory in
      var paragraphs = (0..<400).map { index in
        (0..<4).map { "Sentence \(index) \($0) tells of subject \(index * 7 % 31) and \($0)." }
          .joined(separator: " ")
      }
      try directory.write("long.txt", paragraphs.joined(separator: "\n\n"))
      let embedder = BagOfWordsEmbedder()
      let engine = try await Engine.open(at: directory.index, encoder: embedder)
      let first = try await engine.ingestAll(directory.docs)
      #expect(first.chunks >= 50)
      paragraphs[200] += " One more sentence stands here."
      try directory.write("long.txt", paragraphs.joined(separator: "\n\n"))
      let second = try await engine.ingestAll(directory.docs)
      #expect(second.updated == 1)
      #expect((1...3).contains(second.embeddedChunks))
      let hits = try await engine.search(Query("one more sentence stands", count: 1))
      #expect(hits.first?.chunk.text.contains("One more sentence stands here.") == true)
    }
  }

  @Test("of a moved file embeds nothing")
  func move() async throws {
    try await withTemporaryDirectory { directory in
      try directory.write("old.txt", "Whales are mammals.")
      for index in 0..<4 { try directory.write("\(index).txt", "Filler \(index).") }
      let embedder = BagOfWordsEmbedder()
      let engine = try await Engine.open(at: directory.index, encoder: embedder)
      _ = try await engine.ingestAll(directory.docs)
      let before = embedder.passageCount
      try directory.remove("old.txt")
      try directory.write("new.txt", "Whales are mammals.")
      let report = try await engine.ingestAll(directory.docs)
      #expect(report.added == 1 && report.removed == 1)
      #expect(embedder.passageCount == before)
      let hits = try await engine.search(Query("whales", count: 1))
      #expect(hits.first?.document.path?.hasSuffix("new.txt") == true)
    }
  }

  @Test("removes what is gone, but never most of an index by surprise")
  func prune() async throws {
    try await withTemporaryDirectory { directory in
      for index in 0..<5 { try directory.write("\(index).txt", "Document \(index) alpha.") }
      let engine = try await Engine.open(at: directory.index, encoder: BagOfWordsEmbedder())
      _ = try await engine.ingestAll(directory.docs)
      try directory.remove("0.txt")
      #expect(try await engine.ingestAll(directory.docs).removed == 1)
      for index in 1..<4 { try directory.remove("\(index).txt") }
      let careful = try await engine.ingestAll(directory.docs)
      #expect(careful.removed == 0)
      #expect(careful.warnings.contains { $0.contains("--prune") })
      #expect(try await engine.search("alpha").count == 4)
      var options = IngestOptions()
      options.pruning = .always
      #expect(try await engine.ingestAll(directory.docs, options: options).removed == 3)
      #expect(try await engine.search("alpha").count == 1)
    }
  }

  @Test("of a part of a directory leaves the rest")
  func partial() async throws {
    try await withTemporaryDirectory { directory in
      for index in 0..<5 { try directory.write("\(index).txt", "Document \(index) alpha.") }
      try directory.write("a.md", "Markdown alpha.")
      let engine = try await Engine.open(at: directory.index, encoder: BagOfWordsEmbedder())
      _ = try await engine.ingestAll(directory.docs)
      var options = IngestOptions()
      options.include = ["*.md"]
      let report = try await engine.ingestAll(directory.docs, options: options)
      #expect(report.removed == 0)
      #expect(try await engine.search("alpha").count == 6)
    }
  }

  @Test("of a part of a directory leaves the records in other files, and not those that are gone")
  func partialRecords() async throws {
    try await withTemporaryDirectory { directory in
      let lines = (0..<4).map { #"{"id":"\#($0)","text":"Record \#($0) alpha."}"# }
      try directory.write("a.jsonl", lines.joined(separator: "\n"))
      try directory.write("b.jsonl", lines.joined(separator: "\n"))
      let engine = try await Engine.open(at: directory.index, encoder: BagOfWordsEmbedder())
      var options = IngestOptions()
      options.records = .init(.jsonl)
      _ = try await engine.ingestAll(directory.docs, options: options)
      #expect(try await engine.search("alpha").count == 8)
      options.include = ["a.jsonl"]
      #expect(try await engine.ingestAll(directory.docs, options: options).removed == 0)
      #expect(try await engine.search("alpha").count == 8)
      try directory.write("a.jsonl", lines.dropLast().joined(separator: "\n"))
      #expect(try await engine.ingestAll(directory.docs, options: options).removed == 1)
      try directory.remove("b.jsonl")
      options.include = ["*.md"]
      options.pruning = .always
      #expect(try await engine.ingestAll(directory.docs, options: options).removed == 4)
      #expect(try await engine.search("alpha").count == 3)
    }
  }

  @Test("of a missing directory reports it and removes nothing")
  func missingRoot() async throws {
    try await withTemporaryDirectory { directory in
      try directory.write("a.txt", "alpha")
      let engine = try await Engine.open(at: directory.index, encoder: BagOfWordsEmbedder())
      _ = try await engine.ingestAll(directory.docs)
      try FileManager.default.moveItem(atPath: directory.docs, toPath: directory.path + "/away")
      let report = try await engine.ingestAll(directory.docs)
      #expect(report.failed.count == 1 && report.removed == 0)
      #expect(report.failed.first?.reason.contains("keeps its document") == true)
      #expect(try await engine.search("alpha").count == 1)
    }
  }

  @Test("goes on past files that it cannot read, and says why")
  func badFiles() async throws {
    try await withTemporaryDirectory { directory in
      try directory.write("good.txt", "alpha beta")
      try directory.write("empty.txt", "")
      try directory.write("binary.bin", Data([0, 1, 2, 3, 0, 255, 254]))
      try directory.write("paper.pdf", Data("%PDF-1.7\n%âãÏÓ\n".utf8))
      try directory.write("gzipped.html", Data([0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3, 1, 2, 3]))
      try directory.write(
        "invalid.txt", Data(Array("café naïve 中文 ".utf8) + [0xFF] + Array(" gamma résumé".utf8)))
      try directory.write(
        "deep.html", String(repeating: "<div>", count: 100_000) + "bottom of the page")
      try directory.write(
        "wide.html", "<p>" + String(repeating: "lorem ipsum ", count: 900_000) + "end</p>")
      mkfifo(directory.docs + "/fifo", 0o644)
      symlink("loop", directory.docs + "/loop")
      symlink("..", directory.docs + "/up")
      let engine = try await Engine.open(at: directory.index)
      let report = try await engine.ingestAll(directory.docs)
      #expect(report.added == 4, "good, invalid, deep, wide: \(report)")
      let problems = (report.skipped + report.failed).map {
        URL(filePath: $0.source).lastPathComponent
      }
      #expect(
        Set(problems).isSuperset(of: [
          "empty.txt", "binary.bin", "paper.pdf", "gzipped.html", "fifo",
        ]))
      #expect(
        report.skipped.first { $0.source.hasSuffix("pdf") }?.reason.contains("--convert") == true)
      #expect(report.warnings.contains { $0.contains("invalid.txt") })
      let deep = try await engine.search(Query("bottom page", mode: .lexical))
      #expect(deep.first?.document.path?.hasSuffix("deep.html") == true)
      let all = try await engine.status()
      #expect(all.documents == 4)
    }
  }

  @Test("reads records, one document each")
  func records() async throws {
    try await withTemporaryDirectory { directory in
      let path = try directory.write(
        "r.jsonl",
        """
        {"id": "p1", "body": "Whales are mammals", "year": 2020}
        not json
        {"id": "p2", "body": "Penguins are birds", "year": 2024}
        """)
      let engine = try await Engine.open(at: directory.index, encoder: BagOfWordsEmbedder())
      var options = IngestOptions()
      options.records = RecordFormat(.jsonl, textField: "body", idField: "id")
      let report = try await engine.ingestAll(path, options: options)
      #expect(report.added == 2 && report.failed.count == 1)
      #expect(report.failed.first?.source == path + ":2")
      let filter = try Filter(parsing: "year >= 2022")
      let hits = try await engine.search(Query("are", mode: .vector, filter: filter))
      #expect(hits.map(\.document.id) == [path + "#p2"])
    }
  }

  @Test("reads records from memory, under the id given to them")
  func recordsFromMemory() async throws {
    try await withTemporaryDirectory { directory in
      let engine = try await Engine.open(at: directory.index, encoder: BagOfWordsEmbedder())
      var options = IngestOptions()
      options.records = RecordFormat(.csv, textField: "text", idField: "id")
      let report = try await engine.upsert(
        [MemoryDocument(id: "birds", text: "id,text\n1,Penguins swim\n2,Swifts fly\n")],
        options: options)
      #expect(report.added == 2)
      #expect(try await engine.search(Query("fly", count: 1)).first?.document.id == "birds#2")
    }
  }

  @Test("cites files apart whose names differ in their Unicode form alone")
  func unicodeForms() async throws {
    try await withTemporaryDirectory { directory in
      // One name composed, the other with an accent of its own.
      try directory.write("caf\u{E9}.txt", "Whales live in the sea.")
      try directory.write("cafe\u{301}.txt", "Whales live on plankton.")
      let engine = try await Engine.open(at: directory.index, encoder: BagOfWordsEmbedder())
      #expect(try await engine.ingestAll(directory.docs).added == 2)
      let answer = try await engine.answer("Where do whales live, and on what?")
      let names = Set(answer.citations.map { Array(($0.document.path ?? "").utf8) })
      #expect(names.count == 2)
      for citation in answer.citations {
        #expect(citation.status == .verified)
        let path = try #require(citation.document.path)
        #expect(
          try Data(contentsOf: URL(filePath: path))[citation.span.utf8].elementsEqual(
            citation.quote.utf8))
      }
      try directory.remove("cafe\u{301}.txt")
      let report = try await engine.ingestAll(directory.docs)
      #expect(report.removed == 1 && report.unchanged == 1)
    }
  }

  @Test("converts other formats by a command and keeps the text it cites")
  func convert() async throws {
    try await withTemporaryDirectory { directory in
      let path = try directory.write("shout.up", "WHALES ARE MAMMALS")
      let engine = try await Engine.open(at: directory.index, encoder: BagOfWordsEmbedder())
      var options = IngestOptions()
      options.converters = [try Converter(parsing: ".up=tr A-Z a-z")]
      #expect(try await engine.ingestAll(path, options: options).added == 1)
      let hit = try #require(try await engine.search("whales").first)
      #expect(hit.chunk.text == "whales are mammals")
      let excerpt = try await engine.excerpt(ofChunk: hit.chunk.id)
      #expect(excerpt.bytes == Array("whales are mammals".utf8))
      #expect(excerpt.document.converter?.contains("tr") == true)
      #expect(try await engine.ingestAll(path, options: options).unchanged == 1)
    }
  }

  @Test("with another encoder is refused before anything is written")
  func otherEncoder() async throws {
    try await withTemporaryDirectory { directory in
      try directory.write("a.txt", "alpha")
      let first = try await Engine.open(at: directory.index, encoder: BagOfWordsEmbedder())
      _ = try await first.ingestAll(directory.docs)
      try directory.write("b.txt", "beta")
      for (encoder, code) in [
        (BagOfWordsEmbedder(fingerprint: "other"), RAGError.Code.modelMismatch),
        (BagOfWordsEmbedder(dimension: 32), RAGError.Code.dimensionMismatch),
      ] {
        let engine = try await Engine.open(at: directory.index, encoder: encoder)
        await #expect { try await engine.ingestAll(directory.docs) } throws: { code ~= $0 }
        await #expect { try await engine.search("alpha") } throws: { code ~= $0 }
        #expect(try await engine.search(Query("alpha", mode: .lexical)).count == 1)
      }
      #expect(try await first.status().documents == 1)
    }
  }

  @Test("without an encoder is refused by an index that has one")
  func noEncoder() async throws {
    try await withTemporaryDirectory { directory in
      try directory.write("a.txt", "alpha")
      let engine = try await Engine.open(at: directory.index, encoder: BagOfWordsEmbedder())
      _ = try await engine.ingestAll(directory.docs)
      try directory.write("a.txt", "beta")
      let bare = try await Engine.open(at: directory.index)
      await #expect { try await bare.ingestAll(directory.docs) } throws: {
        RAGError.Code.modelMismatch ~= $0
      }
      let status = try await engine.status()
      #expect(status.vectors == 1)
    }
  }

  @Test("tells names apart that differ in bytes only")
  func equalCharacters() async throws {
    try await withTemporaryDirectory { directory in
      let (composed, decomposed) = ("caf\u{E9}.txt", "cafe\u{301}.txt")
      let engine = try await Engine.open(at: directory.index, encoder: BagOfWordsEmbedder())
      try directory.write(composed, "alpha")
      try directory.write(decomposed, "beta")
      try directory.write("other.txt", "gamma")
      #expect(try await engine.ingestAll(directory.docs).added == 3)
      try directory.remove(decomposed)
      #expect(try await engine.ingestAll(directory.docs).removed == 1)
      let ids = try await engine.documentIDs().map { Array($0.utf8) }
      #expect(ids.contains(Array("\(directory.docs)/\(composed)".utf8)) && ids.count == 2)

      let records =
        "{\"id\": \"e\u{301}\", \"text\": \"one\"}\n{\"id\": \"\u{E9}\", \"text\": \"two\"}"
      var options = IngestOptions()
      options.records = RecordFormat(.jsonl)
      let report = try await engine.upsert(
        [MemoryDocument(id: "records", bytes: Array(records.utf8))], options: options)
      #expect(report.added == 2 && report.updated == 0)
    }
  }

  @Test(
    "of a file that holds no text any more takes it out of the index",
    arguments: [" \n", "\0\u{1}\0"])
  func becameEmpty(content: String) async throws {
    try await withTemporaryDirectory { directory in
      try directory.write("a.txt", "alpha")
      let engine = try await Engine.open(at: directory.index, encoder: BagOfWordsEmbedder())
      _ = try await engine.ingestAll(directory.docs)
      try directory.write("a.txt", content)
      let report = try await engine.ingestAll(directory.docs)
      #expect(report.skipped.first?.reason.hasSuffix("what the index had of it is removed") == true)
      #expect(try await engine.search("alpha").isEmpty)
    }
  }

  @Test("that is cancelled leaves whole documents, and the next one goes on")
  func cancel() async throws {
    try await withTemporaryDirectory { directory in
      for index in 0..<600 { try directory.write("\(index).txt", "Document number \(index).") }
      let embedder = BagOfWordsEmbedder()
      let engine = try await Engine.open(at: directory.index, encoder: embedder)
      for try await event in engine.ingest([.path(directory.docs)]) {
        if case .source(_, .added) = event { break }
      }
      let report = try await engine.ingestAll(
        directory.docs,
        options: {
          var options = IngestOptions()
          options.wait = .seconds(600)
          return options
        }())
      #expect(report.unchanged >= 1)
      #expect(report.unchanged + report.added == 600)
      #expect(embedder.passageCount <= 600 + 256)
      let status = try await engine.status()
      #expect(status.documents == 600 && status.vectors == status.chunks)
    }
  }

  @Test("of a web page takes its article, and citations hold in the page")
  func mainContent() async throws {
    try await withTemporaryDirectory { directory in
      let prose = (0..<6).map { "<p>Whale number \($0) lives in the cold sea, far from land.</p>" }
      let page = "<nav><a href=x>Menu of pelicans</a></nav><article>\(prose.joined())</article>"
      try directory.write("a.html", page)
      let engine = try await Engine.open(at: directory.index, encoder: BagOfWordsEmbedder())
      _ = try await engine.ingestAll(directory.docs)
      #expect(try await engine.search("pelicans").allSatisfy { !$0.chunk.text.contains("Menu") })
      let answer = try await engine.answer("Where does whale number 3 live?")
      #expect(!answer.citations.isEmpty)
      for citation in answer.citations { #expect(citation.status == .verified) }
      var options = IngestOptions()
      options.content = .full
      #expect(try await engine.ingestAll(directory.docs, options: options).updated == 1)
      #expect(try await engine.search("pelicans").contains { $0.chunk.text.contains("Menu") })
      #expect(try await engine.ingestAll(directory.docs, options: options).updated == 0)
    }
  }
}
