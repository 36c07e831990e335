import Foundation
import GRDB
import RAGCore
import RAGIndex
import RAGLexical
import Testing

@testable import RAGStore

@Suite("The format of an index")
struct FormatTests {
  static let fixtures = URL(filePath: #filePath).deletingLastPathComponent()
    .appending(path: "Fixtures")

  /// Each holds eight records of a log in one generation, of which n3 was removed, and a late one.
  @Test(
    "of each version that this build reads is read and written",
    arguments: Schema.oldestVersion...Schema.formatVersion)
  func version(_ version: Int) async throws {
    try await withTemporaryDirectory { directory in
      let index = directory + "/index"
      let fixture = Self.fixtures.appending(path: "index-v\(version)")
      // A new format comes with an index that its build made.
      try #require(
        fileExists(fixture.path(percentEncoded: false)), "there is no index of version \(version)")
      try FileManager.default.copyItem(at: fixture, to: URL(filePath: index))
      let id = UInt32(Schema.applicationID)
      #expect(
        try DatabaseHeader.read(index + "/rag.sqlite", applicationID: id)
          == .index(applicationID: id, userVersion: UInt32(version)))
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
      try await writer.compact()
      #expect(try await reader.lexical("lighthouse storms").count == 7)
      let files = try await reader.read { reader in
        try reader.state().generations.map { try reader.files.terms(of: $0) }
      }
      #expect(files.allSatisfy(\.isOfNewestAnalysis) && files.count == 1)
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

  /// A database that is whole, page checksums included, and says of itself that it is another.
  struct Stranger: Sendable, CustomTestStringConvertible {
    var testDescription: String
    /// The place of four bytes on page 1, big-endian.
    var offset: Int
    var value: UInt32
    /// What the message names.
    var found: [String]

    static func version(_ value: Int32) -> Stranger {
      Stranger(
        testDescription: "is of version \(value)", offset: 60, value: UInt32(bitPattern: value),
        found: ["format \(value),", "\(Schema.oldestVersion) to \(Schema.formatVersion)"])
    }

    static func application(_ value: UInt32) -> Stranger {
      Stranger(
        testDescription: "is of application \(value)", offset: 68, value: value,
        found: ["something else"])
    }
  }

  @Test(
    "that is another is refused by its name, and left as it is",
    arguments: [
      .version(0), .version(1), .version(Int32(Schema.formatVersion) + 1), .version(999),
      .version(.max), .version(.min), .application(0), .application(0x1234_5678),
      Stranger(
        testDescription: "reserves other bytes", offset: 20, value: 0x4040_2020,
        found: ["format 1,"]),
      Stranger(
        testDescription: "has other pages", offset: 16, value: 0x2000_0202, found: ["format 1,"]),
    ] as [Stranger])
  func stranger(_ stranger: Stranger) async throws {
    try await withTemporaryDirectory { path in
      let directory = IndexDirectory(path + "/index")
      try FileManager.default.copyItem(
        at: Self.fixtures.appending(path: "index-v\(Schema.formatVersion)"),
        to: URL(filePath: directory.path))
      var database = try bytes(directory.database)
      withUnsafeBytes(of: stranger.value.bigEndian) {
        database.replaceSubrange(stranger.offset..<stranger.offset + 4, with: $0)
      }
      database[..<PageChecksum.pageSize].withUnsafeMutableBytes {
        PageChecksum.seal($0, number: 1)
      }
      try write(database, to: directory.database)
      let attempts: [() async throws -> Void] = [
        { _ = try await Store.open(directory, for: .read) },
        { _ = try await Store.open(directory, for: .write) },
        { _ = try await Store.verify(directory) },
      ]
      for (number, attempt) in attempts.enumerated() {
        await #expect("attempt \(number)") { try await attempt() } throws: { error in
          RAGError.Code.incompatibleFormat ~= error
            && stranger.found.allSatisfy { "\(error)".contains($0) }
        }
      }
      #expect(try bytes(directory.database) == database)
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
