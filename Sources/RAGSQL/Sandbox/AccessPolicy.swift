import CSQLite

/// Decides what a statement may do, as SQLite's authorizer asks while it compiles.
///
/// Allowed are reading of listed tables and views, functions by name, and recursive queries;
/// everything else is refused, whatever later versions of SQLite may add.
///
/// `@unchecked Sendable`: touched only on the queue of the connection that it belongs to.
final class AccessPolicy: @unchecked Sendable {
  /// More uses of functions than this are no question's answer: each may work on a megabyte.
  private static let functionUseCount = 200

  /// Tables and views that may be read, in lower case.
  private let tables: Set<String>
  /// Common table expressions of the statement and of views, in lower case: counting their rows
  /// asks to read a table of that name.
  private var namedQueries: Set<String> = []
  private var usedFunctionCount = 0
  /// What was refused first.
  private(set) var refusal: String?

  init(tables: some Sequence<String>) {
    self.tables = Set(tables.map { $0.lowercased() })
  }

  /// Forgets the last statement.
  func begin(namedQueries: Set<String>) {
    self.namedQueries = namedQueries
    usedFunctionCount = 0
    refusal = nil
  }

  /// Has SQLite ask this policy, which must outlive the connection.
  func attach(to database: OpaquePointer) {
    sqlite3_set_authorizer(
      database,
      { context, action, first, second, _, _ in
        guard let context else { return SQLITE_DENY }
        let policy = Unmanaged<AccessPolicy>.fromOpaque(context).takeUnretainedValue()
        return policy.allows(
          action, first.map(String.init(cString:)), second.map(String.init(cString:)))
          ? SQLITE_OK : SQLITE_DENY
      }, Unmanaged.passUnretained(self).toOpaque())
  }

  private func allows(_ action: Int32, _ first: String?, _ second: String?) -> Bool {
    let problem: String? =
      switch action {
      case SQLITE_SELECT, SQLITE_RECURSIVE: nil
      case SQLITE_READ: readProblem(table: first ?? "", column: second ?? "")
      case SQLITE_FUNCTION: functionProblem((second ?? "").lowercased())
      case SQLITE_PRAGMA: "PRAGMA \(first ?? "")"
      case SQLITE_ATTACH, SQLITE_DETACH: "ATTACH and DETACH"
      case SQLITE_TRANSACTION, SQLITE_SAVEPOINT: "transactions"
      case SQLITE_INSERT, SQLITE_UPDATE, SQLITE_DELETE: "writing to \(first ?? "a table")"
      default: "everything that is not a query"
      }
    if let problem, refusal == nil { refusal = problem }
    return problem == nil
  }

  private func readProblem(table: String, column: String) -> String? {
    let name = table.lowercased()
    if tables.contains(name) || SQLVocabulary.tableFunctions.contains(name) { return nil }
    // Without a column, only the rows are counted.
    if column.isEmpty, namedQueries.contains(name), !name.hasPrefix("sqlite_") { return nil }
    return "reading \(table)"
  }

  private func functionProblem(_ name: String) -> String? {
    guard SQLVocabulary.functions.contains(name) else { return "the function \(name)" }
    usedFunctionCount += 1
    return usedFunctionCount > Self.functionUseCount
      ? "more than \(Self.functionUseCount) uses of functions" : nil
  }
}
