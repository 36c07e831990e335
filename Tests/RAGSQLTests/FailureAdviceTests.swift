import Testing

@testable import RAGSQL

@Suite struct FailureAdviceTests {
  @Test(arguments: [
    ("SELECT nme FROM customer", "Did you mean name?"),
    ("SELECT x.name FROM customer c", "it has: c for customer."),
    ("SELECT c.total FROM customer c", "total is a column of big_invoice, invoice."),
    ("SELECT name FORM customer", "FORM is no keyword: did you mean FROM"),
    ("SELECT count(* FROM customer", "1 '(' more than ')'"),
    ("SELECT name) FROM customer", "1 ')' more than '('"),
    ("SELECT TOP 5 name FROM customer", "LIMIT n"),
    ("SELECT customer_id::text FROM customer", "CAST(x AS type)"),
    ("SELECT year(name) FROM customer", "strftime('%Y', x)"),
    ("SELECT countt(name) FROM customer", "Did you mean count"),
    ("SELECT customer_id FROM customer a, invoice b", "a.customer_id, b.customer_id"),
    ("SELECT name FROM customer WHERE sum(name) > 1", "HAVING"),
    ("SELECT load_extension('x')", "Use only functions of SQLite"),
    ("SELECT 1; SELECT 2", "one SELECT statement alone"),
    ("SELECT 'x FROM customer", "does not end"),
  ])
  func `A failure comes with what to do about it`(sql: String, advice: String) async throws {
    let directory = try TemporaryDirectory()
    let sandbox = try SQLSandbox(path: directory.database(shop))
    let failure = await #expect(throws: SQLFailure.self) { try await sandbox.run(sql) }
    let text = FailureAdvice(on: sql, schema: sandbox.schema).text(on: try #require(failure))
    #expect(text.contains(advice), "\(text)")
  }
}
