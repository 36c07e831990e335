import Dispatch
public import RAGCore

/// An SQLite file that is only read, and in which any query may be tried.
///
/// A query reads tables and views of the file and calls functions from a list; it attaches,
/// writes, sets and loads nothing, and runs within `Limits`' `sqlByteCount`, `sqlDuration` and
/// `sqlRowCount`. Virtual tables (FTS5, R-tree) cannot be read.
///
/// `@unchecked Sendable`: `connection` is touched only on `queue`, and once before it is shared.
public final class SQLSandbox: @unchecked Sendable {
  /// What may be read.
  public let schema: SQLSchema

  /// The functions that queries may call and this SQLite has, in lower case.
  let functions: Set<String>

  private let connection: SandboxConnection
  private let queue = DispatchQueue(label: "RAGSQL.SQLSandbox")

  /// Opens a database for reading.
  /// - Throws: ``RAGError``: `notFound`; `invalidInput` for what is no SQLite database, or is
  ///   encrypted; `busy` when another program writes; `corrupt`; `io`.
  public init(path: String, limits: Limits = Limits()) throws {
    connection = try SandboxConnection(path: path, limits: limits)
    do {
      let (schema, views) = try SchemaReader.schema(of: connection)
      functions = try SchemaReader.functions(of: connection)
      try connection.restrict(to: schema.tables.map(\.name), views: views)
      self.schema = schema
    } catch let failure as SQLFailure {
      throw RAGError(.invalidInput, "the schema cannot be read", path: path, cause: failure)
    }
  }

  // Not by a query, which holds only the connection: else this would wait for itself.
  deinit { queue.sync { connection.close() } }

  /// The result of one query.
  ///
  /// More rows or bytes than allowed are left out, and the result says so.
  /// - Throws: ``SQLFailure`` when the query is at fault, and ``RAGError``: `busy`, `corrupt`,
  ///   `io`, `cancelled`.
  public func run(_ sql: String) async throws -> SQLResult {
    // Touched only on `queue`.
    nonisolated(unsafe) let connection = connection
    return try await Cancellation.forwarding { [queue] cancellation in
      try await withCheckedThrowingContinuation { continuation in
        queue.async {
          continuation.resume(
            with: Result { try cancellation.heeded { try connection.query(sql) } })
        }
      }
    }
  }
}
