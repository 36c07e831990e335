import Foundation
import RAGStore
import Testing

@testable import RAG

@Suite("A dry run")
struct IngestDryRunTests {
  private static func run(
    _ directory: TestDirectory, _ embedder: BagOfWordsEmbedder,
    options: IngestOptions = IngestOptions()
  ) async throws -> IngestReport {
    var report: IngestReport?
    let events = Engine.dryRun(
      [.path(directory.docs)], intoIndexAt: directory.index, encoder: embedder, options: options)
    for try await case .finished(let finished) in events { report = finished }
    return try #require(report)
  }

  /// The bytes of all files of the index, but for the one that SQLite's readers share.
  private static func files(_ directory: TestDirectory) throws -> [String: String] {
    let manager = FileManager.default
    return try Dictionary(
      uniqueKeysWithValues: manager.contentsOfDirectory(atPath: directory.index).filter {
        !$0.hasSuffix("-shm")
      }.map { name in
        let path = directory.index + "/" + name
        return (name, Data(try Data(contentsOf: URL(filePath: path))).base64EncodedString())
      })
  }

  @Test("without an index tells what would be embedded, and makes none")
  func fresh() async throws {
    try await withTemporaryDirectory { directory in
      for index in 0..<600 { try directory.write("\(index).txt", "Text \(index % 300).") }
      try directory.write("empty.txt", "")
      let embedder = BagOfWordsEmbedder()
      let plan = try await Self.run(directory, embedder)
      #expect(plan.isDryRun)
      #expect(plan.added == 600 && plan.skippedCount == 1)
      #expect(plan.chunks == 600 && plan.embeddedChunks == 300)
      #expect(embedder.passageCount == 0)
      #expect(!FileManager.default.fileExists(atPath: directory.index))
      let engine = try await Engine.open(at: directory.index, encoder: embedder)
      var report = try await engine.ingestAll(directory.docs)
      #expect(!report.isDryRun)
      (report.isDryRun, report.seconds) = (true, plan.seconds)
      #expect(report == plan)
    }
  }

  @Test("tells what an ingest then does, and changes no byte of the index")
  func changes() async throws {
    try await withTemporaryDirectory { directory in
      for index in 0..<20 { try directory.write("\(index).txt", "Text \(index).") }
      let embedder = BagOfWordsEmbedder()
      let engine = try await Engine.open(at: directory.index, encoder: embedder)
      _ = try await engine.ingestAll(directory.docs)
      try directory.write("3.txt", "Another text.")
      try directory.write("new.txt", "A new text.")
      try directory.remove("4.txt")
      let before = try Self.files(directory)
      let passages = embedder.passageCount
      let plan = try await Self.run(directory, embedder)
      #expect(plan.added == 1 && plan.updated == 1 && plan.removed == 1 && plan.unchanged == 18)
      #expect(plan.embeddedChunks == 2 && plan.embeddedTokens > 0)
      #expect(embedder.passageCount == passages)
      #expect(try Self.files(directory) == before)
      var report = try await engine.ingestAll(directory.docs)
      (report.isDryRun, report.seconds) = (true, plan.seconds)
      #expect(report == plan)
    }
  }

  @Test("needs no lock, and an engine that may only read")
  func locked() async throws {
    try await withTemporaryDirectory { directory in
      try directory.write("a.txt", "alpha")
      let embedder = BagOfWordsEmbedder()
      let writer = try await Engine.open(at: directory.index, encoder: embedder)
      _ = try await writer.ingestAll(directory.docs)
      try directory.write("b.txt", "beta")
      let lock = try await writer.store.lockForWriting(wait: .zero)
      let reader = try await Engine.open(at: directory.index, encoder: embedder, for: .read)
      var options = IngestOptions()
      options.isDryRun = true
      options.wait = .zero
      #expect(try await reader.ingestAll(directory.docs, options: options).added == 1)
      withExtendedLifetime(lock) {}
    }
  }

  @Test("tells of an index that another encoder made")
  func otherEncoder() async throws {
    try await withTemporaryDirectory { directory in
      try directory.write("a.txt", "alpha")
      let engine = try await Engine.open(at: directory.index, encoder: BagOfWordsEmbedder())
      _ = try await engine.ingestAll(directory.docs)
      await #expect {
        try await Self.run(directory, BagOfWordsEmbedder(fingerprint: "other"))
      } throws: {
        RAGError.Code.modelMismatch ~= $0
      }
    }
  }
}
