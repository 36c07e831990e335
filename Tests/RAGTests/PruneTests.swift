import Foundation
import RAG
import Testing

@Suite("What is gone from a directory")
struct PruneTests {
  @Test("stays in the index where no file is left in it, as where a drive is not mounted")
  func emptyRoot() async throws {
    try await withTemporaryDirectory { directory in
      for index in 0..<12 { try directory.write("notes/\(index).txt", "Note \(index).") }
      for index in 0..<4 { try directory.write("drive/deep/\(index).txt", "File \(index).") }
      let roots = (directory.docs + "/notes", directory.docs + "/drive")
      let engine = try await Engine.open(at: directory.index, encoder: BagOfWordsEmbedder())
      #expect(try await engine.ingestAll(roots.0, roots.1).added == 16)
      try directory.remove("drive/deep")
      try directory.remove("notes/0.txt")
      let report = try await engine.ingestAll(roots.0, roots.1)
      #expect(report.removed == 1)
      #expect(report.warnings.count { $0.contains("/drive") && $0.contains("--prune") } == 1)
      #expect(try await engine.status().documents == 15)
      // One root within the other.
      #expect(try await engine.ingestAll(directory.docs, roots.1).removed == 0)
      var options = IngestOptions()
      options.pruning = .always
      #expect(try await engine.ingestAll(roots.0, roots.1, options: options).removed == 4)
    }
  }

  @Test(
    "stays where the directory was named itself, beside one above it",
    arguments: ["docs/sub", "docs/sub/", "docs/./sub", "link/sub", "docs/sub/none/../"])
  func namedTwice(name: String) async throws {
    try await withTemporaryDirectory { directory in
      for index in 0..<8 { try directory.write("\(index).txt", "Text \(index).") }
      for index in 0..<2 { try directory.write("sub/\(index).txt", "Sub \(index).") }
      try #require(symlink(directory.docs, directory.path + "/link") == 0)
      let engine = try await Engine.open(at: directory.index, encoder: BagOfWordsEmbedder())
      #expect(try await engine.ingestAll(directory.docs).added == 10)
      try directory.remove("sub")
      let report = try await engine.ingestAll(directory.docs, directory.path + "/" + name)
      #expect(report.removed == 0)
      #expect(report.failed.first?.reason.contains("keeps its 2 documents") == true)
      #expect(try await engine.status().documents == 10)
      #expect(try await engine.ingestAll(directory.docs).removed == 2)
    }
  }
}
