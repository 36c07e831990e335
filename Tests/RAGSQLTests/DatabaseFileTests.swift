import CSQLite
import Foundation
import RAGCore
import RAGSQL
import Testing

@Suite struct DatabaseFileTests {
  @Test func `A database that another connection locks is busy`() throws {
    let directory = try TemporaryDirectory()
    let file = try directory.database(shop)
    var other: OpaquePointer?
    defer { sqlite3_close(other) }
    #expect(sqlite3_open(file, &other) == SQLITE_OK)
    #expect(sqlite3_exec(other, "BEGIN EXCLUSIVE", nil, nil, nil) == SQLITE_OK)
    let error = #expect(throws: RAGError.self) { try SQLSandbox(path: file) }
    #expect(error?.code == .busy)
  }

  @Test func `A table of two thousand columns can be read`() async throws {
    let directory = try TemporaryDirectory()
    let columns = (1...2000).map { "c\($0) INTEGER" }.joined(separator: ", ")
    let file = try directory.database(
      "CREATE TABLE wide (\(columns)); INSERT INTO wide (c2000) VALUES (7)")
    let sandbox = try SQLSandbox(path: file)
    #expect(sandbox.schema.tables.first?.columns.count == 2000)
    #expect(try await sandbox.run("SELECT c2000 FROM wide").rows == [[.integer(7)]])
    #expect(try await sandbox.run("SELECT * FROM wide").columns.count == 2000)
  }

  @Test func `A path with signs of a URI is a path`() async throws {
    let directory = try TemporaryDirectory()
    let file = try directory.database(shop, name: "a b?mode=rwc&x=%20#é.sqlite")
    let count = try await SQLSandbox(path: file).run("SELECT count(*) FROM invoice").rows
    #expect(count == [[.integer(3)]])
  }

  @Test func `A closed database with a write-ahead log is left without files beside it`()
    async throws
  {
    let directory = try TemporaryDirectory()
    let file = try directory.database("PRAGMA journal_mode = WAL; " + shop)
    func names() throws -> [String] {
      try FileManager.default.contentsOfDirectory(atPath: directory.path).sorted()
    }
    #expect(try names() == ["d.sqlite"])
    let before = try bytes(file)
    for _ in 0..<3 {
      let count = try await SQLSandbox(path: file).run("SELECT count(*) FROM invoice").rows
      #expect(count == [[.integer(3)]])
      #expect(try names() == ["d.sqlite"])
    }
    #expect(try bytes(file) == before)
  }

  @Test func `The write-ahead log of a database that another connection has open stays`()
    async throws
  {
    let directory = try TemporaryDirectory()
    let file = try directory.database("PRAGMA journal_mode = WAL; " + shop)
    func run(_ sql: String, _ connection: OpaquePointer?) -> Int32 {
      sqlite3_exec(connection, sql, nil, nil, nil)
    }
    // Opened before the sandbox, which sees its log, or after it and closed by it.
    for isFirst in [true, false] {
      var sandbox = isFirst ? nil : try SQLSandbox(path: file)
      var other: OpaquePointer?
      defer { sqlite3_close(other) }
      #expect(sqlite3_open(file, &other) == SQLITE_OK)
      #expect(
        run("BEGIN; INSERT INTO invoice VALUES (\(isFirst ? 8 : 9), 1, 1.0)", other) == SQLITE_OK)
      #expect(run("COMMIT", other) == SQLITE_OK)
      if isFirst { sandbox = try SQLSandbox(path: file) }
      let count = try await sandbox?.run("SELECT count(*) FROM invoice").rows
      #expect(count == [[.integer(isFirst ? 4 : 5)]])
      sandbox = nil
      #expect(FileManager.default.fileExists(atPath: file + "-wal"))
      #expect(run("DELETE FROM invoice WHERE total = 1.5", other) == SQLITE_OK)
    }
  }
}
