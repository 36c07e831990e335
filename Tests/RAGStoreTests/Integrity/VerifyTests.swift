import Foundation
import GRDB
import RAGCore
import Testing

@testable import RAGStore

@Suite("The verification of an index")
struct VerifyTests {
  @Test("tells what stands behind the last page, and repair leaves it out")
  func surplus() async throws {
    let sample = try await SampleIndex.make()
    for count in [1, 4_096, 10_000] {
      try await withTemporaryDirectory { path in
        let database = sample.database + Array(repeating: 7, count: count)
        try sample.restore(to: path, changed: ["rag.sqlite": database])
        let directory = IndexDirectory(path)
        let damage = try await Store.verify(directory)
        #expect(damage.map(\.file) == ["rag.sqlite"])
        #expect(damage.first?.problem.hasPrefix("\(count) bytes") == true)
        #expect(try await Store.repair(directory).lost == [])
        #expect(try await Store.verify(directory) == [])
      }
    }
  }

  @Test("tells a mark that is damaged, and repair writes it anew")
  func mark() async throws {
    let sample = try await SampleIndex.make()
    let mark = try #require(sample.files["lock"])
    let changes: [[UInt8]] =
      mark.indices.map { index in mark.indices.map { mark[$0] ^ ($0 == index ? 0x15 : 0) } }
      + [Array(mark.dropLast()), mark + [0]]
    for changed in changes {
      try await withTemporaryDirectory { path in
        try sample.restore(to: path, changed: ["lock": changed])
        let directory = IndexDirectory(path)
        #expect(try await Store.verify(directory).map(\.file) == ["lock"], "\(changed)")
        #expect(try await Store.repair(directory).lost == [], "\(changed)")
        #expect(try await Store.verify(directory) == [], "\(changed)")
        #expect(try bytes(directory.lock) == mark)
      }
    }
  }

  @Test(
    "tells a mark from which no commit could count on, and repair writes it anew",
    arguments: [-1, 1 << 52 + 1, 1 << 53, .max])
  func impossibleMark(revision: Int) async throws {
    let sample = try await SampleIndex.make()
    try await withTemporaryDirectory { path in
      try sample.restore(to: path)
      let directory = IndexDirectory(path)
      directory.revisionMark.write(revision)
      #expect(try await Store.verify(directory).map(\.file) == ["lock"])
      // Nobody knows whether there were later ones.
      #expect(try await Store.repair(directory).lost == [Salvage.lostWithMark])
      #expect(try await Store.verify(directory) == [])
      #expect(try bytes(directory.lock) == sample.files["lock"])
    }
  }

  @Test("tells that commits may be lost where what is left of a mark names a later one")
  func laterMark() async throws {
    let sample = try await SampleIndex.make()
    let mark = try #require(sample.files["lock"])
    try await withTemporaryDirectory { path in
      try sample.restore(to: path)
      let directory = IndexDirectory(path)
      directory.revisionMark.write(Int(mark[0]) + 1)
      let later = try bytes(directory.lock)
      // Without its checksum, with a part of it, and with that of the one before.
      for left in [later.prefix(8), later.prefix(10), later.prefix(8) + mark.dropFirst(8)] {
        try sample.restore(to: path, changed: ["lock": Array(left)])
        #expect(try await Store.verify(directory).map(\.file) == ["lock"], "\(left)")
        #expect(try await Store.repair(directory).lost == [Salvage.lostWithMark], "\(left)")
      }
    }
  }

  @Test("takes a mark that a crash cut off for none")
  func cutOffMark() async throws {
    let sample = try await SampleIndex.make()
    let mark = try #require(sample.files["lock"])
    try await withTemporaryDirectory { path in
      try sample.restore(to: path)
      let directory = IndexDirectory(path)
      // The sample's revision is below 256: the one before differs in its first byte and its sum.
      directory.revisionMark.write(Int(mark[0]) - 1)
      let old = try bytes(directory.lock)
      for count in mark.indices {
        try Data(mark.prefix(count) + old.dropFirst(count)).write(
          to: URL(filePath: directory.lock))
        #expect(try await Store.verify(directory) == [], "\(count)")
      }
    }
  }

  @Test(
    "takes a mark that was never written for none",
    arguments: [[], Array(repeating: 0, count: 12)] as [[UInt8]])
  func noMark(lock: [UInt8]) async throws {
    let sample = try await SampleIndex.make()
    try await withTemporaryDirectory { path in
      try sample.restore(to: path, changed: ["lock": lock])
      let directory = IndexDirectory(path)
      #expect(try await Store.verify(directory) == [])
      for access in [Store.Access.read, .write] {
        let store = try await Store.open(directory, for: access)
        #expect(try await SampleIndex.words(of: store) == sample.documents)
      }
    }
  }

  @Test(
    "does not call a file damaged that cannot be opened",
    arguments: [("g1.graph", .io), ("g1.terms", .io), ("rag.sqlite-wal", .invalidInput)]
      as [(String, RAGError.Code)])
  func unopened(name: String, code: RAGError.Code) async throws {
    let sample = try await SampleIndex.make()
    try await withTemporaryDirectory { path in
      try sample.restore(to: path)
      let file = path + "/" + name
      try? FileManager.default.removeItem(atPath: file)
      // A link to itself cannot be opened by anybody, and is there.
      try FileManager.default.createSymbolicLink(atPath: file, withDestinationPath: file)
      await #expect {
        try await Store.verify(IndexDirectory(path))
      } throws: { ($0 as? RAGError)?.code == code }
    }
  }

  @Test("tells a generation that would take in chunks that are still to come")
  func greedyGeneration() async throws {
    try await withTemporaryDirectory { path in
      let directory = IndexDirectory(path)
      do {
        let store = try await Store.open(directory, for: .write)
        try await store.put(record("a", (0..<30).map { "text \($0)" }))
        try await store.settle(policy: foldPolicy(tailLimit: 10))
      }
      #expect(try await Store.verify(directory) == [])
      try change(directory, "UPDATE generation SET lastChunk = lastChunk + 5")
      #expect(try await Store.verify(directory).map(\.file) == ["rag.sqlite"])
      #expect(try await Store.repair(directory).lost == [])
      #expect(try await Store.verify(directory) == [])
      let store = try await Store.open(directory, for: .write)
      try await store.put(record("b", ["fresh"]))
      #expect(try await store.lexical("fresh") == ["fresh"])
    }
  }

  @Test("tells marks of removed chunks that no fold would take away, and all else refuses them")
  func impossibleTombstones() async throws {
    let sample = try await SampleIndex.make()
    try await withTemporaryDirectory { path in
      try sample.restore(to: path)
      let directory = IndexDirectory(path)
      // Enough to make a fold due.
      try change(
        directory,
        """
        WITH RECURSIVE series (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM series WHERE i < 3000)
          INSERT INTO tombstone SELECT -i FROM series
        """)
      #expect(try await Store.verify(directory).map(\.file) == ["rag.sqlite"])
      let reader = try await Store.open(directory, for: .read)
      let attempts: [() async throws -> Void] = [
        { _ = try await reader.lexical("word7") },
        { _ = try await Store.open(directory, for: .write) },
      ]
      for (number, attempt) in attempts.enumerated() {
        await #expect("attempt \(number)") { try await attempt() } throws: {
          RAGError.Code.corrupt ~= $0 && "\($0)".contains("'rag repair'")
        }
      }
      #expect(try await Store.repair(directory).lost == [])
      #expect(try await Store.verify(directory) == [])
      let writer = try await Store.open(directory, for: .write)
      #expect(try await SampleIndex.words(of: writer) == sample.documents)
    }
  }

  enum Count: CaseIterable {
    case documents, chunks, generations, commits

    func set(_ value: Int, in settings: inout IndexSettings) {
      switch self {
      case .documents: settings.lastDocument = Int64(value)
      case .chunks: settings.lastChunk = Int64(value)
      case .generations: settings.lastGeneration = value
      case .commits: settings.revision = value
      }
    }
  }

  @Test("tells counts that leave no room for more", arguments: Count.allCases)
  func room(count: Count) async throws {
    try await withTemporaryDirectory { path in
      let directory = IndexDirectory(path)
      do {
        let store = try await Store.open(directory, for: .write)
        try await store.put(record("a", ["alpha"]))
        try await store.settle()
      }
      for (value, isTold) in [(1 << 51, false), (1 << 52 + 1, true), (1 << 53, true)] {
        let queue = try openWriter(directory.database)
        try await queue.write { database in
          var settings = try IndexSettings.fetch(database)
          count.set(value, in: &settings)
          try settings.save(database)
        }
        try await queue.writeWithoutTransaction { _ = try $0.checkpoint(.truncate) }
        try queue.close()
        let problems = try await Store.verify(directory).map(\.problem)
        #expect(problems == (isTold ? [IndexSettings.lackOfRoom] : []), "\(value)")
        let reader = try await Store.open(directory, for: .read)
        #expect(try await reader.lexical("alpha") == ["alpha"])
      }
      // At the end of all numbers.
      guard count != .generations else { return }
      let store = try await Store.open(directory, for: .write)
      await #expect { try await store.put(record("b", ["beta"])) } throws: {
        RAGError.Code.corrupt ~= $0 && "\($0)".contains(IndexSettings.lackOfRoom)
      }
    }
  }

  @Test("finds room in the settings of a database made of the rows of one without")
  func countingOn() {
    var settings = IndexSettings()
    settings.revision = 7
    settings.lastDocument = 5
    settings.lastChunk = 30
    settings.countOn(fromDocument: 4, chunk: 31, revision: 6, documentCount: 3)
    #expect(
      (settings.lastDocument, settings.lastChunk, settings.revision) == (5, 31, 8))
    for count in Count.allCases {
      var settings = settings
      count.set(1 << 53, in: &settings)
      settings.countOn(fromDocument: 4, chunk: 31, revision: 6, documentCount: 3)
      #expect(
        (settings.lastDocument, settings.lastChunk, settings.revision) == (4, 31, 7))
      #expect(settings.hasRoom && settings.documentCount == 3)
    }
  }

  @Test("holds what filters read against what the documents say, to the byte")
  func metadata() async throws {
    let values: Metadata = [
      "text": "plain", "accent": "caf\u{E9}", "digits": "0042", "digitsBeyond": "1e400",
      "whole": 3, "fraction": 0.1, "large": 1e300, "negative": -2.5, "zero": .number(-0.0),
      "flag": true, "empty": "", "none": .list([]), "nul": "a\0b", "name": "nan",
      "list": ["one", 2, false, ["deeper", "deeper"]], "exact": MetadataValue(wholeNumber: .max),
    ]
    try await withTemporaryDirectory { path in
      let directory = IndexDirectory(path)
      do {
        let store = try await Store.open(directory, for: .write)
        try await store.put(
          record("a", ["alpha"], metadata: values), record("b", ["beta"]),
          record("c", ["gamma"], metadata: values))
        try await store.put(record("a", ["alpha"], metadata: values))
        #expect(try await Store.verify(directory) == [])
        try await store.compact()
      }
      #expect(try await Store.verify(directory) == [])
      // The same letter, in other bytes.
      try change(
        directory,
        "UPDATE metadata SET text = 'cafe\u{301}' WHERE document = 3 AND field = 'accent'")
      #expect(
        try await Store.verify(directory).map(\.problem)
          == ["the metadata of document 3 is not that which filters read"])
      #expect(try await Store.repair(directory).lost == [])
      #expect(try await Store.verify(directory) == [])
      let store = try await Store.open(directory, for: .read)
      let wanted = Filter.equals(field: "accent", "caf\u{E9}")
      #expect(try await store.keys(matching: wanted) == ["a", "c"])
    }
  }

  /// Changes rows, under right checksums of pages.
  private func change(_ directory: IndexDirectory, _ sql: String) throws {
    let queue = try openWriter(directory.database)
    try queue.writeWithoutTransaction { database in
      try database.execute(sql: sql)
      _ = try database.checkpoint(.truncate)
    }
    try queue.close()
  }
}
