import CSQLite
import Foundation
import GRDB
import Testing

@testable import RAGStore

@Suite("Damage to a database")
struct DamageTests {
  /// What a query of each table and index gives; the errors count as "damage reported".
  private static let queries = [
    "SELECT id, key, body FROM document ORDER BY id",
    "SELECT key FROM document INDEXED BY byKey ORDER BY key",
    "SELECT rowid FROM lexical WHERE lexical MATCH 'w1' ORDER BY rowid",
    "SELECT count(*), sum(length(body)) FROM document",
    "SELECT name, value FROM setting ORDER BY name",
  ]

  /// An index in small: some pages checkpointed, then six transactions that stay in the log.
  ///
  /// Closing copies the log's pages into the file, and keeps the log; `isCheckpointed` false gives
  /// the files from before.
  /// - Returns: the answers after the first checkpoint and after each transaction.
  private func makeDatabase(
    _ path: String, isCheckpointed: Bool = false
  ) throws -> [[[Row]]] {
    var random = TestRandom(seed: 9)
    let queue = try openWriter(path)
    var states: [[[Row]]] = []
    func put(_ ids: ClosedRange<Int>) throws {
      try queue.write { database in
        for id in ids {
          let text = "w\(id % 3) w\(id % 5) common"
          try database.execute(
            sql: "REPLACE INTO document VALUES (?, ?, ?)",
            arguments: [id, "key \(id)", id % 4 == 0 ? random.blob(9_000) : random.blob(50)])
          try database.execute(
            sql: "INSERT INTO lexical (rowid, text) VALUES (?, ?)", arguments: [id, text])
          try database.execute(
            sql: "REPLACE INTO setting VALUES ('revision', ?)", arguments: [id])
        }
      }
    }
    try queue.write { database in
      try database.execute(
        sql: """
          CREATE TABLE document (id INTEGER PRIMARY KEY, key TEXT, body BLOB);
          CREATE INDEX byKey ON document (key);
          CREATE TABLE setting (name TEXT PRIMARY KEY, value) WITHOUT ROWID;
          CREATE VIRTUAL TABLE lexical USING fts5 (text);
          PRAGMA application_id = 1380009777;
          PRAGMA user_version = 7;
          """)
    }
    try put(1...30)
    try queue.writeWithoutTransaction { try $0.execute(sql: "PRAGMA wal_checkpoint(TRUNCATE)") }
    states.append(try queue.read { try Self.answers($0) })
    for transaction in 0..<6 {
      let first = 31 + transaction * 4
      try put(first...(first + 3))
      states.append(try queue.read { try Self.answers($0) })
    }
    let files = (try bytes(path), try bytes(path + "-wal"))
    try queue.close()
    if !isCheckpointed {
      try write(files.0, to: path)
      try write(files.1, to: path + "-wal")
      try FileManager.default.removeItem(atPath: path + "-shm")
    }
    return states
  }

  private static func answers(_ database: Database) throws -> [[Row]] {
    try queries.map { try Row.fetchAll(database, sql: $0) }
  }

  /// The answer of each query, nil where it failed.
  private func answers(_ path: String) -> [[Row]?] {
    var configuration = Configuration()
    configuration.readonly = true
    guard
      let reader = try? DatabaseQueue(
        path: CheckedVFS.uri(path), configuration: configuration)
    else { return Self.queries.map { _ in nil } }
    defer { try? reader.close() }
    return Self.queries.map { sql in try? reader.read { try Row.fetchAll($0, sql: sql) } }
  }

  /// A log that lost its tail, without a word from SQLite, over a file that had it already gives a
  /// mixture; but then the revision, which each transaction writes, is not the last.
  @Test(
    "After any flipped bit a query gives the same answer, an error, or an old revision",
    arguments: [false, true])
  func flips(isCheckpointed: Bool) throws {
    try withDatabasePath { path in
      let states = try makeDatabase(path, isCheckpointed: isCheckpointed)
      let log = path + "-wal"
      let (database, frames) = (try bytes(path), try bytes(log))
      #expect(frames.count > 6 * 4_120)
      #expect(answers(path) == states.last?.map { $0 })
      let total = database.count + frames.count
      var random = TestRandom(seed: 5)
      var bits = stride(from: 0, to: total, by: 64).map {
        $0 * 8 + Int.random(in: 0..<512, using: &random)
      }
      bits += (0..<(isCheckpointed ? 1_000 : 5_000)).map { _ in
        Int.random(in: 0..<total * 8, using: &random)
      }
      var (errors, dropped, tails, unchanged) = (0, 0, 0, 0)
      for bit in bits where bit < total * 8 {
        let isLog = bit / 8 >= database.count
        let place = isLog ? bit / 8 - database.count : bit / 8
        let file = try #require(FileHandle(forUpdatingAtPath: isLog ? log : path))
        func put(_ byte: UInt8) throws {
          try file.seek(toOffset: UInt64(place))
          try file.write(contentsOf: [byte])
        }
        let whole = isLog ? frames[place] : database[place]
        try put(whole ^ 1 << (bit % 8))
        try? FileManager.default.removeItem(atPath: path + "-shm")
        let found = answers(path)
        let report = try CheckedVFS.verifyPages(path: path)
        try put(whole)
        try file.close()
        if !isLog {
          #expect(report.damagedPages + report.pagesHeldByLog == [UInt32(place / 4_096 + 1)])
        }
        func agrees(with state: [[Row]]) -> Bool {
          zip(found, state).allSatisfy { found, expected in found.map { $0 == expected } ?? true }
        }
        if found.contains(where: { $0 == nil }) { errors += 1 }
        if agrees(with: states[6]) {
          if !found.contains(where: { $0 == nil }) { unchanged += 1 }
          continue
        }
        let revision = try #require(states.first?.indices.last)
        let comment = "bit \(bit % 8) of byte \(place) of the \(isLog ? "log" : "database")"
        let state = try #require(
          states.indices.last {
            isCheckpointed ? found[revision] == states[$0][revision] : agrees(with: states[$0])
          }, "\(comment)")
        try #require(isLog && state < 6, "\(comment)")
        dropped += 1
        if state < 5 {
          #expect(report.logDamage != nil, "byte \(place) of the log")
          #expect(report.logDamage?.mayBeTornCommit != true, "byte \(place) of the log")
        } else if report.logDamage == nil {
          tails += 1
        }
      }
      #expect(errors > 0 && dropped > 0 && tails > 0 && unchanged > 0)
    }
  }

  @Test("A page in another's place, a cut file and a zeroed page are found")
  func misplaced() throws {
    try withDatabasePath { path in
      let states = try makeDatabase(path)
      let database = try bytes(path)
      let expected = try #require(states.last)
      func check(_ name: String, _ damaged: [UInt8]) throws {
        try write(damaged, to: path)
        try? FileManager.default.removeItem(atPath: path + "-shm")
        for (found, expected) in zip(answers(path), expected) {
          #expect(found == nil || found == expected, "\(name)")
        }
        let report = try CheckedVFS.verifyPages(path: path)
        #expect(!report.damagedPages.isEmpty || !report.pagesHeldByLog.isEmpty, "\(name)")
      }
      for page in 1..<(database.count / 4_096) {
        var swapped = database
        swapped.replaceSubrange(
          page * 4_096..<(page + 1) * 4_096, with: database[(page - 1) * 4_096..<page * 4_096])
        try check("page \(page) over the next", swapped)
        var zeroed = database
        zeroed.replaceSubrange(
          page * 4_096..<(page + 1) * 4_096, with: repeatElement(0, count: 4_096))
        try check("page \(page + 1) zeroed", zeroed)
        try check("cut in page \(page + 1)", Array(database[..<(page * 4_096 + 100)]))
        try check("cut after page \(page)", Array(database[..<(page * 4_096)]))
      }
    }
  }

  @Test("A cut log gives an earlier state")
  func cutLog() throws {
    try withDatabasePath { path in
      let states = try makeDatabase(path)
      let frames = try bytes(path + "-wal")
      for count in stride(from: 0, to: frames.count, by: 997) {
        try write(Array(frames[..<count]), to: path + "-wal")
        try? FileManager.default.removeItem(atPath: path + "-shm")
        let found = answers(path)
        #expect(states.contains { found == $0.map { $0 } }, "\(count) bytes")
        #expect(try CheckedVFS.verifyPages(path: path).isSound)
      }
    }
  }

  @Test("The place of damage is told, and salvaging reads on")
  func place() throws {
    try withDatabasePath { path in
      _ = try makeDatabase(path)
      let writer = try openWriter(path)
      try writer.writeWithoutTransaction { try $0.execute(sql: "PRAGMA wal_checkpoint(TRUNCATE)") }
      try writer.close()
      var database = try bytes(path)
      let page = try #require(
        try DatabaseQueue(path: path).read {
          try Int.fetchOne($0, sql: "SELECT rootpage FROM sqlite_master WHERE name = 'byKey'")
        })
      database[page * 4_096 - 20] ^= 4
      try write(database, to: path)
      try openReader(path).unsafeRead { database in
        let error = #expect(throws: DatabaseError.self) {
          try Row.fetchAll(database, sql: Self.queries[1])
        }
        #expect(error?.extendedResultCode.rawValue == 8_202)
        let failure = try #require(CheckedVFS.failure(at: path))
        #expect(failure == .init(database: path, page: UInt32(page), isInLog: false))
      }
      let saved = try openReader(path, verifying: false).read { database in
        try Row.fetchAll(database, sql: Self.queries[1])
      }
      #expect(saved.count == 54)
      #expect(try CheckedVFS.verifyPages(path: path).damagedPages == [UInt32(page)])
    }
  }

  @Test("Page 1 alone tells what a file is")
  func header() throws {
    try withDatabasePath { path in
      let application: UInt32 = 1_380_009_777
      func found() throws -> DatabaseHeader {
        try DatabaseHeader.read(path, applicationID: application)
      }
      #expect(try found() == .absent)
      try write([], to: path)
      #expect(try found() == .empty)
      try write(Array("no database".utf8), to: path)
      #expect(try found() == .notADatabase)
      try FileManager.default.removeItem(atPath: path)
      _ = try makeDatabase(path)
      #expect(try found() == .index(applicationID: application, userVersion: 7))
      let whole = try bytes(path)
      for bit in 0..<(4_096 * 8) {
        var damaged = Array(whole[..<4_096])
        damaged[bit / 8] ^= 1 << (bit % 8)
        if bit >= 800, bit % 101 != 0 { continue }
        try write(damaged, to: path)
        #expect(try [.damaged, .unchecked].contains(found()), "bit \(bit)")
      }
      try FileManager.default.removeItem(atPath: path)
      let plain = try openWriter(path, isChecked: false, journal: "DELETE")
      try plain.write { try $0.execute(sql: "CREATE TABLE t (a)") }
      try plain.close()
      #expect(try found() == .otherDatabase)
    }
  }

  @Test("A database without room for checksums is not written, and stays as it is")
  func foreign() throws {
    try withDatabasePath { path in
      let plain = try openWriter(path, isChecked: false, journal: "DELETE")
      try plain.write { try $0.execute(sql: "CREATE TABLE t (a); INSERT INTO t VALUES (1)") }
      try plain.close()
      let before = try bytes(path)
      #expect(throws: DatabaseError.self) {
        let queue = try openWriter(path, journal: "DELETE")
        try queue.write { try $0.execute(sql: "INSERT INTO t VALUES (2)") }
      }
      #expect(try bytes(path) == before)
    }
  }
}
