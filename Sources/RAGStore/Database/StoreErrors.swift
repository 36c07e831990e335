import GRDB
import RAGCore

/// Runs database work and turns SQLite's errors into ``RAGError``.
///
/// SQL and its arguments stay out of the message: they may hold document text.
func mappingErrors<Result>(_ path: String, _ body: () throws -> Result) throws -> Result {
  do { return try body() } catch { throw mapped(error, path) }
}

/// As `mappingErrors`, for asynchronous work.
func mappingErrors<Result: Sendable>(
  _ path: String, isolation: isolated (any Actor)? = #isolation,
  _ body: () async throws -> Result
) async throws -> Result {
  do { return try await body() } catch { throw mapped(error, path) }
}

/// The device gave an error for a part of the database, which is as good as lost.
struct UnreadablePart: Error, CustomStringConvertible {
  let description = "input/output error"
}

func unreadablePart(path: String) -> RAGError {
  RAGError(
    .io,
    "the device cannot read a part of the index's database; try again, and if it stays, 'rag "
      + "repair' keeps the rest",
    path: path, cause: UnreadablePart())
}

extension RAGError {
  /// Whether it is of a part of the database that the device cannot read.
  var isUnreadablePart: Bool { cause is UnreadablePart }
}

private func mapped(_ error: any Error, _ path: String) -> any Error {
  if error is CancellationError { return RAGError(.cancelled, "cancelled", path: path) }
  if error is RowDecodingError || error is DecodingError {
    return RAGError(
      .corrupt, "a row of the database is damaged; 'rag repair' keeps what is whole", path: path)
  }
  guard let error = error as? DatabaseError else { return error }
  let detail = "SQLite \(error.extendedResultCode.rawValue): \(error.message ?? "no message")"
  if error.extendedResultCode == .SQLITE_IOERR_DATA {
    let place = CheckedVFS.failure(at: IndexDirectory(path).database)?.description
    return RAGError(
      .corrupt,
      "\(place ?? "a page of the index's database is damaged"); 'rag repair' keeps what is whole",
      path: path)
  }
  if [sqliteReadFailed, sqliteUnreadable].contains(error.extendedResultCode.rawValue) {
    return unreadablePart(path: path)
  }
  switch error.resultCode {
  case .SQLITE_FULL:
    return RAGError(
      .diskFull,
      "the device is full, or a file as large as it may be (ulimit -f); free space and retry",
      path: path)
  // Another process that stopped while it looked through the log keeps all others waiting.
  case .SQLITE_BUSY, .SQLITE_LOCKED, .SQLITE_PROTOCOL:
    return RAGError(.busy, "the index is in use by another process; retry later", path: path)
  case .SQLITE_READONLY, .SQLITE_PERM:
    return RAGError(.readOnly, "the index cannot be written here", path: path)
  case .SQLITE_CANTOPEN where LogHeader.isOfOtherVersion(at: IndexDirectory(path).database):
    return RAGError(
      .corrupt,
      "the log of the index's database says that it is of another version; 'rag repair' keeps what "
        + "is whole", path: path)
  case .SQLITE_CANTOPEN:
    return RAGError(
      .io,
      "the index cannot be opened; check its permissions and the limit of open files (ulimit -n)",
      path: path)
  case .SQLITE_CORRUPT, .SQLITE_NOTADB:
    return RAGError(
      .corrupt, "the index's database is damaged; 'rag repair' keeps what is whole (\(detail))",
      path: path)
  case .SQLITE_INTERRUPT, .SQLITE_ABORT:
    return RAGError(.cancelled, "cancelled", path: path)
  case .SQLITE_ERROR where error.message?.hasPrefix("no such ") == true:
    return RAGError(
      .corrupt,
      "the index's database lacks a table or column; 'rag repair' keeps what is whole (\(detail))",
      path: path)
  case .SQLITE_ERROR where error.message == "unsupported file format":
    return RAGError(
      .corrupt,
      "the index's database says that it is of another format; 'rag repair' keeps what is whole "
        + "(\(detail))", path: path)
  case .SQLITE_NOMEM:
    return RAGError(.io, "there is not enough memory; free some, or raise its limit", path: path)
  default:
    return RAGError(
      .io, "the index's database failed: look to the device, and try again (\(detail))", path: path)
  }
}
