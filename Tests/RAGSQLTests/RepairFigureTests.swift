import Foundation
import RAGCore
import RAGGenerate
import Testing

@testable import RAGSQL

/// How often a prompt after a failed query carries what its repair needs, on the recorded
/// failures of `../shared/data/sql`, where these are at hand.
@Suite struct RepairFigureTests {
  private struct Case: Decodable {
    var id: String
    var question: String
    var kind: String
    var sql: String
    var gold: String
  }

  private struct Question: Decodable {
    var question: String
    var sql: [String]
    var ordered: Bool
  }

  private static let root = "../shared/data/sql"

  private static func lines<Line: Decodable>(_ path: String, _: Line.Type) throws -> [Line] {
    try String(contentsOfFile: "\(root)/\(path)", encoding: .utf8).split(separator: "\n")
      .map { try JSONDecoder().decode(Line.self, from: Data($0.utf8)) }
  }

  private static func words(of sql: String) -> Set<String> {
    Set(SQLLexer.tokens(of: sql).filter(\.isName).map { $0.text.lowercased() })
  }

  @Test(
    .enabled("needs \(root)") { FileManager.default.fileExists(atPath: root) },
    arguments: ["chinook", "academic", "geography"])
  func `The prompt after a failure carries what the repair needs`(set: String) async throws {
    let sandbox = try SQLSandbox(path: "\(Self.root)/\(set)/\(set).sqlite")
    let cases = try Self.lines("\(set)/broken.jsonl", Case.self)
    var repaired = 0
    var kinds: [String: (all: Int, repaired: Int)] = [:]
    for item in cases {
      let failure = await #expect(throws: SQLFailure.self) { try await sandbox.run(item.sql) }
      let error = try #require(failure).description
      let facts = RepairFacts(
        query: item.sql, gold: item.gold, error: error, kind: item.kind, schema: sandbox.schema)
      let lacking = Locked<[String]>([])
      let model = ClosureBackend { prompt in
        guard prompt.user.contains("<problem-") else { return "```sql\n\(item.sql)\n```" }
        let missing = facts.missing(in: prompt.user)
        lacking.withLock { $0 = missing }
        return "```sql\n\(missing.isEmpty ? item.gold : item.sql)\n```"
      }
      let answer = try await SQLAnswerer(
        sandbox, backend: model, budget: ReflectionBudget(duration: .seconds(86_400))
      ).answer(item.question)
      let isRepaired = answer.query.map { SQLQuery($0) == SQLQuery(item.gold) } ?? false
      if !isRepaired { print("\(item.id) lacks \(lacking.withLock { $0 })") }
      repaired += isRepaired ? 1 : 0
      kinds[item.kind, default: (0, 0)].all += 1
      kinds[item.kind, default: (0, 0)].repaired += isRepaired ? 1 : 0
    }
    let byKind = kinds.sorted { $0.key < $1.key }
      .map { "\($0.key) \($0.value.repaired)/\($0.value.all)" }.joined(separator: ", ")
    print("\(set): \(repaired) of \(cases.count) prompts carry what the repair needs (\(byKind))")
    #expect(Double(repaired) >= 0.95 * Double(cases.count))
  }

  @Test(
    .enabled("needs \(root)") { FileManager.default.fileExists(atPath: root) },
    arguments: ["chinook", "academic", "geography"])
  func `Schema linking keeps what the right query reads`(set: String) async throws {
    let sandbox = try SQLSandbox(path: "\(Self.root)/\(set)/\(set).sqlite")
    let questions = try Self.lines("\(set)/questions.jsonl", Question.self)
    let whole = try await SchemaLinker(tokenCount: 100_000).link("", sandbox)
    let wholeCount = EstimatedTokenCounter().tokenCount(of: whole.text)
    for share in [0.25, 0.5, 1] {
      var (tables, keptTables, columns, keptColumns) = (0, 0, 0, 0)
      for item in questions {
        let linked = try await SchemaLinker(tokenCount: 60 + Int(share * Double(wholeCount)))
          .link(item.question, sandbox)
        let words = Self.words(of: item.sql[0])
        for table in TableReferences(in: item.sql[0], schema: sandbox.schema).tables {
          let kept = linked.tables.first { $0.name == table.name }
          tables += 1
          keptTables += kept == nil ? 0 : 1
          for column in table.columns where words.contains(column.name.lowercased()) {
            columns += 1
            keptColumns += kept?.columns.contains(column.name) ?? false ? 1 : 0
          }
        }
      }
      print(
        "\(set): at \(share) of \(wholeCount) tokens \(keptTables) of \(tables) tables and "
          + "\(keptColumns) of \(columns) columns are kept")
      if share == 1 { #expect(keptColumns == columns) }
    }
  }

  @Test(
    .enabled("needs \(root)") { FileManager.default.fileExists(atPath: root) },
    arguments: ["chinook", "academic", "geography"])
  func `Right queries agree with themselves and with no other question's`(
    set: String
  ) async throws {
    let sandbox = try SQLSandbox(path: "\(Self.root)/\(set)/\(set).sqlite")
    let questions = try Self.lines("\(set)/questions.jsonl", Question.self)
    for item in questions {
      let result = try await sandbox.run(item.sql[0])
      let wrapped = try await sandbox.run("SELECT * FROM (\(item.sql[0])) AS q")
      #expect(result.agrees(with: wrapped, ordered: item.ordered), "\(item.sql[0])")
      guard result.rows.count > 1 else { continue }
      let fewer = try await sandbox.run("SELECT * FROM (\(item.sql[0])) AS q LIMIT 1")
      #expect(!result.agrees(with: fewer, ordered: item.ordered))
    }
  }
}
