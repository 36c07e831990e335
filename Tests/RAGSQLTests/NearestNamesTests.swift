import Foundation
import Testing

@testable import RAGSQL

@Suite struct NearestNamesTests {
  @Test(arguments: [
    ("custmer_id", "customer_id"), ("Custmoer", "customer"), ("customers", "customer"),
    ("id_customer", "customer_id"), ("InvoiceTotals", "invoice_total"), ("COUNT_ALL", "count"),
  ])
  func `The name that was meant comes first`(wrong: String, right: String) {
    let names = ["customer", "customer_id", "city", "invoice_total", "invoice", "count", "sum"]
    #expect(NearestNames.names(like: wrong, among: names).first == right)
  }

  @Test func `What is like nothing gets no suggestion`() {
    #expect(NearestNames.names(like: "zz", among: ["customer", "city"]).isEmpty)
    #expect(NearestNames.names(like: "", among: ["customer", ""]).isEmpty)
  }
}

/// Holds names against the recorded failures of `../shared/data/sql`, where that is at hand.
@Suite struct BrokenQueryTests {
  private struct Case: Decodable {
    var kind: String
    var sql: String
    var error: String
    var gold: String
  }

  private static func names(in sql: String) -> Set<String> {
    Set(SQLLexer.tokens(of: sql).filter(\.isName).map { $0.text.lowercased() })
  }

  private static let root = "../shared/data/sql"

  @Test(
    .enabled("needs \(root)") { FileManager.default.fileExists(atPath: root) },
    arguments: ["chinook", "academic", "geography"])
  func `Recorded failures fail alike, and the name that was meant is suggested`(
    set: String
  ) async throws {
    let sandbox = try SQLSandbox(path: "\(Self.root)/\(set)/\(set).sqlite")
    let tables = sandbox.schema.tables
    let lines = try String(contentsOfFile: "\(Self.root)/\(set)/broken.jsonl", encoding: .utf8)
    var (all, sameError, goldRuns, named, suggested) = (0, 0, 0, 0, 0)
    for line in lines.split(separator: "\n") {
      let item = try JSONDecoder().decode(Case.self, from: Data(line.utf8))
      all += 1
      goldRuns += await (try? sandbox.run(item.gold)) == nil ? 0 : 1
      guard
        let failure = await #expect(
          throws: SQLFailure.self,
          performing: {
            try await sandbox.run(item.sql)
          })
      else { continue }
      sameError += failure.description == item.error ? 1 : 0
      let names: [String]
      switch failure.kind {
      case .noSuchTable(let name):
        names = NearestNames.names(like: name, among: tables.map(\.name))
      case .noSuchColumn(let name) where item.kind.hasSuffix("_column"):
        names = NearestNames.names(
          like: name.split(separator: ".").last.map(String.init) ?? name,
          among: tables.flatMap(\.columns).map(\.name))
      default: continue
      }
      named += 1
      // What the gold query names and the broken one does not.
      let meant = Self.names(in: item.gold).subtracting(Self.names(in: item.sql))
      suggested += names.contains { meant.contains($0.lowercased()) } ? 1 : 0
    }
    print(
      "\(set): \(all) failures, \(sameError) with the recorded message, \(goldRuns) gold queries "
        + "run, the right name among three for \(suggested) of \(named) unknown names")
    #expect(goldRuns == all)
    #expect(Double(suggested) >= 0.95 * Double(named))
  }
}
