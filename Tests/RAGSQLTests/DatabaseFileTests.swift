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
}
