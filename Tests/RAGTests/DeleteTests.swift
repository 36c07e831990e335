import Foundation
import RAG
import Testing

@Suite("A deletion by name")
struct DeleteTests {
  @Test("of a link leaves its target, and of a link that is no document takes the target's")
  func link() async throws {
    try await withTemporaryDirectory { directory in
      let target = try directory.write("2026.md", "Whales live in the sea.")
      let link = directory.docs + "/current.md"
      try #require(symlink("2026.md", link) == 0)
      let engine = try await Engine.open(at: directory.index)
      #expect(try await engine.ingestAll(directory.docs).added == 2)
      #expect(try await engine.delete(named: [link]).ids == [link])
      #expect(try await engine.delete(named: [link]).ids == [target])
      #expect(try await engine.delete(named: [link]).unknown == [link])
    }
  }

  @Test("finds behind links what an ingest named, also where the file is gone")
  func behindLinks() async throws {
    try await withTemporaryDirectory { directory in
      let names = ["a.md", "deep/b.md", "deep/c.md", "old/d.md"]
      let files = try names.map { try directory.write($0, "Text of \($0).") }
      let link = directory.path + "/link"
      try #require(symlink(directory.docs, link) == 0)
      try #require(symlink(directory.docs + "/deep", directory.path + "/inner") == 0)
      let engine = try await Engine.open(at: directory.index)
      #expect(try await engine.ingestAll(link).added == 4)
      try directory.remove("old")
      #expect(try await engine.delete(named: [link + "/old/d.md"]).ids == [files[3]])
      try directory.remove("deep/b.md")
      #expect(try await engine.delete(named: [link + "/deep/b.md"]).ids == [files[1]])
      // Out of where the link leads, not of where it lies.
      #expect(try await engine.delete(named: [directory.path + "/inner/../a.md"]).ids == [files[0]])
      #expect(try await engine.delete(named: [link + "/"]).ids == [files[2]])
    }
  }

  @Test("of records from memory takes all that were read under the name")
  func records() async throws {
    try await withTemporaryDirectory { directory in
      let engine = try await Engine.open(at: directory.index)
      var options = IngestOptions()
      options.records = RecordFormat(.csv)
      let feeds = ["feed", "feed2", "fee"].map {
        MemoryDocument(id: $0, text: "id,text\n1,Penguins swim\n2,Swifts fly\n")
      }
      #expect(try await engine.upsert(feeds, options: options).added == 6)
      try await engine.upsert([MemoryDocument(id: "feed#note", text: "No record.")])
      #expect(try await engine.delete(named: ["feed"]).ids == ["feed#1", "feed#2"])
      #expect(try await engine.delete(named: ["feed"]).unknown == ["feed"])
      // A document of that name is what is meant.
      try await engine.upsert([MemoryDocument(id: "feed2", text: "A document.")])
      #expect(try await engine.delete(named: ["feed2"]).ids == ["feed2"])
      #expect(try await engine.status().documents == 5)
    }
  }
}
