import Foundation
import GRDB
import RAGCore
import RAGIndex
import Testing

@testable import RAGStore

@Suite("A store")
struct StoreTests {
  @Test("gives back the chunks of a document with their exact places")
  func roundTrip() async throws {
    try await withTemporaryDirectory { directory in
      let store = try await Store.open(IndexDirectory(directory), for: .write)
      let document = record(
        "a", ["first text", "second text"], title: "A", headings: ["H1", "H2"])
      try await store.put(document)
      let chunks = try await store.read { reader in
        try reader.chunks(reader.lexicalMatches("text", count: 10).map(\.id).sorted())
      }
      #expect(chunks.map(\.text) == ["first text", "second text"])
      #expect(chunks[1].span == document.chunks[1].chunk.span)
      #expect(chunks[1].textRange == 11..<22)
      #expect(chunks[0].headings == ["H1", "H2"])
      #expect(chunks[0].document.key == "a")
    }
  }

  @Test("keeps the ids of unchanged chunks when a document is replaced")
  func replace() async throws {
    try await withTemporaryDirectory { directory in
      let store = try await Store.open(IndexDirectory(directory), for: .write)
      try await store.put(record("a", ["one", "two", "three"]))
      let before = try await store.read { try $0.chunks([1, 2, 3]).map(\.text) }
      try await store.put(record("a", ["zero", "one", "three"]))
      let after = try await store.read {
        try $0.chunks([1, 2, 3, 4]).map { "\($0.id) \($0.text)" }
      }
      #expect(before == ["one", "two", "three"])
      #expect(after == ["1 one", "3 three", "4 zero"])
      #expect(try await store.lexical("two") == [])
      #expect(try await store.lexical("zero") == ["zero"])
      let counts = try await store.read { try $0.counts() }
      #expect(counts.vectors == 3)
    }
  }

  @Test("takes texts that differ in their bytes for different, however they look")
  func bytes() async throws {
    try await withTemporaryDirectory { directory in
      let store = try await Store.open(IndexDirectory(directory), for: .write)
      let names = ["caf\u{E9}", "cafe\u{301}"]
      for name in names { try await store.put(record(name, ["of \(name)"])) }
      #expect(try await store.read { try $0.counts().documents } == 2)
      // Another title, so another chunk is searched.
      for title in names { try await store.put(record("a", ["text"], title: title)) }
      #expect(try await store.read { try $0.chunks([3, 4]).map(\.id) } == [4])
      try await store.apply([.remove(key: names[0])], encoder: nil, chunking: nil)
      #expect(try await store.read { try $0.documentState(names[1]) } != nil)
      let mixed = StoredDocument(
        key: names[0], path: names[1], title: nil,
        source: Document.Source(mediaType: .plainText, encoding: "utf-8", byteCount: 1),
        converter: nil, contentHash: [], keepsSource: false)
      #expect(mixed.filePath == nil)
    }
  }

  @Test("ends work on a state when its task is cancelled")
  func cancellation() async throws {
    try await withTemporaryDirectory { directory in
      let store = try await Store.open(IndexDirectory(directory), for: .write)
      try await store.put(record("a", ["alpha"]))
      let (begun, hasBegun) = AsyncStream.makeStream(of: Void.self)
      let task = Task {
        try await store.read { reader in
          hasBegun.yield()
          // As folds and checks do.
          let all = ChunkIDs(after: 0, last: .max)
          while true {
            try VectorRow.forEach(of: all, dimension: 8, in: reader.database) { _ in }
          }
        }
      }
      for await _ in begun { break }
      task.cancel()
      await #expect { try await task.value } throws: { ($0 as? RAGError)?.code == .cancelled }
    }
  }

  @Test("keeps a readable part of any title, and refuses what SQLite would cut")
  func texts() async throws {
    try await withTemporaryDirectory { directory in
      let store = try await Store.open(IndexDirectory(directory), for: .write)
      let long = String(repeating: "title ", count: 100_000)
      try await store.put(record("a", ["alpha"], title: "A\0B"), record("b", ["beta"], title: long))
      try await store.put(record("b", ["beta"], title: long))
      let titles = try await store.read { try $0.chunks([1, 2]).map(\.document.title) }
      #expect(titles == ["A B", String(long.prefix(300))])
      for bad in [record("c\0d", ["gamma"]), record("c", ["gam\0ma"])] {
        await #expect { try await store.put(bad) } throws: {
          ($0 as? RAGError)?.code == .invalidInput
        }
      }
      #expect(try await Store.verify(IndexDirectory(directory)).isEmpty)
    }
  }

  @Test("forgets a removed document in every lane at once")
  func remove() async throws {
    try await withTemporaryDirectory { directory in
      let store = try await Store.open(IndexDirectory(directory), for: .write)
      try await store.put(record("a", ["alpha"]), record("b", ["beta"]))
      try await store.apply([.remove(key: "a")], encoder: nil, chunking: nil)
      #expect(try await store.lexical("alpha") == [])
      let near = try await store.read { try $0.nearest(to: testVector("alpha"), count: 5).matches }
      #expect(near.map(\.id) == [2])
      let orphans = try await store.reader.read { database in
        try Int.fetchOne(database, sql: "SELECT count(*) FROM vector WHERE chunk = 1")
      }
      #expect(orphans == 0)
    }
  }

  @Test("writes all of a transaction or nothing")
  func atomic() async throws {
    try await withTemporaryDirectory { directory in
      let store = try await Store.open(IndexDirectory(directory), for: .write)
      await #expect {
        try await store.put(record("a", ["one"]), record("b", ["two"], dimension: 9))
      } throws: { error in
        RAGError.Code.dimensionMismatch ~= error
      }
      let counts = try await store.read { try $0.counts() }
      #expect(counts.documents == 0)
      #expect(try await store.read { $0.settings.fingerprint } == nil)
    }
  }

  @Test("acknowledges a write only when it is on disk")
  func durability() async throws {
    try await withTemporaryDirectory { directory in
      let store = try await Store.open(IndexDirectory(directory), for: .write)
      let writer = try #require(store.writer)
      let level = try await writer.writeWithoutTransaction {
        try Int.fetchOne($0, sql: "PRAGMA synchronous")
      }
      let mode = try await writer.read { try String.fetchOne($0, sql: "PRAGMA journal_mode") }
      #expect(level == 2)
      #expect(mode == "wal")
    }
  }

  @Test("is read by another store while it is written")
  func readers() async throws {
    try await withTemporaryDirectory { directory in
      let writer = try await Store.open(IndexDirectory(directory), for: .write)
      try await writer.put(record("a", ["alpha"]))
      let reader = try await Store.open(IndexDirectory(directory), for: .read)
      #expect(try await reader.lexical("alpha") == ["alpha"])
      try await writer.put(record("b", ["alpha again"]))
      #expect(try await reader.lexical("alpha").count == 2)
      let near = try await reader.read {
        try $0.nearest(to: testVector("alpha again"), count: 1).matches
      }
      #expect(near.map(\.id) == [2])
      await #expect { try await reader.put(record("c", ["x"])) } throws: {
        RAGError.Code.readOnly ~= $0
      }
    }
  }

  @Test("lets one writer in, and tells the second that it is busy")
  func writerLock() async throws {
    try await withTemporaryDirectory { directory in
      let store = try await Store.open(IndexDirectory(directory), for: .write)
      let second = try await Store.open(IndexDirectory(directory), for: .write)
      var lock: WriterLock? = try await store.lockForWriting(wait: .zero)
      await #expect { try await second.lockForWriting(wait: .milliseconds(30)) } throws: {
        RAGError.Code.busy ~= $0
      }
      withExtendedLifetime(lock) {}
      lock = nil
      _ = try await second.lockForWriting(wait: .zero)
    }
  }
}

@Suite("An index directory")
struct IndexDirectoryTests {
  @Test("that does not exist is not read")
  func missing() async throws {
    await #expect { try await Store.open(IndexDirectory("/nonexistent/rag"), for: .read) } throws: {
      RAGError.Code.notFound ~= $0
    }
  }

  @Test("with other files in it is left alone")
  func foreign() async throws {
    try await withTemporaryDirectory { directory in
      try Data("mine".utf8).write(to: URL(filePath: directory + "/letter.txt"))
      await #expect { try await Store.open(IndexDirectory(directory), for: .write) } throws: {
        RAGError.Code.invalidInput ~= $0
      }
      let names = try FileManager.default.contentsOfDirectory(atPath: directory)
      #expect(names == ["letter.txt"])
    }
  }

  @Test("that is a file is refused")
  func file() async throws {
    try await withTemporaryDirectory { directory in
      let path = directory + "/file"
      try Data().write(to: URL(filePath: path))
      await #expect { try await Store.open(IndexDirectory(path), for: .write) } throws: {
        RAGError.Code.invalidInput ~= $0
      }
    }
  }

  @Test("with somebody else's database is refused", arguments: [Store.Access.read, .write])
  func otherDatabase(access: Store.Access) async throws {
    try await withTemporaryDirectory { directory in
      let queue = try DatabaseQueue(path: directory + "/rag.sqlite")
      try await queue.write { try $0.execute(sql: "CREATE TABLE mine (x)") }
      try queue.close()
      await #expect { try await Store.open(IndexDirectory(directory), for: access) } throws: {
        RAGError.Code.incompatibleFormat ~= $0
      }
      #expect(try FileManager.default.contentsOfDirectory(atPath: directory) == ["rag.sqlite"])
    }
  }

  @Test("whose database is no database is refused", arguments: [Store.Access.read, .write])
  func garbage(access: Store.Access) async throws {
    try await withTemporaryDirectory { directory in
      try Data(repeating: 0x5A, count: 8192).write(to: URL(filePath: directory + "/rag.sqlite"))
      await #expect { try await Store.open(IndexDirectory(directory), for: access) } throws: {
        RAGError.Code.corrupt ~= $0
      }
    }
  }

  @Test("of a newer format names both versions", arguments: [Store.Access.read, .write])
  func newer(access: Store.Access) async throws {
    try await withTemporaryDirectory { directory in
      do {
        let store = try await Store.open(IndexDirectory(directory), for: .write)
        try await store.writer?.write { try $0.execute(sql: "PRAGMA user_version = 999") }
      }
      await #expect { try await Store.open(IndexDirectory(directory), for: access) } throws: {
        RAGError.Code.incompatibleFormat ~= $0 && "\($0)".contains("format 999,")
          && "\($0)".contains("\(Schema.oldestVersion) to \(Schema.formatVersion)")
      }
    }
  }

  @Test("that an ingest left before its first commit opens")
  func unborn() async throws {
    try await withTemporaryDirectory { directory in
      for name in ["lock", "rag.sqlite.new", "rag.sqlite.new-journal"] {
        try Data("half".utf8).write(to: URL(filePath: directory + "/" + name))
      }
      let store = try await Store.open(IndexDirectory(directory), for: .write)
      try await store.put(record("a", ["alpha"]))
      #expect(try await store.lexical("alpha") == ["alpha"])
      #expect(!FileManager.default.fileExists(atPath: directory + "/rag.sqlite.new"))
    }
  }

  @Test("whose checkpoint was cut off within the first page is read from the log")
  func tornCheckpoint() async throws {
    try await withTemporaryDirectory { directory in
      let store = try await Store.open(IndexDirectory(directory), for: .write)
      // So much that the log holds page 1, which counts the pages.
      try await store.put(record("a", ["alpha"] + (0..<100).map { "text \($0)" }))
      // As a process leaves it that dies before the page is whole.
      let copy = directory + "/copy"
      try FileManager.default.createDirectory(atPath: copy, withIntermediateDirectories: false)
      for name in ["lock", "rag.sqlite", "rag.sqlite-wal"] {
        try FileManager.default.copyItem(
          atPath: directory + "/" + name, toPath: copy + "/" + name)
      }
      var bytes = try Data(contentsOf: URL(filePath: copy + "/rag.sqlite"))
      for index in 2_048..<4_096 { bytes[index] = 0 }
      try bytes.write(to: URL(filePath: copy + "/rag.sqlite"))
      let reader = try await Store.open(IndexDirectory(copy), for: .read)
      #expect(try await reader.lexical("alpha") == ["alpha"])
      let writer = try await Store.open(IndexDirectory(copy), for: .write)
      try await writer.settle()
      #expect(try await Store.verify(IndexDirectory(copy)) == [])
    }
  }

  @Test("whose last commits are lost says so, and repair accepts the loss")
  func lostCommits() async throws {
    try await withTemporaryDirectory { path in
      let directory = path + "/index"
      do {
        let store = try await Store.open(IndexDirectory(directory), for: .write)
        try await store.put(record("a", ["alpha"]))
        try FileManager.default.copyItem(
          atPath: directory + "/rag.sqlite", toPath: path + "/old.sqlite")
        try await store.put(record("b", ["beta"]))
      }
      // As after a copy of the database without its log.
      for name in ["rag.sqlite", "rag.sqlite-wal", "rag.sqlite-shm"] {
        try FileManager.default.removeItem(atPath: directory + "/" + name)
      }
      try FileManager.default.copyItem(
        atPath: path + "/old.sqlite", toPath: directory + "/rag.sqlite")
      for access in [Store.Access.read, .write] {
        await #expect { try await Store.open(IndexDirectory(directory), for: access) } throws: {
          RAGError.Code.corrupt ~= $0 && "\($0)".contains("missing")
        }
      }
      _ = try await Store.repair(IndexDirectory(directory))
      #expect(try await Store.verify(IndexDirectory(directory)) == [])
      _ = try await Store.open(IndexDirectory(directory), for: .write)
    }
  }

  @Test("that may only be read is read without locks")
  func readOnlyDirectory() async throws {
    try await withTemporaryDirectory { directory in
      do {
        let store = try await Store.open(IndexDirectory(directory), for: .write)
        try await store.put(record("a", ["alpha"]))
      }
      // What a read-only medium holds: the database alone, its log written back.
      let copy = directory + "/medium"
      try FileManager.default.createDirectory(atPath: copy, withIntermediateDirectories: false)
      do {
        let queue = try DatabaseQueue(path: directory + "/rag.sqlite")
        try await queue.writeWithoutTransaction { _ = try $0.checkpoint(.truncate) }
      }
      try FileManager.default.copyItem(
        atPath: directory + "/rag.sqlite", toPath: copy + "/rag.sqlite")
      let reader = try DatabaseQueue(
        path: CheckedVFS.uri(IndexDirectory(copy).database, immutable: true))
      let count = try await reader.read {
        try Int.fetchOne($0, sql: "SELECT count(*) FROM document")
      }
      #expect(count == 1)
      #expect(!FileManager.default.fileExists(atPath: copy + "/rag.sqlite-shm"))
    }
  }

  @Test(
    "shows a section around a chunk by turns, as far as tokens go beside the chunk's own",
    arguments: [
      ("e", "", 0, "e"), ("e", "", 1, "ef"), ("e", "", 2, "def"), ("e", "", 3, "defg"),
      ("e", "", 6, "bcdefgh"), ("e", "", 8, "abcdefghi"), ("e", "", 100, "abcdefghi"),
      ("a", "", 2, "abc"), ("i", "", 3, "fghi"),
      // One that has seven tokens ends its side, and not the other.
      ("e", "f", 3, "bcde"), ("e", "f", 8, "def"), ("e", "g", 4, "bcdef"), ("e", "e", 1, "ef"),
    ])
  func section(center: Character, large: String, tokenCount: Int, expected: String) async throws {
    try await withTemporaryDirectory { path in
      let store = try await Store.open(IndexDirectory(path), for: .write)
      var document = record("a", "abcdefghi".map { "letter\($0)" })
      for index in document.chunks.indices
      where document.chunks[index].chunk.text == "letter" + large {
        document.chunks[index].chunk.tokenCount = 7
      }
      try await store.put(document)
      let found = try await store.read { reader in
        let chunk = try reader.lexicalMatches("letter\(center)", count: 1).map(\.id)[0]
        return try reader.section(around: chunk, tokenCount: tokenCount).map(\.text)
      }
      #expect(String(found.compactMap(\.last)) == expected)
    }
  }

  @Test("shows no section that an import says to be far away")
  func farSection() async throws {
    try await withTemporaryDirectory { path in
      let store = try await Store.open(IndexDirectory(path), for: .write)
      var document = record("a", ["alpha", "beta", "gamma"])
      let far = Int.max - 100
      document.chunks[2].chunk.textRange = far..<far + 5
      try await store.put(document)
      let found = try await store.read { reader in
        let first = try reader.lexicalMatches("beta", count: 1).map(\.id)[0]
        return try reader.section(around: first, tokenCount: 1_000).map(\.text)
      }
      #expect(found == ["alpha", "beta"])
    }
  }
}
