import Foundation
import RAGCore
import Testing

@testable import RAGSQL

/// SplitMix64 (Steele, Lea & Flood 2014).
private struct SeededGenerator: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}

/// Makes statements by a grammar of queries in which any part may be something else.
private struct StatementMaker {
  var generator: SeededGenerator

  private mutating func pick(_ choices: [String]) -> String {
    choices[Int.random(in: choices.indices, using: &generator)]
  }

  mutating func statement() -> String {
    switch Int.random(in: 0..<10, using: &generator) {
    case 0: "WITH RECURSIVE n(i) AS (\(query(2)) UNION ALL SELECT i + 1 FROM n) \(query(2))"
    case 1: "\(query(2)) \(pick(["UNION", "EXCEPT", "INTERSECT"])) \(query(2))"
    case 2: "\(pick(Self.prefixes)) \(query(2))\(pick(["", ";", "; \(pick(Self.statements))"]))"
    case 3: pick(Self.statements)
    case 4: (0..<12).map { _ in pick(Self.words) }.joined(separator: " ")
    default: query(3)
    }
  }

  /// Mostly one of the first, plain choices; else queries would hardly ever be right.
  private mutating func pickPlain(_ choices: [String], _ plainCount: Int) -> String {
    Int.random(in: 0..<12, using: &generator) > 0
      ? pick(Array(choices.prefix(plainCount))) : pick(choices)
  }

  private mutating func query(_ depth: Int) -> String {
    "SELECT \(pick(["", "DISTINCT"])) \(value(depth)), \(value(depth)) FROM \(table(depth)) "
      + "\(pick(["", "JOIN", "LEFT JOIN", ","])) \(table(depth)) WHERE \(value(depth)) "
      + pick(["", "GROUP BY 1", "ORDER BY 2 DESC", "LIMIT 3", "LIMIT -1 OFFSET 2"])
  }

  private mutating func table(_ depth: Int) -> String {
    depth > 0 && Int.random(in: 0..<5, using: &generator) == 0
      ? "(\(query(depth - 1)))" : pickPlain(Self.tables, 3)
  }

  private mutating func value(_ depth: Int) -> String {
    guard depth > 0 else { return pickPlain(Self.values, 6) }
    switch Int.random(in: 0..<6, using: &generator) {
    case 0: return "\(pickPlain(Self.functions, 3))(\(value(depth - 1)), \(value(depth - 1)))"
    case 1: return "\(pickPlain(Self.functions, 3))(\(value(depth - 1)))"
    case 2: return "\(value(depth - 1)) \(pickPlain(Self.operators, 4)) \(value(depth - 1))"
    case 3: return "(\(query(depth - 1)))"
    default: return pickPlain(Self.values, 6)
    }
  }

  private static let tables = [
    "customer", "(SELECT 1 AS total, 'y' AS name)", "json_each('[1,2]')", "big_invoice", "note",
    "sqlite_master", "n", "invoice",
    "pragma_table_info('customer')", "main.customer", "note_data", "\"customer\" AS c",
  ]
  private static let values = [
    "1", "'x'", "NULL", "x'00'", "-1", "9223372036854775807", "name", "total", "*", "count(*)",
    "1e308",
    "customer.name", "\"name\"", "?", "'%a%'", "''", "CASE WHEN 1 THEN 2 END",
  ]
  private static let functions = [
    "coalesce", "lower", "hex", "max", "sum", "replace", "printf", "randomblob", "load_extension",
    "char",
    "json_extract", "strftime", "zeroblob", "group_concat", "count", "abs", "substr", "instr",
  ]
  private static let operators = [
    "+", "||", "LIKE", "GLOB", "IN", "AND", "->>", "MATCH", "IS",
  ]
  private static let prefixes = [
    "", "EXPLAIN", "CREATE TEMP TABLE x AS", "INSERT INTO invoice", "(",
  ]
  private static let statements = [
    "DROP TABLE customer", "PRAGMA user_version = 3", "ATTACH ':memory:' AS m", "VACUUM", "BEGIN",
    "DELETE FROM customer", "UPDATE invoice SET total = 0", "INSERT INTO note VALUES ('x')",
  ]
  private static let words =
    tables + values + functions + operators + statements + [
      "SELECT", "FROM", "WHERE", "(", ")", "--", "/*", "*/", "'", "\"", "[", "`", ";", "\0",
    ]
}

@Suite struct SandboxFuzzTests {
  @Test func `Statements of any kind end, and write nothing`() async throws {
    let environment = ProcessInfo.processInfo.environment
    let count = environment["RAG_SQL_FUZZ_COUNT"].flatMap(Int.init) ?? 3_000
    let seed = environment["RAG_SQL_FUZZ_SEED"].flatMap(UInt64.init) ?? 1
    let directory = try TemporaryDirectory()
    let file = try directory.database(shop)
    let before = try bytes(file)
    var limits = Limits()
    limits.sqlDuration = .milliseconds(20)
    let sandbox = try SQLSandbox(path: file, limits: limits)
    var maker = StatementMaker(generator: SeededGenerator(state: seed))
    var answered = 0
    for _ in 0..<count {
      let sql = maker.statement()
      do {
        let result = try await sandbox.run(sql)
        #expect(result.rows.allSatisfy { $0.count == result.columns.count })
        answered += 1
      } catch is SQLFailure {
      } catch {
        Issue.record("seed \(seed): \(sql): \(error)")
      }
    }
    print("fuzz: \(count) statements of seed \(seed), \(answered) answered")
    #expect(answered > 0)
    #expect(try bytes(file) == before, "seed \(seed)")
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: directory.path) == ["d.sqlite"])
  }
}
