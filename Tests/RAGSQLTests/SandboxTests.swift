import Foundation
import RAGCore
import Testing

@testable import RAGSQL

@Suite struct SandboxTests {
  private let directory: TemporaryDirectory
  private let file: String

  init() throws {
    directory = try TemporaryDirectory()
    file = try directory.database(shop)
  }

  private func sandbox(_ change: (inout Limits) -> Void = { _ in }) throws -> SQLSandbox {
    var limits = Limits()
    change(&limits)
    return try SQLSandbox(path: file, limits: limits)
  }

  @Test(arguments: [
    ("SELECT count(*) FROM customer", [[SQLValue.integer(3)]]),
    ("select name from customer where city is null;", [[.text("Cyd")]]),
    ("SELECT count(*) FROM big_invoice -- the end", [[.integer(2)]]),
    ("WITH c AS (SELECT 1 UNION SELECT 2) SELECT count(*) FROM c", [[.integer(2)]]),
    (
      "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 9) "
        + "SELECT sum(i) FROM n", [[.integer(45)]]
    ),
    (
      "SELECT c.name, sum(i.total) FROM customer c JOIN invoice i USING (customer_id) "
        + "GROUP BY 1 ORDER BY 2 DESC LIMIT 1", [[.text("Ann"), .real(25.5)]]
    ),
    ("SELECT value FROM json_each('[7]')", [[.integer(7)]]),
    ("VALUES (x'00ff', NULL)", [[.blob([0, 255]), .null]]),
    (
      "SELECT rank() OVER (ORDER BY total DESC) FROM invoice WHERE total = 20 LIMIT 1",
      [[.integer(1)]]
    ),
  ])
  func `Queries are answered`(sql: String, rows: [[SQLValue]]) async throws {
    #expect(try await sandbox().run(sql).rows == rows)
  }

  @Test func `The schema holds tables and views, and no virtual tables`() throws {
    let schema = try sandbox().schema
    #expect(schema.tables.map(\.name) == ["big_invoice", "customer", "invoice"])
    #expect(schema.tables[1].columns.map(\.name) == ["customer_id", "name", "city"])
    #expect(schema.tables[2].foreignKeys.map(\.table) == ["customer"])
  }

  @Test func `Hostile statements are refused and the file stays as it is`() async throws {
    #expect(hostileStatements.count >= 60)
    print("\(hostileStatements.count) hostile statements")
    let before = try bytes(file)
    let sandbox = try sandbox { $0.sqlDuration = .milliseconds(200) }
    for sql in hostileStatements {
      await #expect(throws: SQLFailure.self, "\(sql.prefix(80))") { try await sandbox.run(sql) }
    }
    #expect(try bytes(file) == before)
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: directory.path) == ["d.sqlite"])
    #expect(try await sandbox.run("SELECT count(*) FROM customer").rows == [[.integer(3)]])
  }

  @Test func `Rows and bytes over the limit are left out, and the result says so`() async throws {
    let rows = try await sandbox { $0.sqlRowCount = 2 }.run("SELECT name FROM customer")
    #expect(rows.rows.count == 2)
    #expect(rows.truncation == .rows)
    let all = try await sandbox { $0.sqlRowCount = 3 }.run("SELECT name FROM customer")
    #expect(all.truncation == nil)
    let bytes = try await sandbox { $0.sqlByteCount = 100 }
      .run("SELECT substr('0123456789012345678901234567890123456789', 1) AS x FROM customer")
    #expect(bytes.rows.count == 2)
    #expect(bytes.truncation == .bytes)
  }

  @Test func `Names that do not exist are told from what is not allowed`() async throws {
    let sandbox = try sandbox()
    for (sql, kind) in [
      ("SELECT * FROM custmer", SQLFailure.Kind.noSuchTable("custmer")),
      ("SELECT c.nam FROM customer c", .noSuchColumn("c.nam")),
      ("SELECT \"Oslo\" FROM customer", .noSuchColumn("Oslo")),
      ("SELECT year(1)", .noSuchFunction("year")),
      ("SELECT customer_id FROM customer, invoice", .ambiguousColumn("customer_id")),
      ("SELECT name FORM customer", .syntax(near: "customer")),
      ("SELECT (1", .incomplete),
      ("SELECT name FROM customer WHERE sum(1) > 1", .misplacedFunction("sum")),
      ("SELECT 1; SELECT 2", .severalStatements),
    ] {
      let failure = await #expect(throws: SQLFailure.self) { try await sandbox.run(sql) }
      #expect(failure?.kind == kind)
    }
  }

  @Test func `A file that is no database is named as such`() throws {
    for (name, content) in [
      ("text", Data("hello, this is a text and no database at all".utf8)), ("empty", Data()),
      ("encrypted", Data((0..<4096).map { UInt8(truncatingIfNeeded: $0 &* 167 &+ 13) })),
    ] {
      let path = directory.path + "/" + name
      try content.write(to: URL(fileURLWithPath: path))
      let error = #expect(throws: RAGError.self) { try SQLSandbox(path: path) }
      #expect(error?.code == .invalidInput)
    }
    let error = #expect(throws: RAGError.self) { try SQLSandbox(path: directory.path + "/none") }
    #expect(error?.code == .notFound)
    #expect(throws: RAGError.self) { try SQLSandbox(path: directory.path) }
  }
}
