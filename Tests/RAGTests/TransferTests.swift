import Foundation
import Synchronization
import Testing

@testable import RAG

@Suite("An export and its import")
struct TransferTests {
  @Test("give the same index, also when lines got other ends")
  func whole() async throws {
    try await withTemporaryDirectory { directory in
      let export = try await export(directory)
      for ending in ["", "\r"] {
        let target = try await Engine.open(at: directory.path + "/whole\(ending.count)")
        #expect(try await target.import(lines(export.map { $0 + ending } + [""])) == 3)
        #expect(try await self.export(target) == export)
      }
    }
  }

  @Test("that was cut off at any line, or lacks one, imports nothing")
  func cut() async throws {
    try await withTemporaryDirectory { directory in
      let export = try await export(directory)
      let target = try await Engine.open(at: directory.path + "/cut")
      var broken = (0..<export.count).map { Array(export[..<$0]) }
      for index in export.indices {
        broken.append(export.enumerated().filter { $0.offset != index }.map(\.element))
      }
      broken.append([export[0], export[2], export[1]] + export[3...])
      broken.append(export + [export[1]])
      broken.append(export.map { $0.replacing("Whales", with: "whales") })
      broken.append(export.map { String($0.dropLast($0 == export.last ? 1 : 0)) })
      for export in broken {
        await #expect("\(export.count) lines") {
          try await target.import(lines(export))
        } throws: { ($0 as? RAGError)?.code == .invalidInput }
      }
      #expect(try await target.status().documents == 0)
      let names = try FileManager.default.contentsOfDirectory(atPath: directory.path + "/cut")
      #expect(!names.contains { $0.contains(".new") })
      // And it is as good as ever.
      #expect(try await target.import(lines(export)) == 3)
    }
  }

  @Test(
    "with a right end and what no ingest makes is refused with the number of its line",
    arguments: [
      ("\"id\":\"ant\"", "\"id\":\"\""), ("\"id\":\"ant\"", "\"id\":\"a\\u0000\""),
      ("\"text\":\"Ants", "\"text\":\"\",\"other\":\"Ants"), ("\"text\":\"Ants", "\"text\":\"Ant"),
      ("\"textRange\":[0,", "\"textRange\":[1,"), ("\"textRange\":[0,", "\"textRange\":[-1,"),
      ("\"utf8\":[0,", "\"utf8\":[0,9"), ("\"characters\":[0,", "\"characters\":[0,9"),
      ("\"utf8\":[0,", "\"utf8\":[900,"), ("\"lines\":[1,1", "\"lines\":[0,1"),
      ("\"lines\":[1,1", "\"lines\":[1,1000"), ("\"lines\":[1,1", "\"lines\":[2,1"),
      ("\"encoding\":\"utf-8\"", "\"encoding\":\"nonsense\""),
    ])
  func lie(old: String, new: String) async throws {
    try await withTemporaryDirectory { directory in
      var export = try await export(directory)
      let line = try #require(export.firstIndex { $0.contains("\"id\":\"ant\"") })
      #expect(export[line].contains(old), "\(export[line])")
      export[line] = export[line].replacing(old, with: new)
      var sum = ExportEnd()
      sum.add(export[0].utf8)
      for line in export[1..<(export.count - 1)] { sum.add(line.utf8, chunkCount: 1) }
      export[export.count - 1] = String(decoding: try JSONEncoder().encode(sum), as: UTF8.self)
      let target = try await Engine.open(at: directory.path + "/lie")
      await #expect {
        try await target.import(lines(export))
      } throws: {
        let error = $0 as? RAGError
        return error?.code == .invalidInput && error?.message.hasPrefix("line \(line + 1)") == true
      }
      #expect(try await target.status().documents == 0)
    }
  }

  @Test("with vectors goes into no index whose documents lack them")
  func wordsOnly() async throws {
    try await withTemporaryDirectory { directory in
      let export = try await export(directory)
      let target = try await Engine.open(at: directory.path + "/words")
      #expect(try await target.import(lines(export)) == 3)
      let words = try await Engine.open(at: directory.path + "/only")
      try await words.upsert([MemoryDocument(id: "q", text: "Quaggas are gone.")])
      await #expect {
        try await words.import(lines(export))
      } throws: { ($0 as? RAGError)?.code == .modelMismatch }
      #expect(try await words.status().documents == 1)
    }
  }

  @Test("of nothing goes into every index")
  func nothing() async throws {
    try await withTemporaryDirectory { directory in
      let whole = try await export(directory)
      let nothing = try await export(Engine.open(at: directory.path + "/nothing"))
      #expect(nothing.count == 2)
      let target = try await Engine.open(at: directory.path + "/target")
      for (lines, count) in [(whole, 3), (nothing, 0)] {
        #expect(try await target.import(self.lines(lines)) == count)
      }
      #expect(try await self.export(target) == whole)
    }
  }

  @Test("whose header has one of fingerprint and dimension only is refused")
  func halfEncoder() async throws {
    try await withTemporaryDirectory { directory in
      let engine = try await Engine.open(at: directory.index)
      try await engine.upsert([MemoryDocument(id: "a", text: "Ants live on land.")])
      let export = try await export(engine)
      for half in ["\"dimension\":384", "\"fingerprint\":\"f\""] {
        let header = export[0].replacing("{\"", with: "{\(half),\"", maxReplacements: 1)
        #expect(header != export[0])
        var sum = ExportEnd()
        sum.add(header.utf8)
        sum.add(export[1].utf8, chunkCount: 1)
        let end = String(decoding: try JSONEncoder().encode(sum), as: UTF8.self)
        let target = try await Engine.open(at: directory.path + "/half")
        await #expect("\(half)") {
          try await target.import(lines([header, export[1], end]))
        } throws: {
          let error = $0 as? RAGError
          return error?.code == .invalidInput && error?.message.hasPrefix("line 1: ") == true
        }
        #expect(try await target.status().documents == 0)
      }
    }
  }

  @Test("may name how it was chunked in another order")
  func chunkingOrder() async throws {
    let old = try ChunkOptions(stored: "{\"tokenCount\":200,\"overlapTokenCount\":30}")
    for _ in 0..<50 {
      #expect(try old.stored == "{\"overlapTokenCount\":30,\"tokenCount\":200}")
    }
  }

  private func export(_ directory: TestDirectory) async throws -> [String] {
    let engine = try await Engine.open(at: directory.index, encoder: BagOfWordsEmbedder())
    try await engine.upsert([
      MemoryDocument(id: "whale", text: "Whales are mammals that live in the sea."),
      MemoryDocument(id: "ant", text: "Ants are insects that live on land."),
      MemoryDocument(id: "dog", text: "Dogs are mammals that live on land."),
    ])
    return try await export(engine)
  }

  private func export(_ engine: Engine) async throws -> [String] {
    let lines = Mutex<[String]>([])
    try await engine.export { line in lines.withLock { $0.append(String(line.dropLast())) } }
    return lines.withLock { $0 }
  }

  private func lines(_ lines: [String]) -> AsyncStream<[UInt8]> {
    AsyncStream { continuation in
      for line in lines { continuation.yield(Array(line.utf8)) }
      continuation.finish()
    }
  }
}
