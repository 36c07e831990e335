import CSQLite
import Foundation
import GRDB
import RAGCore
import Testing

@testable import RAGStore

@Suite("The errors of a database")
struct StoreErrorsTests {
  struct Case: Sendable, CustomTestStringConvertible {
    var result: CInt
    var code: RAGError.Code
    /// What the message says to do, or what is the matter.
    var advice: String
    var testDescription: String { "\(ResultCode(rawValue: result))" }
  }

  private static let secret = "the patient's name"

  /// What SQLite throws, with all that it may hold of a document.
  private static func failure(_ result: CInt, message: String?) -> DatabaseError {
    DatabaseError(
      resultCode: ResultCode(rawValue: result), message: message,
      sql: "INSERT INTO chunk (text) VALUES (?) -- \(secret)", arguments: [secret],
      publicStatementArguments: true)
  }

  @Test(
    "say what happened and what to do, and nothing of what was written",
    arguments: [
      Case(result: SQLITE_FULL, code: .diskFull, advice: "free space"),
      Case(result: SQLITE_BUSY, code: .busy, advice: "retry later"),
      // BUSY_RECOVERY, BUSY_SNAPSHOT and BUSY_TIMEOUT.
      Case(result: SQLITE_BUSY | 1 << 8, code: .busy, advice: "retry later"),
      Case(result: SQLITE_BUSY | 2 << 8, code: .busy, advice: "retry later"),
      Case(result: SQLITE_BUSY | 3 << 8, code: .busy, advice: "retry later"),
      Case(result: SQLITE_LOCKED, code: .busy, advice: "retry later"),
      Case(result: SQLITE_PROTOCOL, code: .busy, advice: "retry later"),
      Case(result: SQLITE_READONLY, code: .readOnly, advice: "cannot be written"),
      // READONLY_DIRECTORY.
      Case(result: SQLITE_READONLY | 6 << 8, code: .readOnly, advice: "cannot be written"),
      Case(result: SQLITE_PERM, code: .readOnly, advice: "cannot be written"),
      Case(result: SQLITE_CANTOPEN, code: .io, advice: "ulimit -n"),
      Case(result: SQLITE_CORRUPT, code: .corrupt, advice: "'rag repair'"),
      // CORRUPT_INDEX.
      Case(result: SQLITE_CORRUPT | 3 << 8, code: .corrupt, advice: "'rag repair'"),
      Case(result: SQLITE_NOTADB, code: .corrupt, advice: "'rag repair'"),
      Case(result: sqliteDamagedPage, code: .corrupt, advice: "'rag repair'"),
      Case(result: SQLITE_NOMEM, code: .io, advice: "memory"),
      Case(result: SQLITE_INTERRUPT, code: .cancelled, advice: "cancelled"),
      Case(result: SQLITE_ABORT, code: .cancelled, advice: "cancelled"),
      // ABORT_ROLLBACK.
      Case(result: SQLITE_ABORT | 2 << 8, code: .cancelled, advice: "cancelled"),
      Case(result: SQLITE_IOERR, code: .io, advice: "SQLite \(SQLITE_IOERR)"),
      Case(result: sqliteWriteFailed, code: .io, advice: "SQLite \(sqliteWriteFailed)"),
      Case(result: SQLITE_CONSTRAINT, code: .io, advice: "SQLite \(SQLITE_CONSTRAINT)"),
      Case(result: SQLITE_ERROR, code: .io, advice: "SQLite \(SQLITE_ERROR)"),
    ])
  func codes(_ expected: Case) async throws {
    func check(_ error: RAGError?) {
      #expect(error?.code == expected.code)
      #expect(error?.path == "/an/index")
      #expect(error?.message.contains(expected.advice) ?? false, "\(error as Any)")
      #expect(error?.cause == nil)
      let text = "\(error as Any)"
      #expect(!text.contains(Self.secret) && !text.contains("INSERT"), "\(text)")
    }
    for message in ["what SQLite says", nil] {
      let failure = Self.failure(expected.result, message: message)
      check(
        #expect(throws: RAGError.self) {
          try mappingErrors("/an/index") { () throws -> Void in throw failure }
        })
      check(
        await #expect(throws: RAGError.self) {
          try await mappingErrors("/an/index") { () async throws -> Void in
            await Task.yield()
            throw failure
          }
        })
    }
  }

  @Test("that tell of a table or column that is gone, or of a format that cannot be, are damage")
  func missingTable() {
    for message in ["no such table: chunk", "no such column: text", "unsupported file format"] {
      #expect {
        try mappingErrors("/an/index") {
          throw Self.failure(SQLITE_ERROR, message: message)
        }
      } throws: { RAGError.Code.corrupt ~= $0 && !"\($0)".contains(Self.secret) }
    }
  }

  @Test("other than SQLite's keep what they say, and a cancelled task is told as one")
  func others() {
    #expect {
      try mappingErrors("/an/index") { throw CancellationError() }
    } throws: { RAGError.Code.cancelled ~= $0 }
    #expect {
      try mappingErrors("/an/index") { throw RAGError(.notFound, "gone", path: "/a/file") }
    } throws: { "\($0)" == "/a/file: gone" && RAGError.Code.notFound ~= $0 }
    let text = DecodingError.dataCorrupted(
      .init(codingPath: [], debugDescription: Self.secret))
    #expect {
      try mappingErrors("/an/index") { throw text }
    } throws: { RAGError.Code.corrupt ~= $0 && !"\($0)".contains(Self.secret) }
  }

  @Test("of real statements hold neither their text nor their arguments")
  func real() async throws {
    try await withTemporaryDirectory { path in
      let store = try await Store.open(IndexDirectory(path), for: .write)
      let statements: [(String, StatementArguments)] = [
        ("INSERT INTO tombstone VALUES (?)", [Self.secret]),
        ("INSERT INTO document (key) VALUES (?)", [Self.secret]),
        ("INSERT INTO setting VALUES (?, 1), (?, 1)", [Self.secret, Self.secret]),
        ("SELECT value FROM nowhere WHERE name = ?", [Self.secret]),
        ("SELECT json_extract(?, '$.x')", [Self.secret]),
      ]
      for (sql, arguments) in statements {
        let error = await #expect(throws: RAGError.self, "\(sql)") {
          try await mappingErrors(path) {
            try await store.writer?.write {
              _ = try Row.fetchAll($0, sql: sql, arguments: arguments)
            }
          }
        }
        let text = "\(error as Any)"
        #expect(!text.contains(Self.secret) && !text.contains("?"), "\(text)")
      }
    }
  }
}
