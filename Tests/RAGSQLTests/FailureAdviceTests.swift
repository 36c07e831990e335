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
    ("SELECT load_extension('x')", "write the query without load_extension"),
    ("SELECT 1; SELECT 2", "one SELECT statement alone"),
    ("SELECT 'x FROM customer", "does not end"),
  ])
  func `A failure comes with what to do about it`(sql: String, advice: String) async throws {
    let directory = try TemporaryDirectory()
    let sandbox = try SQLSandbox(path: directory.database(shop))
    let failure = await #expect(throws: SQLFailure.self) { try await sandbox.run(sql) }
    let text = FailureAdvice(
      on: sql, schema: sandbox.schema, functions: sandbox.functions
    ).text(on: try #require(failure))
    #expect(text.contains(advice), "\(text)")
  }

  @Test func `The functions that are suggested are those which this SQLite has`() async throws {
    let directory = try TemporaryDirectory()
    let sandbox = try SQLSandbox(path: directory.database(shop))
    #expect(sandbox.functions.contains("count") && sandbox.functions.contains("strftime"))
    for function in SQLVocabulary.functions {
      let failure: SQLFailure?
      do {
        _ = try await sandbox.run("SELECT \(SQLName.quoted(function))()")
        failure = nil
      } catch let error as SQLFailure {
        failure = error
      }
      let isMissing = failure?.kind == .noSuchFunction(function)
      #expect(isMissing != sandbox.functions.contains(function), "\(function)")
    }
  }

  @Test(arguments: [
    ("octet_length", "write the query without octet_length."), ("tme", "Did you mean time?"),
    ("stddev", "write the query without stddev."), ("year", "strftime('%Y', x)"),
    ("truncate", "CAST(x AS INTEGER)"), ("median", "a subquery with"),
  ])
  func `A function that is not there is neither meant nor in what to write instead`(
    name: String, advice: String
  ) {
    let text = FailureAdvice(
      on: "SELECT \(name)(x)", schema: SQLSchema(tables: []), functions: ["time", "strftime"]
    ).text(on: SQLFailure(message: "no such function: \(name)"))
    #expect(text.hasPrefix("SQLite says: no such function: \(name).\n"))
    #expect(text.contains(advice) && !text.contains("mean \(name)"), "\(text)")
  }
}
