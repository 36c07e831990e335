import Foundation
import RAG
import Testing

@Suite("An ingest of what has become something else")
struct IngestReplacedTests {
  /// Ingests files and some more, lets them be replaced, and ingests again.
  private static func report(
    of names: [String], replacing: (TestDirectory) throws -> Void
  ) async throws -> (report: IngestReport, ids: [String]) {
    try await withTemporaryDirectory { directory in
      for name in names + ["x.txt", "y.txt", "z.txt"] { try directory.write(name, "Text \(name).") }
      let engine = try await Engine.open(at: directory.index)
      _ = try await engine.ingestAll(directory.docs)
      try replacing(directory)
      let report = try await engine.ingestAll(directory.docs)
      let ids = try await engine.documentIDs().map {
        String($0.dropFirst(directory.docs.count + 1))
      }
      return (report, ids.filter { !["x.txt", "y.txt", "z.txt"].contains($0) })
    }
  }

  @Test("a directory that is moved and linked to is not kept under its old name")
  func movedDirectory() async throws {
    let (report, ids) = try await Self.report(of: ["v1/a.txt", "v1/b.txt"]) { directory in
      try FileManager.default.moveItem(
        atPath: directory.docs + "/v1", toPath: directory.docs + "/v2")
      #expect(symlink("v2", directory.docs + "/v1") == 0)
    }
    #expect(report.removed == 2 && report.added == 2 && report.skippedCount == 1)
    #expect(ids == ["v2/a.txt", "v2/b.txt"])
  }

  @Test("a file that is a pipe now, or a link that leaves the directory, is gone")
  func replacedFile() async throws {
    let (report, ids) = try await Self.report(of: ["a.txt", "b.txt"]) { directory in
      for name in ["a.txt", "b.txt"] { try directory.remove(name) }
      #expect(mkfifo(directory.docs + "/a.txt", 0o600) == 0)
      #expect(symlink("/etc/hostname", directory.docs + "/b.txt") == 0)
    }
    #expect(report.removed == 2 && report.skippedCount == 2)
    #expect(ids.isEmpty)
  }

  @Test("a root that is an index now keeps its documents, as one that cannot be read does")
  func root() async throws {
    let (report, ids) = try await Self.report(of: ["a.txt"]) { directory in
      try directory.write("rag.sqlite", "")
    }
    #expect(report.removed == 0 && report.failedCount == 1)
    #expect(ids == ["a.txt"])
  }
}
