import RAG
import Testing

@Suite("An ingest of documents from memory")
struct IngestMemoryTests {
  @Test("leaves out those that the index cannot keep, and says which and why")
  func badDocuments() async throws {
    try await withTemporaryDirectory { directory in
      let engine = try await Engine.open(at: directory.index, encoder: BagOfWordsEmbedder())
      let report = try await engine.upsert([
        MemoryDocument(id: "first", text: "alpha"), MemoryDocument(id: "", text: "alpha"),
        MemoryDocument(id: "a\0b", text: "alpha"),
        MemoryDocument(id: "endless", text: "alpha", metadata: ["list": [1, .number(.infinity)]]),
        MemoryDocument(id: "last", text: "alpha"),
      ])
      #expect(report.added == 2)
      #expect(report.failed.map(\.source) == ["", "a\0b", "endless"])
      #expect(report.failed.last?.reason.contains("finite") == true)
      #expect(try await engine.documentIDs() == ["first", "last"])
    }
  }

  @Test("is refused where the fields for all of them cannot be kept")
  func badFields() async throws {
    try await withTemporaryDirectory { directory in
      let engine = try await Engine.open(at: directory.index)
      var options = IngestOptions()
      options.metadata = ["weight": .number(.nan)]
      await #expect {
        try await engine.upsert([MemoryDocument(id: "a", text: "alpha")], options: options)
      } throws: {
        RAGError.Code.invalidInput ~= $0
      }
    }
  }
}
