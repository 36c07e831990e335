import Foundation
import RAGCore
import Testing

@testable import RAGStore

@Suite("An index that is replaced while it is open")
struct ReplacementTests {
  @Test("is not written to any more, and what took its place is left alone")
  func replaced() async throws {
    try await withTemporaryDirectory { path in
      let directory = IndexDirectory(path + "/index")
      let store = try await Store.open(directory, for: .write)
      try await store.put(record("a", ["alpha"]), record("b", ["beta"]))
      try await store.compact()
      try await store.backup(to: IndexDirectory(path + "/copy"))
      try FileManager.default.moveItem(atPath: directory.path, toPath: path + "/aside")
      try FileManager.default.copyItem(atPath: path + "/copy", toPath: directory.path)
      func contents() throws -> [String: Data] {
        var contents: [String: Data] = [:]
        for name in try FileManager.default.contentsOfDirectory(atPath: directory.path) {
          contents[name] = FileManager.default.contents(atPath: directory.path + "/" + name)
        }
        return contents
      }
      let before = try contents()
      for attempt in [
        { try await store.put(record("c", ["gamma"])) },
        { _ = try await store.lockForWriting(wait: .zero) },
        { try await store.compact() }, { try await store.removeLeftovers() },
      ] as [() async throws -> Void] {
        await #expect {
          try await attempt()
        } throws: { ($0 as? RAGError)?.code == .io && "\($0)".contains("replaced") }
      }
      #expect(try contents() == before)
      // What a new connection reads would be of another index.
      await #expect {
        try await store.lexical("alpha")
      } throws: { ($0 as? RAGError)?.code == .io && "\($0)".contains("open it again") }
      #expect(try await Store.verify(directory) == [])
    }
  }

  @Test(
    "whose database is missing is not taken for a new one, and loses nothing",
    arguments: [["rag.sqlite"], ["rag.sqlite", "rag.sqlite-wal"]])
  func missingDatabase(names: [String]) async throws {
    try await withTemporaryDirectory { path in
      let directory = IndexDirectory(path)
      do {
        let store = try await Store.open(directory, for: .write)
        try await store.put(record("a", ["alpha"]))
      }
      let manager = FileManager.default
      for name in names {
        try? manager.moveItem(atPath: path + "/" + name, toPath: path + "-" + name)
      }
      defer { for name in names { try? manager.removeItem(atPath: path + "-" + name) } }
      let left = try manager.contentsOfDirectory(atPath: path).sorted()
      for access in [Store.Access.read, .write] {
        await #expect {
          _ = try await Store.open(directory, for: access)
        } throws: { RAGError.Code.corrupt ~= $0 }
      }
      #expect(try manager.contentsOfDirectory(atPath: path).sorted() == left)
      for name in names {
        try? manager.moveItem(atPath: path + "-" + name, toPath: path + "/" + name)
      }
      let store = try await Store.open(directory, for: .write)
      #expect(try await store.keys(matching: .not(.equals(field: "path", .string("")))) == ["a"])
    }
  }
}
