import CSQLite
import RAGCore

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// A read-only connection of SQLite's own interface. It is not GRDB's, which keeps the
/// authorizer of its connections to itself.
///
/// Not `Sendable`: whoever makes it uses it on one queue.
final class SandboxConnection {
  private let database: OpaquePointer
  private let path: String
  private let limits: Limits
  /// Whether opening makes files beside the database that were not there.
  private let leavesLog: Bool
  private let runGuard = RunGuard()
  private var policy: AccessPolicy?
  private var isOpen = true

  /// Opens a file for reading.
  /// - Throws: ``RAGError``: `notFound`, `invalidInput` when it is no database, `busy`, `io`.
  init(path: String, limits: Limits) throws {
    self.path = path
    self.limits = limits
    var opened: OpaquePointer?
    let flags =
      SQLITE_OPEN_READONLY | SQLITE_OPEN_URI | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_PRIVATECACHE
      | SQLITE_OPEN_EXRESCODE
    let uri = try DatabaseFile.uri(path)
    leavesLog = try DatabaseFile.leavesLog(path)
    let code = sqlite3_open_v2(uri, &opened, flags, nil)
    guard let opened, code == SQLITE_OK else {
      sqlite3_close(opened)
      throw DatabaseFile.error(code, path: path)
    }
    database = opened
    // From here on `deinit` closes it.
    guard rag_sqlite_harden(UnsafeMutableRawPointer(opened)) == SQLITE_OK else {
      throw RAGError(.unsupported, "this SQLite cannot be made safe; use 3.38 or later")
    }
    guard LinearFunctions.register(in: opened) else {
      throw RAGError(.io, "there is not enough memory; free some, or raise its limit")
    }
    sqlite3_busy_timeout(opened, DatabaseFile.waitMilliseconds)
    runGuard.attach(to: opened)
    setLimits()
    for pragma in ["query_only = 1", "temp_store = 2", "cell_size_check = 1", "mmap_size = 0"] {
      _ = try rows(of: "PRAGMA \(pragma)", duration: Self.setupDuration)
    }
  }

  deinit { close() }

  /// Closes the connection, after which it is used no more, and leaves no file beside the database.
  func close() {
    guard isOpen else { return }
    isOpen = false
    sqlite3_close_v2(database)
    if leavesLog { DatabaseFile.removeLog(path) }
  }

  /// Reading a schema may take longer than a query.
  static let setupDuration = Duration.seconds(10)

  /// From now on only queries of these tables and views are allowed.
  func restrict(to tables: [String], views: NamedQueries) throws {
    // Under an authorizer SQLite cannot open these; once open, they stay so.
    for function in SQLVocabulary.tableFunctions.sorted() {
      _ = try rows(of: "SELECT 1 FROM \(function)('[]')", duration: Self.setupDuration)
    }
    let policy = AccessPolicy(tables: tables)
    policy.attach(to: database)
    self.policy = policy
    self.views = views
  }

  private var views = NamedQueries(in: "")

  // MARK: Queries

  /// The result of one query.
  /// - Throws: ``SQLFailure`` when it is the query's fault, ``RAGError`` when not.
  func query(_ sql: String, duration: Duration? = nil) throws -> SQLResult {
    guard sql.utf8.count <= limits.sqlByteCount else {
      throw SQLFailure(
        .tooLarge,
        "the query has \(sql.utf8.count) bytes, more than \(limits.sqlByteCount) "
          + "(Limits.sqlByteCount)")
    }
    // SQLite reads no further than a NUL.
    guard !sql.utf8.contains(0) else {
      throw SQLFailure(.refused("a NUL character"), "the query holds a NUL character")
    }
    let named = NamedQueries(in: sql)
    guard !views.areTooMany(for: named) else {
      throw SQLFailure(
        .tooLarge,
        "the query has more than \(NamedQueries.tokenLimit) words and signs, with those of its named "
          + "queries and views wherever they are used")
    }
    policy?.begin(namedQueries: views.names.union(named.names))
    return try runGuard.run(database, for: duration ?? limits.sqlDuration) {
      let statement = try prepare(sql)
      defer { sqlite3_finalize(statement) }
      return try read(statement)
    }
  }

  /// All rows of a statement of ours.
  func rows(of sql: String, duration: Duration) throws -> [[SQLValue]] {
    try runGuard.run(database, for: duration) {
      var statement: OpaquePointer?
      let code = sqlite3_prepare_v2(database, sql, -1, &statement, nil)
      guard code == SQLITE_OK, let statement else { throw error(code) }
      defer { sqlite3_finalize(statement) }
      var rows: [[SQLValue]] = []
      while true {
        let code = sqlite3_step(statement)
        guard code == SQLITE_ROW else {
          guard code == SQLITE_DONE else { throw error(code) }
          return rows
        }
        rows.append(
          (0..<sqlite3_column_count(statement)).map { StatementReader.value(statement, $0) })
      }
    }
  }

  private func prepare(_ sql: String) throws -> OpaquePointer {
    var statement: OpaquePointer?
    var tail = ""
    let code = sql.withCString { text in
      var end: UnsafePointer<CChar>?
      let code = sqlite3_prepare_v2(database, text, -1, &statement, &end)
      if let end { tail = String(cString: end) }
      return code
    }
    guard code == SQLITE_OK else { throw error(code) }
    guard let statement else { throw SQLFailure(.incomplete, "the query is empty") }
    do {
      try checkIsOneQuery(statement, tail: tail)
      return statement
    } catch {
      sqlite3_finalize(statement)
      throw error
    }
  }

  private func checkIsOneQuery(_ statement: OpaquePointer, tail: String) throws {
    guard SQLLexer.tokens(of: tail).allSatisfy({ $0.isSymbol(";") }) else {
      throw SQLFailure(.severalStatements, "there is more than one statement")
    }
    guard sqlite3_stmt_isexplain(statement) == 0 else {
      throw SQLFailure(.refused("EXPLAIN"), "EXPLAIN is not allowed")
    }
    guard sqlite3_stmt_readonly(statement) != 0, sqlite3_column_count(statement) > 0 else {
      throw SQLFailure(.refused("everything that is not a query"), "only queries are allowed")
    }
    guard sqlite3_bind_parameter_count(statement) == 0 else {
      throw SQLFailure(
        .refused("parameters"), "the query has parameters (?, :name): write the values themselves")
    }
  }

  private func read(_ statement: OpaquePointer) throws -> SQLResult {
    var result = SQLResult(columns: StatementReader.columns(statement), rows: [])
    var byteCount = result.columns.reduce(0) { $0 + $1.utf8.count }
    while true {
      let code = sqlite3_step(statement)
      guard code == SQLITE_ROW else {
        guard code == SQLITE_DONE else { throw error(code) }
        return result
      }
      guard result.rows.count < limits.sqlRowCount else {
        result.truncation = .rows
        return result
      }
      byteCount += StatementReader.byteCount(statement)
      guard byteCount <= limits.sqlByteCount else {
        guard !result.rows.isEmpty else {
          throw SQLFailure(
            .tooLarge,
            "the first row has more than \(limits.sqlByteCount) bytes "
              + "(Limits.sqlByteCount)")
        }
        result.truncation = .bytes
        return result
      }
      result.rows.append(
        (0..<sqlite3_column_count(statement)).map { StatementReader.value(statement, $0) })
    }
  }

  // MARK: Limits and errors

  private func setLimits() {
    let values: [(Int32, Int32)] = [
      // However long a result may be: what a function does with one value cannot be stopped.
      (SQLITE_LIMIT_LENGTH, 1 << 20), (SQLITE_LIMIT_SQL_LENGTH, 1 << 20),
      (SQLITE_LIMIT_EXPR_DEPTH, 200), (SQLITE_LIMIT_COMPOUND_SELECT, 100),
      (SQLITE_LIMIT_VDBE_OP, 50_000), (SQLITE_LIMIT_ATTACHED, 0),
      (SQLITE_LIMIT_LIKE_PATTERN_LENGTH, 100), (SQLITE_LIMIT_TRIGGER_DEPTH, 0),
      (SQLITE_LIMIT_WORKER_THREADS, 0),
    ]
    for (limit, value) in values { sqlite3_limit(database, limit, value) }
  }

  /// What a result code means, of the query or of the database.
  private func error(_ code: Int32) -> any Error {
    let message = String(cString: sqlite3_errmsg(database))
    switch code & 0xFF {
    case SQLITE_INTERRUPT:
      switch runGuard.stop {
      case .cancelled: return RAGError(.cancelled, "the query was cancelled")
      case .memory:
        return SQLFailure(.tooMuchMemory, "the query took too much memory and was stopped")
      default:
        return SQLFailure(
          .tooSlow,
          "the query ran longer than \(runGuard.duration) and was stopped "
            + "(Limits.sqlDuration)")
      }
    case SQLITE_AUTH:
      let refusal = policy?.refusal ?? message
      return SQLFailure(.refused(refusal), "not allowed: \(refusal)")
    case SQLITE_ERROR where policy?.refusal != nil:
      // What a virtual table does as it is opened is refused too, and only it says so.
      let refusal = policy?.refusal ?? ""
      return SQLFailure(.refused(refusal), "not allowed: \(refusal) (\(message))")
    case SQLITE_ERROR, SQLITE_MISMATCH, SQLITE_RANGE: return SQLFailure(message: message)
    case SQLITE_TOOBIG: return SQLFailure(.tooLarge, message)
    case SQLITE_NOMEM: return SQLFailure(.tooMuchMemory, message)
    default: return DatabaseFile.error(code, path: path)
    }
  }
}
