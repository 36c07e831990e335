import Foundation
import GRDB
import RAGCore
import Testing

@testable import RAGStore

@Suite("The repair of a damaged database")
struct RepairTests {
  /// What SQLite says of a page.
  private struct Page {
    var tree = ""
    var kind = ""
    var cellCount = 0
  }

  private static let size = PageChecksum.pageSize

  @Test("keeps all of an index of which one bit has changed", arguments: [1, 2] as [UInt64])
  func bits(seed: UInt64) async throws {
    let sample = try await SampleIndex.make()
    var random = TestRandom(seed: seed)
    for _ in 0..<30 {
      let bit = Int.random(in: 0..<sample.database.count * 8, using: &random)
      var database = sample.database
      database[bit / 8] ^= 1 << (bit % 8)
      let lost = try await repair(sample, database, "seed \(seed), bit \(bit)")
      #expect(lost == [], "seed \(seed), bit \(bit)")
    }
  }

  @Test("keeps what is not on a page that is overwritten, and names the rest")
  func pages() async throws {
    let sample = try await SampleIndex.make()
    let pages = try self.pages(of: sample)
    var random = TestRandom(seed: 7)
    for number in (2...sample.pageCount).shuffled(using: &random).prefix(45) {
      var database = sample.database
      let start = (number - 1) * Self.size
      // All of it, or a part.
      let range =
        number % 2 == 0
        ? start..<start + Self.size
        : start + Int.random(in: 0..<2_000, using: &random)..<start + 3_000
      for index in range { database[index] = number % 3 == 0 ? 0 : 0xA5 }
      let page = pages[number] ?? Page()
      let place = "page \(number) of \(page.tree), \(page.kind)"
      guard let lost = try await repair(sample, database, place) else {
        #expect(page.tree == "sqlite_schema", "\(place): nothing is kept")
        continue
      }
      switch (page.tree, page.kind) {
      case ("source", _):
        #expect(lost.allSatisfy { $0.hasPrefix("the source of") }, "\(place): \(lost)")
      case ("document", "leaf"), ("chunk", "leaf"), ("vector", "leaf"):
        #expect(lost.count <= page.cellCount, "\(place)")
      case ("document", "overflow"), ("chunk", "overflow"):
        #expect(lost.count <= 1, "\(place)")
      // The way to rows, all of which are whole.
      case ("document", "internal"), ("chunk", "internal"), ("vector", "internal"):
        #expect(lost == [], "\(place)")
      case ("document", _), ("chunk", _), ("vector", _): break
      case ("setting", _):
        // Part of the page may be empty.
        let all = [
          "all vectors: the next ingest of the sources makes them anew",
          "how texts are cut into chunks: tell the next ingest, if not as usual",
        ]
        #expect(range.count < Self.size && lost == [] || lost == all, "\(place)")
      // Indexes, and what is not needed any more.
      default: #expect(lost == [], "\(place)")
      }
    }
  }

  @Test("keeps documents that never had vectors, beside those that have")
  func withoutVectors() async throws {
    try await withTemporaryDirectory { path in
      let directory = IndexDirectory(path)
      let store = try await Store.open(directory, for: .write)
      for number in 0..<20 {
        let words = ["word\(number) " + String(repeating: "filler ", count: 60)]
        try await store.apply(
          [.put(record("w\(number)", words, dimension: nil))], encoder: nil, chunking: "{}")
      }
      for number in 0..<6 { try await store.put(record("v\(number)", ["vector \(number)"])) }
      try await store.settle()
      let before = try await SampleIndex.words(of: store).keys.sorted()
      let whole = try bytes(directory.database)
      for page in stride(from: 1, to: whole.count / Self.size, by: 3) {
        try await withTemporaryDirectory { path in
          var database = whole
          // Behind the header, and before the checksum.
          database[page * Self.size + 100] ^= 1
          let copy = IndexDirectory(path)
          try write(database, to: copy.database)
          try write(bytes(directory.lock), to: copy.lock)
          #expect(try await Store.repair(copy).lost == [], "page \(page + 1)")
          let mended = try await Store.open(copy, for: .read)
          #expect(try await SampleIndex.words(of: mended).keys.sorted() == before)
          #expect(try await mended.read { try $0.counts().vectors } == 6, "page \(page + 1)")
        }
      }
    }
  }

  @Test("keeps sources to which no tree leads any more, as its first page is another's")
  func sources() async throws {
    let sample = try await SampleIndex.make()
    let root = try await withTemporaryDirectory { path in
      try sample.restore(to: path)
      return try DatabaseQueue(path: IndexDirectory(path).database).read {
        try Int.fetchOne($0, sql: "SELECT rootpage FROM sqlite_schema WHERE name = 'source'")
      }
    }
    let number = try #require(root)
    var database = sample.database
    let page = (number - 1) * Self.size..<number * Self.size
    // A leaf without rows, under a right checksum.
    let end = PageChecksum.contentSize
    let header: [UInt8] = [0x0D, 0, 0, 0, 0, UInt8(end >> 8), UInt8(truncatingIfNeeded: end), 0]
    database.replaceSubrange(page, with: repeatElement(0, count: Self.size))
    database.replaceSubrange(page.lowerBound..<page.lowerBound + header.count, with: header)
    database[page].withUnsafeMutableBytes { PageChecksum.seal($0, number: UInt32(number)) }
    try await withTemporaryDirectory { path in
      let directory = IndexDirectory(path)
      try sample.restore(to: path, changed: [IndexDirectory.databaseName: database])
      let report = try await Store.repair(directory)
      let repaired = try await Store.open(directory, for: .read)
      #expect(try await SampleIndex.words(of: repaired) == sample.documents)
      #expect(report.lost.contains(Salvage.lostWithOlderPages))
      // Of those that had none nobody knows.
      #expect(!report.lost.contains("the source of \(SampleIndex.key(5)), if it was kept"))
    }
  }

  @Test("tells of a source in whose place a page of an older state has that of a removed document")
  func olderSource() async throws {
    try await withTemporaryDirectory { path in
      let directory = IndexDirectory(path)
      do {
        let store = try await Store.open(directory, for: .write)
        for number in 1...6 { try await store.put(SampleIndex.document(number)) }
        let writer = try #require(store.writer)
        try await writer.writeWithoutTransaction { database in
          try database.execute(sql: "PRAGMA foreign_keys = OFF")
          try database.execute(sql: "DELETE FROM source")
          try SourceRow(document: 99, bytes: Data([1])).insert(database)
        }
      }
      #expect(try await !Store.verify(directory).isEmpty)
      let report = try await Store.repair(directory)
      #expect(report.lost.contains("the source of \(SampleIndex.key(5)), if it was kept"))
      #expect(report.documents == 6)
      #expect(try await Store.verify(directory) == [])
    }
  }

  @Test("tells again what was lost when it could not be told")
  func untold() async throws {
    struct Untold: Error {}
    let sample = try await SampleIndex.make()
    try await withTemporaryDirectory { path in
      try sample.restore(to: path, changed: ["lock": [1, 2, 3]])
      let directory = IndexDirectory(path)
      await #expect(throws: Untold.self) {
        try await Store.repair(directory) { _ in throw Untold() }
      }
      #expect(try await Store.verify(directory) == [])
      #expect(try await Store.repair(directory).lost == [Salvage.lostWithMark])
      #expect(try await Store.repair(directory).lost == [])
    }
  }

  @Test("keeps what is whole of a database that is cut off or has several damaged pages")
  func several() async throws {
    let sample = try await SampleIndex.make()
    var random = TestRandom(seed: 11)
    for round in 0..<24 {
      var database = sample.database
      if round % 3 == 0 {
        database.removeLast(Int.random(in: 1..<database.count / 2, using: &random))
      } else {
        for _ in 0..<Int.random(in: 2...6, using: &random) {
          let start = Int.random(in: Self.size..<database.count - 64, using: &random)
          for index in start..<start + 64 {
            database[index] ^= UInt8.random(in: 0...255, using: &random)
          }
        }
      }
      _ = try await repair(sample, database, "round \(round)")
    }
  }

  @Test(
    "loses nothing for a byte of the database's first page",
    arguments: [
      0, 3, 16, 18, 20, 28, 30, 33, 34, 44, 56, 60, 68, 92, 100, 103, 105, 121, 1_000, 3_900, 4_090,
      4_094,
    ])
  func header(place: Int) async throws {
    let sample = try await SampleIndex.make()
    var database = sample.database
    database[place] ^= 0x15
    #expect(try await repair(sample, database, "byte \(place)") == [])
  }

  @Test("loses nothing for a header all of whose constants are gone")
  func constants() async throws {
    let sample = try await SampleIndex.make()
    var database = sample.database
    for place in [Array(0..<24), Array(44..<52), Array(56..<60), Array(64..<92)].joined() {
      database[place] = 0xEE
    }
    #expect(try await repair(sample, database, "constants") == [])
  }

  @Test(
    "loses nothing for a header that says what no index does, under a right checksum",
    arguments: [(19, 3), (47, 9), (59, 2)])
  func wrongConstant(place: Int, value: UInt8) async throws {
    let sample = try await SampleIndex.make()
    var database = sample.database
    database[place] = value
    database[..<Self.size].withUnsafeMutableBytes { PageChecksum.seal($0, number: 1) }
    #expect(try await repair(sample, database, "byte \(place)") == [])
  }

  enum FirstPage: CaseIterable { case zeros, noise, cutInHalf, noHeader, onlyName, another }

  @Test(
    "loses nothing for a first page that is lost", arguments: FirstPage.allCases, [false, true])
  func firstPage(_ fault: FirstPage, isCompacted: Bool) async throws {
    let sample = try await SampleIndex.make()
    try await withTemporaryDirectory { path in
      let directory = IndexDirectory(path)
      try sample.restore(to: path)
      if isCompacted { try await Store.open(directory, for: .write).compact() }
      var database = try bytes(directory.database)
      let size = PageChecksum.pageSize
      var random = TestRandom(seed: 5)
      let lost =
        switch fault {
        case .zeros, .noise, .another: 0..<size
        case .cutInHalf: size / 2..<size
        case .noHeader: 16..<DatabaseHeader.size
        case .onlyName: 16..<size
        }
      for offset in lost {
        database[offset] =
          [.zeros, .onlyName].contains(fault) ? 0 : UInt8.random(in: 0...255, using: &random)
      }
      if fault == .another { database.replaceSubrange(lost, with: try Self.otherFirstPage()) }
      try write(database, to: directory.database)
      await #expect(throws: RAGError.self) { try await Store.open(directory, for: .read) }
      let report = try await Store.repair(directory)
      #expect(report.documents == SampleIndex.documentCount && report.lost.isEmpty)
      #expect(try await Store.verify(directory).isEmpty)
      let repaired = try await Store.open(directory, for: .read)
      #expect(try await SampleIndex.words(of: repaired) == sample.documents)
      #expect(try await SampleIndex.unsettled(in: repaired) == Set(sample.documents.keys))
    }
  }

  /// That of a database that is no index.
  private static func otherFirstPage() throws -> ArraySlice<UInt8> {
    try withDatabasePath { path in
      let queue = try DatabaseQueue(path: path)
      try queue.write { try $0.execute(sql: "CREATE TABLE mine (x)") }
      try queue.close()
      return try bytes(path)[..<size]
    }
  }

  @Test("tells nothing of older pages where a first page is made that knows of no free pages")
  func firstPageWithFreePages() async throws {
    try await withTemporaryDirectory { path in
      let directory = IndexDirectory(path)
      do {
        let store = try await Store.open(directory, for: .write)
        for number in 0..<30 { try await store.put(SampleIndex.document(number)) }
        let removed = (0..<15).map { Change.remove(key: SampleIndex.key($0)) }
        try await store.apply(removed, encoder: nil, chunking: nil)
        try await store.settle()
      }
      var database = try bytes(directory.database)
      // The header counts them there.
      #expect(database[36..<40] != [0, 0, 0, 0])
      database.replaceSubrange(..<Self.size, with: repeatElement(0, count: Self.size))
      try write(database, to: directory.database)
      let report = try await Store.repair(directory)
      #expect(report.lost == [] && report.documents == 15)
    }
  }

  @Test("loses nothing for a first page that is lost while the log holds the last commits")
  func firstPageAndLog() async throws {
    let sample = try await SampleIndex.make(keepsLog: true)
    try await withTemporaryDirectory { path in
      let directory = IndexDirectory(path)
      var database = sample.database
      database.replaceSubrange(
        0..<PageChecksum.pageSize, with: repeatElement(0, count: PageChecksum.pageSize))
      try sample.restore(to: path, changed: [IndexDirectory.databaseName: database])
      let report = try await Store.repair(directory)
      #expect(report.documents == SampleIndex.documentCount && report.lost.isEmpty)
      let repaired = try await Store.open(directory, for: .read)
      #expect(try await SampleIndex.words(of: repaired) == sample.documents)
    }
  }

  @Test(
    "loses nothing for a first page that an index had which was of format 2",
    arguments: [false, true])
  func firstPageOfUpgraded(isCompacted: Bool) async throws {
    try await withTemporaryDirectory { path in
      let directory = IndexDirectory(path + "/index")
      try FileManager.default.copyItem(
        at: FormatTests.fixtures.appending(path: "index-v2"), to: URL(filePath: directory.path))
      let store = try await Store.open(directory, for: .write)
      if isCompacted { try await store.compact() }
      try await store.settle()
      let documents = try await store.read { try $0.counts().documents }
      var database = try bytes(directory.database)
      database.replaceSubrange(
        0..<Self.size, with: repeatElement(0, count: Self.size))
      try write(database, to: directory.database)
      #expect(try await Store.repair(directory).documents == documents)
      #expect(try await Store.verify(directory) == [])
    }
  }

  @Test("keeps all where a page of a table's tree was put back to an earlier state")
  func olderPage() async throws {
    try await withTemporaryDirectory { path in
      let directory = IndexDirectory(path)
      let store = try await Store.open(directory, for: .write)
      for number in 0..<60 { try await store.put(SampleIndex.document(number)) }
      try await store.settle()
      let older = try bytes(directory.database)
      for number in 60..<120 { try await store.put(SampleIndex.document(number)) }
      try await store.settle()
      let newer = try bytes(directory.database)
      let pages = (3..<14).filter { page in
        let range = page * Self.size..<(page + 1) * Self.size
        return older[range] != newer[range]
      }
      #expect(!pages.isEmpty)
      for page in pages {
        let range = page * Self.size..<(page + 1) * Self.size
        var mixed = newer
        mixed.replaceSubrange(range, with: older[range])
        let copy = IndexDirectory(path + "/page\(page)")
        try FileManager.default.createDirectory(
          atPath: copy.path, withIntermediateDirectories: true)
        for name in try FileManager.default.contentsOfDirectory(atPath: path)
        where IndexDirectory.isIndexFile(name) && !name.hasPrefix("rag.sqlite") {
          try write(bytes(path + "/" + name), to: copy.path + "/" + name)
        }
        try write(mixed, to: copy.database)
        let report = try await Store.repair(copy)
        #expect(report.documents == 120 || !report.lost.isEmpty, "page \(page)")
        #expect(report.documents > 110, "page \(page)")
        let counts = try await Store.open(copy, for: .read).read { try $0.counts() }
        #expect(
          counts.vectors == counts.chunks
            || report.lost.contains { $0.hasPrefix("the vectors of") }, "page \(page)")
        #expect(try await Store.verify(copy) == [], "page \(page)")
      }
    }
  }

  @Test("keeps what is left of a database that was cut short", arguments: [2, 3, 5, 9])
  func cut(parts: Int) async throws {
    let sample = try await SampleIndex.make()
    for rest in [0, 1_000] {
      let count = sample.pageCount * (parts - 1) / parts * Self.size + rest
      let lost = try await repair(
        sample, Array(sample.database[..<count]), "\(count) of \(sample.database.count) bytes")
      #expect(lost != nil && lost != [])
    }
  }

  @Test("tells what was lost by one that ended before it could tell")
  func interrupted() async throws {
    let sample = try await SampleIndex.make()
    try await withTemporaryDirectory { path in
      try sample.restore(to: path)
      let directory = IndexDirectory(path)
      try directory.noteLosses(["d7"])
      #expect(try await Store.verify(directory) == [])
      #expect(try await Store.repair(directory).lost == ["d7"])
      #expect(try await Store.repair(directory).lost == [])
      try await Store.open(directory, for: .write).settle()
      let names = try FileManager.default.contentsOfDirectory(atPath: path)
      #expect(!names.contains { $0.hasSuffix(".lost") })
    }
  }

  @Test("of what holds nothing leaves nothing behind", arguments: [0, 100, 5_000])
  func nothing(size: Int) async throws {
    let sample = try await SampleIndex.make()
    try await withTemporaryDirectory { path in
      try sample.restore(to: path, changed: ["rag.sqlite": Array(repeating: 0, count: size)])
      await #expect(throws: RAGError.self) { try await Store.repair(IndexDirectory(path)) }
      let names = try FileManager.default.contentsOfDirectory(atPath: path)
      #expect(names.sorted() == sample.files.keys.sorted())
      #expect(!names.contains { $0.hasPrefix("rag.sqlite.new") })
    }
  }

  @Test("looks for no more rows than there are, whatever is said", .timeLimit(.minutes(60)))
  func lie() async throws {
    let sample = try await SampleIndex.make()
    try await withTemporaryDirectory { path in
      let directory = IndexDirectory(path)
      try sample.restore(to: path)
      let queue = try openWriter(directory.database)
      try await queue.write { database in
        var settings = try IndexSettings.fetch(database)
        settings.lastDocument = 1 << 52
        settings.lastChunk = 1 << 52
        try settings.save(database)
      }
      try await queue.writeWithoutTransaction { _ = try $0.checkpoint(.truncate) }
      try queue.close()
      var database = try bytes(directory.database)
      let page = try #require(
        self.pages(of: sample).first { $0.value.tree == "source" && $0.value.kind == "overflow" })
      for index in 0..<64 { database[(page.key - 1) * Self.size + 100 + index] ^= 0x5A }
      try write(database, to: directory.database)
      let report = try await Store.repair(directory)
      #expect(report.documents == SampleIndex.documentCount)
      #expect(report.lost.count == 1)
    }
  }

  @Test("does not keep silent about documents that nothing speaks of any more")
  func unknown() async throws {
    let sample = try await SampleIndex.make()
    let pages = try self.pages(of: sample)
    try await withTemporaryDirectory { path in
      var database = sample.database
      let leaf = try #require(
        pages.first { $0.value.tree == "document" && $0.value.kind == "leaf" }?.key)
      for (number, page) in pages
      where number == leaf || page.tree == "setting" || page.tree == "sqlite_autoindex_document_1" {
        for index in (number - 1) * Self.size..<number * Self.size { database[index] = 0 }
      }
      try sample.restore(to: path, changed: ["rag.sqlite": database])
      let report = try await Store.repair(IndexDirectory(path))
      #expect(0..<SampleIndex.documentCount ~= report.documents)
      #expect(report.lost.contains { $0.hasPrefix("documents on damaged pages") })
    }
  }

  @Test("without settings keeps the texts, and the next ingest makes the vectors")
  func settings() async throws {
    let sample = try await SampleIndex.make()
    let pages = try self.pages(of: sample)
    let number = try #require(pages.first { $0.value.tree == "setting" }?.key)
    try await withTemporaryDirectory { path in
      var database = sample.database
      for index in (number - 1) * Self.size..<number * Self.size { database[index] = 0 }
      try sample.restore(to: path, changed: ["rag.sqlite": database])
      let directory = IndexDirectory(path)
      let report = try await Store.repair(directory)
      #expect(report.documents == SampleIndex.documentCount)
      let store = try await Store.open(directory, for: .write)
      #expect(try await store.read { try $0.counts().vectors } == 0)
      #expect(try await store.lexical("word7").count == 4)
      #expect(
        try await store.read { try $0.documentState(SampleIndex.key(7))?.settingsHash } == [])
      for number in 0..<SampleIndex.documentCount {
        try await store.put(SampleIndex.document(number))
      }
      #expect(try await SampleIndex.words(of: store) == sample.documents)
      try await store.settle()
      #expect(try await Store.verify(directory) == [])
    }
  }

  @Test("of a log keeps what is whole in it, and says that the rest is lost")
  func log() async throws {
    let sample = try await SampleIndex.make(keepsLog: true)
    let log = try #require(sample.files["rag.sqlite-wal"])
    var random = TestRandom(seed: 3)
    var losses = 0
    for _ in 0..<20 {
      let place = Int.random(in: 0..<log.count, using: &random)
      try await withTemporaryDirectory { path in
        var damaged = log
        damaged[place] ^= 0x40
        try sample.restore(to: path, changed: ["rag.sqlite-wal": damaged])
        let directory = IndexDirectory(path)
        let report = try await Store.repair(directory)
        let store = try await Store.open(directory, for: .read)
        let words = try await SampleIndex.words(of: store)
        for (key, document) in words
        where key != "gone" && !report.lost.contains("the source of \(key), if it was kept") {
          #expect(document == sample.documents[key], "byte \(place)")
        }
        // What the first settling wrote back is not in the log.
        #expect(words.count >= 40, "byte \(place)")
        if words != sample.documents {
          losses += 1
          #expect(!report.lost.isEmpty, "byte \(place)")
        }
        #expect(try await Store.verify(directory) == [], "byte \(place)")
      }
    }
    #expect(losses > 0)
  }

  // MARK: One repair

  /// Repairs a copy of the sample with another database, and holds all that is promised against it.
  /// - Returns: what was said to be lost; nil where nothing can be saved.
  private func repair(
    _ sample: SampleIndex, _ database: [UInt8], _ place: String
  ) async throws -> [String]? {
    try await withTemporaryDirectory { path in
      try sample.restore(to: path, changed: ["rag.sqlite": database])
      let directory = IndexDirectory(path)
      let report: RepairReport
      do {
        report = try await Store.repair(directory)
      } catch RAGError.Code.corrupt {
        #expect(try bytes(directory.database) == database, "\(place): changed all the same")
        return nil
      }
      if let damaged = report.damagedDatabase {
        #expect(try bytes(damaged) == database, "\(place): not kept as it was")
      }
      #expect(try await Store.verify(directory) == [], "\(place)")
      let store = try await Store.open(directory, for: .write)
      let words = try await SampleIndex.words(of: store)
      #expect(report.documents == words.count, "\(place)")
      guard !report.lost.contains(where: { $0.hasPrefix("all vectors") }) else {
        return report.lost
      }
      func lacks(_ part: String, _ key: String) -> Bool {
        report.lost.contains { $0.hasPrefix("the \(part) of \(key), if it ") }
      }
      for (key, document) in words where !lacks("source", key) && !lacks("vectors", key) {
        #expect(document == sample.documents[key], "\(place): \(key) is not as it was")
      }
      #expect(losses(in: report.lost) + words.count == sample.documents.count, "\(place)")
      for name in report.lost where sample.documents[name] != nil {
        #expect(words[name] == nil, "\(place): \(name) is not lost")
      }
      for key in words.keys.sorted().filter({ !lacks("vectors", $0) }).prefix(3) {
        let number = key.dropFirst()
        let found = try await store.read { reader in
          let nearest = try reader.nearest(
            to: testVector(SampleIndex.document(Int(number) ?? 0).chunks[0].chunk.text), count: 1)
          return (
            try reader.chunks(nearest.matches.map(\.id)).map(\.document.key),
            try reader.chunks(reader.lexicalMatches("word\(number)", count: 1).map(\.id))
              .map(\.document.key)
          )
        }
        #expect(found == ([key], [key]), "\(place): queries")
      }
      // And it can be written.
      try await store.put(record("new", ["fresh"]))
      #expect(try await store.lexical("fresh") == ["fresh"], "\(place)")
      return report.lost
    }
  }

  /// The documents that the lines of a report stand for.
  private func losses(in lines: [String]) -> Int {
    lines.filter { !$0.contains(", if it ") }.reduce(0) { sum, line in
      line.hasSuffix("more, whose names are lost")
        ? sum + (Int(line.prefix { $0.isNumber }) ?? 0) : sum + 1
    }
  }

  private func pages(of sample: SampleIndex) throws -> [Int: Page] {
    try withDatabasePath { path in
      try write(sample.database, to: path)
      return try DatabaseQueue(path: path).read { database in
        var pages: [Int: Page] = [:]
        for row in try Row.fetchAll(
          database, sql: "SELECT name, pageno, pagetype, ncell FROM dbstat")
        {
          pages[row["pageno"]] = Page(
            tree: row["name"], kind: row["pagetype"], cellCount: row["ncell"])
        }
        return pages
      }
    }
  }
}
