import Foundation
import RAGCore
import Testing

@testable import RAGEval

@Suite struct SQLSetTests {
  private let folder = FileManager.default.temporaryDirectory.appending(
    path: "rag-sql-set-\(UUID())")

  private func set(_ files: [String: String]) throws -> SQLSet {
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    for (name, text) in files {
      try Data(text.utf8).write(to: folder.appending(path: name))
    }
    return try SQLSet(directory: folder.path(percentEncoded: false))
  }

  private static let question =
    #"{"id": "a", "question": "How many?", "sql": ["SELECT 1"], "ordered": false}"#
  private static let broken =
    #"{"id": "b", "question": "How many?", "kind": "typo", "sql": "SELCT 1", "gold": "SELECT 1"}"#

  @Test func `A directory of a database, questions and broken queries is read`() throws {
    let whole = try set([
      "shop.sqlite": "", "questions.jsonl": Self.question + "\n\n", "broken.jsonl": Self.broken,
    ])
    #expect(whole.name == folder.lastPathComponent)
    #expect(whole.database.hasSuffix("/shop.sqlite"))
    #expect(whole.questions.map(\.sql) == [["SELECT 1"]])
    #expect(whole.brokenQueries.map(\.kind) == ["typo"])
    let questions = try set(["shop.sqlite": "", "questions.jsonl": Self.question])
    #expect(questions.brokenQueries.isEmpty)
  }

  @Test(arguments: [
    (["questions.jsonl": question], "here are 0"),
    (["a.sqlite": "", "b.sqlite": "", "questions.jsonl": question], "here are 2"),
    (["a.sqlite": ""], "does not exist"),
    (["a.sqlite": "", "questions.jsonl": "\n"], "no question"),
    (["a.sqlite": "", "questions.jsonl": "{}"], "line 1 is not"),
    (["a.sqlite": "", "questions.jsonl": question + "\n" + question], "line 2 repeats the id"),
    (["a.sqlite": "", "questions.jsonl": question, "broken.jsonl": question], "kind, sql, gold"),
    (
      ["a.sqlite": "", "questions.jsonl": question.replacing(#"["SELECT 1"]"#, with: "[]")],
      "line 1 is not"
    ),
  ])
  func `What is wrong with a set is told`(files: [String: String], hint: String) {
    let error = #expect(throws: RAGError.self) { try set(files) }
    #expect(error?.message.contains(hint) ?? false, "\(error?.message ?? "")")
  }

  @Test func `Repairs are counted by kind`() throws {
    let query = try JSONDecoder().decode(SQLSet.BrokenQuery.self, from: Data(Self.broken.utf8))
    var report = SQLEvaluationReport.RepairReport()
    report.add(query, missing: nil)
    report.add(query, missing: ["message"])
    #expect(report.total.share == 0.5 && report.kinds["typo"]?.queries == 2)
    #expect(report.missing == ["b": ["message"]])
    #expect(SQLEvaluationReport.RepairReport.Count().share == 0)
  }
}
