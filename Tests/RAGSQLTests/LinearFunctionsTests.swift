import CSQLite
import Foundation
import RAGCore
import Testing

@testable import RAGSQL

@Suite struct LinearFunctionsTests {
  private static let texts = [
    "", " ", "a", "ab", "aab", "aaab", "baa", "abcabc", " a b ", "  x  ", "é", "éé", "e\u{301}",
    "日本語", "本",
    "日", "😀a😀", "😀", "a\u{0}b", "ß", "x" + String(repeating: "ab", count: 40), "%_",
  ]
  private static let values =
    texts.map { "'" + $0.replacing("\u{0}", with: "' || char(0) || '") + "'" }
    + ["NULL", "7", "-1.5", "x'61'", "x'6162'", "x''", "x'00ff'", "123123"]

  /// What SQLite itself says.
  private func reference(_ sql: String) throws -> [String] {
    var database: OpaquePointer?
    try #require(sqlite3_open(":memory:", &database) == SQLITE_OK)
    defer { sqlite3_close(database) }
    var statement: OpaquePointer?
    try #require(sqlite3_prepare_v2(database, sql, -1, &statement, nil) == SQLITE_OK)
    defer { sqlite3_finalize(statement) }
    var lines: [String] = []
    while sqlite3_step(statement) == SQLITE_ROW {
      lines.append(String(cString: sqlite3_column_text(statement, 0)))
    }
    return lines
  }

  @Test(arguments: [
    "instr(a.v, b.v)", "trim(a.v, b.v)", "ltrim(a.v, b.v)", "rtrim(a.v, b.v)", "trim(a.v)",
    "ltrim(a.v)", "rtrim(a.v)", "replace(a.v, b.v, '-')", "replace(a.v, b.v, a.v)",
    "replace(a.v, 'a', b.v)", "trim(b.v, a.v || 'a')", "instr(a.v || b.v, b.v)",
  ])
  func `They give what those of SQLite give`(call: String) async throws {
    let directory = try TemporaryDirectory()
    let file = try directory.database("CREATE TABLE empty (x)")
    let rows = Self.values.map { "(\($0))" }.joined(separator: ", ")
    let sql =
      "WITH t(v) AS (VALUES \(rows)) SELECT typeof(\(call)) || quote(\(call)) FROM t a, t b"
    var limits = Limits()
    limits.sqlRowCount = 2_000
    let own = try await SQLSandbox(path: file, limits: limits).run(sql)
    #expect(own.rows.map { $0[0] } == (try reference(sql)).map(SQLValue.text))
    #expect(own.rows.count == Self.values.count * Self.values.count)
  }

  @Test(
    "Two large texts take no time to speak of",
    arguments: [
      "length(rtrim(printf('%.900000c', 'b'), printf('%.900000c', 'a') || 'b'))",
      "instr(printf('%0900000d', 1), printf('%0400000d', 2))",
      "length(replace(printf('%0900000d', 1), printf('%0400000d', 2), 'x'))",
    ])
  func large(call: String) async throws {
    let directory = try TemporaryDirectory()
    let file = try directory.database("CREATE TABLE empty (x)")
    _ = try await SQLSandbox(path: file).run("SELECT \(call)")
  }

  @Test func `A result that grows too large is refused`() async throws {
    let directory = try TemporaryDirectory()
    let file = try directory.database("CREATE TABLE empty (x)")
    await #expect(throws: SQLFailure.self) {
      try await SQLSandbox(path: file).run(
        "SELECT replace(printf('%.900000c', 'b'), 'b', 'bbbb')")
    }
  }

  @Test func `Views that double in each other are left out`() async throws {
    let views = (1...30).map { "CREATE VIEW v\($0) AS SELECT a.x FROM v\($0 - 1) a, v\($0 - 1) b;" }
    let directory = try TemporaryDirectory()
    let file = try directory.database(
      "CREATE TABLE t (x); CREATE VIRTUAL TABLE note USING fts5 (body); CREATE VIEW v0 AS SELECT x FROM t;"
        + views.joined())
    let sandbox = try SQLSandbox(path: file)
    let names = sandbox.schema.tables.map(\.name)
    #expect(names.contains("t") && names.contains("v5") && !names.contains("v30"))
    #expect(!names.contains { $0.hasPrefix("note") })
    _ = try await sandbox.run("SELECT x FROM v5")
    await #expect(throws: SQLFailure.self) { try await sandbox.run("SELECT x FROM v29") }
  }
}
