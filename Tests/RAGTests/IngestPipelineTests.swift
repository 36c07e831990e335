import Foundation
import RAG
import RAGCore
import RAGStore
import Testing

@Suite("An ingest's pipeline")
struct IngestPipelineTests {
  /// Documents of several lengths, some with texts of others in them.
  private static func write(_ count: Int, in directory: TestDirectory, seed: UInt64) throws {
    var random = SplitMix(state: seed)
    for index in 0..<count {
      let paragraphs = (0..<random.next(below: 6)).map { _ in
        let subject = random.next(below: 40)
        return (0..<60).map { "word\(subject) of \($0) and" }.joined(separator: " ") + "."
      }
      try directory.write(
        "\(index % 7)/\(index).txt", "Document \(index).\n\n" + paragraphs.joined(separator: "\n\n")
      )
    }
  }

  /// All rows of chunks and vectors, but for what names the directory.
  private static func rows(_ directory: TestDirectory) async throws -> [String] {
    let store = try await Store.open(IndexDirectory(directory.index), for: .read)
    return try await store.read { reader in
      let count = try reader.counts().chunks
      let chunks = try reader.chunks((1...Int64(count + 50)).map(\.self))
      return chunks.map {
        let key = $0.document.key.dropFirst(directory.docs.count)
        return "\($0.id) \(key) \($0.span) \($0.text)"
      }
    }
  }

  private static func sources(_ events: [IngestEvent], _ directory: TestDirectory) -> [String] {
    events.compactMap { event in
      guard case .source(let id, let outcome) = event else { return nil }
      return "\(id.dropFirst(directory.docs.count)) \(outcome)"
    }
  }

  @Test("gives the same index and the same events whatever is slow", arguments: 1...3)
  func order(seed: Int) async throws {
    var results: [(rows: [String], events: [String])] = []
    for slowness in [0, 40, 400] {
      try await withTemporaryDirectory { directory in
        try Self.write(300, in: directory, seed: UInt64(seed))
        let embedder = UnevenEmbedder(seed: UInt64(seed), yields: slowness)
        let engine = try await Engine.open(at: directory.index, encoder: embedder)
        var events: [IngestEvent] = []
        for try await event in engine.ingest([.path(directory.docs)]) { events.append(event) }
        let status = try await engine.status()
        #expect(status.documents == 300 && status.vectors == status.chunks)
        let sources = Self.sources(events, directory)
        #expect(sources.count == 300)
        results.append((try await Self.rows(directory), sources))
      }
    }
    for result in results.dropFirst() {
      #expect(result.rows == results[0].rows, "seed \(seed)")
      #expect(result.events == results[0].events, "seed \(seed)")
    }
    // Files are met in the order of the bytes of their paths.
    let paths = results[0].events.compactMap { $0.split(separator: " ").first.map(String.init) }
    #expect(paths == paths.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) })
  }

  @Test("embeds a text once, however often and wherever it comes")
  func sharedTexts() async throws {
    try await withTemporaryDirectory { directory in
      for index in 0..<700 { try directory.write("\(index).txt", "Text number \(index % 10).") }
      let embedder = BagOfWordsEmbedder()
      let engine = try await Engine.open(at: directory.index, encoder: embedder)
      let report = try await engine.ingestAll(directory.docs)
      #expect(report.added == 700 && report.embeddedChunks == 10)
      #expect(embedder.passageCount == 10)
      let status = try await engine.status()
      #expect(status.vectors == 700)
    }
  }

  @Test("holds few documents while the encoder is at work")
  func bounds() async throws {
    try await withTemporaryDirectory { directory in
      for index in 0..<5_000 { try directory.write("\(index).txt", "Document number \(index).") }
      let embedder = HeldEmbedder()
      let engine = try await Engine.open(at: directory.index, encoder: embedder)
      let ingest = Task { try await engine.ingestAll(directory.docs) }
      // The first call waits until the reader has come to a stop.
      await embedder.waitForCall()
      var parsed = -1
      while parsed != embedder.parsedCount {
        parsed = embedder.parsedCount
        for _ in 0..<100 { await Task.yield() }
      }
      #expect(parsed <= 4 * 256, "\(parsed) of 5000 were parsed ahead")
      embedder.release()
      #expect(try await ingest.value.added == 5_000)
    }
  }

  @Test("holds few converted texts, however small their files are")
  func convertedBounds() async throws {
    try await withTemporaryDirectory { directory in
      for index in 0..<30 { try directory.write("\(index).up", "\(index)") }
      let converted = directory.path + "/converted"
      try FileManager.default.createDirectory(
        atPath: converted, withIntermediateDirectories: false)
      func count() throws -> Int {
        try FileManager.default.contentsOfDirectory(atPath: converted).count
      }
      var options = IngestOptions()
      // 4 MiB of a few bytes; what is held at a time is 32 MiB.
      let converter = try Converter(
        parsing: """
          .up=sh -c 'printf "Text $(basename $0)"; head -c 4194304 /dev/zero | tr "\\0" " "; \
          : > "\(converted)/$(basename $0)"' {}
          """)
      options.converters = [converter]
      let embedder = HeldEmbedder()
      let engine = try await Engine.open(at: directory.index, encoder: embedder)
      let ingest = Task { [options] in
        try await engine.ingestAll(directory.docs, options: options)
      }
      await embedder.waitForCall()
      while try count() < 2 { await Task.yield() }
      // As long as many more would take.
      for _ in 0..<12 { _ = try await converter.convert([], path: directory.docs + "/0.up") }
      #expect(try count() <= 9)
      embedder.release()
      #expect(try await ingest.value.added == 30)
    }
  }

  @Test("that is cancelled anywhere leaves whole documents, and the next goes on", arguments: 1...8)
  func cancellation(seed: Int) async throws {
    try await withTemporaryDirectory { directory in
      try Self.write(400, in: directory, seed: UInt64(seed))
      var random = SplitMix(state: UInt64(seed))
      let embedder = UnevenEmbedder(seed: UInt64(seed), yields: 20)
      let engine = try await Engine.open(at: directory.index, encoder: embedder)
      var options = IngestOptions()
      options.wait = .seconds(600)
      let call = 1 + random.next(below: 3)
      let ingest = Task { [options] in
        for try await _ in engine.ingest([.path(directory.docs)], options: options) {}
      }
      embedder.onCall(call) { ingest.cancel() }
      _ = await ingest.result
      embedder.onCall(0) {}
      let status = try await engine.status()
      #expect(status.vectors == status.chunks, "seed \(seed)")
      let report = try await engine.ingestAll(directory.docs, options: options)
      #expect(report.unchanged + report.added == 400, "seed \(seed)")
      #expect(report.failed.isEmpty)
      let whole = try await engine.status()
      #expect(whole.documents == 400 && whole.vectors == whole.chunks)
    }
  }

  @Test("of roots within each other reads a file twice, and writes and keeps it once")
  func nestedRoots() async throws {
    try await withTemporaryDirectory { directory in
      for index in 0..<6 { try directory.write("a/\(index).txt", "Document \(index) alpha.") }
      try directory.write("b.txt", "Beta.")
      try directory.write(".gitignore", "hidden\n")
      try directory.write("hidden/c.txt", "Gamma.")
      let engine = try await Engine.open(at: directory.index, encoder: BagOfWordsEmbedder())
      let roots = [directory.docs, directory.docs + "/a", directory.docs + "/hidden"]
      let first = try await engine.ingestAll(roots[0], roots[1], roots[2])
      #expect(first.added == 8 && first.unchanged == 6)
      try directory.remove("a/3.txt")
      // The ignored file is named by a root of its own: it is not gone.
      let second = try await engine.ingestAll(roots[0], roots[1], roots[2])
      #expect(second.removed == 1)
      #expect(try await engine.status().documents == 7)
    }
  }

  @Test("removes records that are gone, unless their file or some of its lines cannot be read")
  func recordPruning() async throws {
    try await withTemporaryDirectory { directory in
      func line(_ index: Int) -> String {
        "{\"id\": \"\(index)\", \"text\": \"Record \(index).\"}\n"
      }
      try directory.write("r.jsonl", (0..<10).map(line).joined())
      try directory.write("r.jsonl.txt", line(77))
      let engine = try await Engine.open(at: directory.index, encoder: BagOfWordsEmbedder())
      var options = IngestOptions()
      options.records = RecordFormat(.jsonl)
      #expect(try await engine.ingestAll(directory.docs, options: options).added == 11)
      try directory.write("r.jsonl", (0..<9).map(line).joined() + "{\"id\": broken\n")
      let broken = try await engine.ingestAll(directory.docs, options: options)
      #expect(broken.removed == 0 && broken.failedCount == 1)
      try directory.write("r.jsonl", (0..<9).map(line).joined())
      #expect(try await engine.ingestAll(directory.docs, options: options).removed == 1)
      // Too large to be read: nobody knows what is in it.
      var limits = Limits()
      limits.documentByteCount = 60
      let narrow = try await Engine.open(
        at: directory.index, encoder: BagOfWordsEmbedder(), limits: limits)
      let unreadable = try await narrow.ingestAll(directory.docs, options: options)
      #expect(unreadable.removed == 0 && unreadable.failedCount == 1)
      try directory.remove("r.jsonl.txt")
      #expect(try await engine.ingestAll(directory.docs, options: options).removed == 1)
      #expect(try await engine.status().documents == 9)
    }
  }

  @Test("lists the first thousand problems, and counts all")
  func manyProblems() async throws {
    try await withTemporaryDirectory { directory in
      try directory.write("r.jsonl", String(repeating: "broken\n", count: 1_500))
      let engine = try await Engine.open(at: directory.index)
      var options = IngestOptions()
      options.records = RecordFormat(.jsonl)
      let report = try await engine.ingestAll(directory.docs, options: options)
      #expect(report.failed.count == 1_000 && report.failedCount == 1_500)
    }
  }
}
