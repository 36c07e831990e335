import Foundation
import GRDB
import RAGCore
import RAGIndex
import Testing

@testable import RAGStore

@Suite("The format of an index")
struct FormatTests {
  private static let fixtures = URL(filePath: #filePath).deletingLastPathComponent()
    .appending(path: "Fixtures")

  /// Each holds eight records of a log in one generation, of which n3 was removed, and a late one.
  @Test("of each version since 2 is read and written", arguments: ["index-v2", "index-v3"])
  func version(name: String) async throws {
    try await withTemporaryDirectory { directory in
      let index = directory + "/index"
      try FileManager.default.copyItem(
        at: Self.fixtures.appending(path: name), to: URL(filePath: index))
      #expect(try await Store.verify(IndexDirectory(index)) == [])
      let reader = try await Store.open(IndexDirectory(index), for: .read)
      #expect(try await reader.lexical("lighthouse storms").count == 7)
      #expect(try await reader.lexical("whales") == ["A whale was seen near the harbour."])
      #expect(try await reader.keys(matching: .range(field: "year", .init(lower: 1908))).count == 2)
      let (near, vector) = try await reader.read { reader in
        let vector = try #require(try reader.exactVectors()?.count)
        let first = try #require(try reader.chunks([1]).first)
        #expect(first.text.contains("station 1"))
        return (try reader.graphCount(), vector)
      }
      #expect(near == 8 && vector == 8)
      let writer = try await Store.open(IndexDirectory(index), for: .write)
      try await writer.apply([.remove(key: "late#late")], encoder: nil, chunking: nil)
      #expect(try await reader.lexical("whales") == [])
    }
  }

  @Test("2 is brought to this one by the first writer")
  func second() async throws {
    try await withTemporaryDirectory { directory in
      let index = directory + "/index"
      try FileManager.default.copyItem(
        at: Self.fixtures.appending(path: "index-v2"), to: URL(filePath: index))
      let reader = try await Store.open(IndexDirectory(index), for: .read)
      let writer = try await Store.open(IndexDirectory(index), for: .write)
      let version = try await writer.writer?.read {
        try Int.fetchOne($0, sql: "PRAGMA user_version")
      }
      #expect(version == Schema.formatVersion)
      var page = record("page", ["A page on pelicans."], dimension: 384)
      page.source = Document.Source(
        mediaType: .html, encoding: "utf-8", byteCount: 99, content: .main)
      try await writer.apply([.put(page)], encoder: nil, chunking: nil)
      let contents = try await reader.read { reader in
        try ["station", "pelicans"].map { word in
          let ids = try reader.lexicalMatches(word, count: 1).map(\.id)
          return try reader.chunks(ids).first?.document.source.content
        }
      }
      #expect(contents == [.full, .main])
      #expect(try await Store.verify(IndexDirectory(index)) == [])
    }
  }

  @Test("1 is refused by its name")
  func first() async throws {
    try await withTemporaryDirectory { directory in
      let path = directory + "/rag.sqlite"
      try makeFirstFormat(path)
      for access in [Store.Access.read, .write] {
        await #expect { try await Store.open(IndexDirectory(directory), for: access) } throws: {
          RAGError.Code.incompatibleFormat ~= $0 && "\($0)".contains("format 1")
        }
      }
    }
  }
}

/// What tells an index of format 1: a database of SQLite with our application id and no reserved
/// bytes.
private func makeFirstFormat(_ path: String) throws {
  let queue = try DatabaseQueue(path: path)
  try queue.write { database in
    try database.execute(sql: "CREATE TABLE setting (name TEXT)")
    try database.execute(sql: "PRAGMA application_id = \(Schema.applicationID)")
    try database.execute(sql: "PRAGMA user_version = 1")
  }
  try queue.close()
}
