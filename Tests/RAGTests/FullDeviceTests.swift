import Foundation
import Glibc
import RAG
import Testing

@Suite("A device without room for a fold")
struct FullDeviceTests {
  @Test("takes the documents all the same", .enabled(if: geteuid() == 0))
  func fold() async throws {
    try await withTemporaryDirectory { directory in
      // More than a tail may hold, and then some batches.
      let documents = (0..<2_700).map { MemoryDocument(id: "\($0)", text: "Text \($0).") }
      let engine = try await Engine.open(at: directory.index)
      try standInTheWay(of: directory.index)
      #expect(try await engine.upsert(documents).added == documents.count)
      let (lines, continuation) = AsyncStream<[UInt8]>.makeStream()
      try await engine.export { continuation.yield(Array($0.utf8.dropLast())) }
      continuation.finish()
      let copy = try await Engine.open(at: directory.path + "/copy")
      try standInTheWay(of: directory.path + "/copy")
      #expect(try await copy.import(lines) == documents.count)
      for engine in [engine, copy] {
        let status = try await engine.status()
        #expect(status.documents == documents.count)
      }
    }
  }

  /// Puts the device /dev/full where the first fold writes its words.
  private func standInTheWay(of index: String) throws {
    try #require(mknod(index + "/g1.terms.tmp", S_IFCHR | 0o600, 1 << 8 | 7) == 0)
  }
}
