public import RAGCore
import RAGStore

extension Engine {
  /// Adds or replaces documents of the host's, and returns when they are on disk.
  @discardableResult
  public func upsert(
    _ documents: [MemoryDocument], options: IngestOptions = IngestOptions()
  ) async throws -> IngestReport {
    var report = IngestReport()
    for try await event in ingest(documents.map(IngestSource.document), options: options) {
      if case .finished(let result) = event { report = result }
    }
    try Task.checkCancellation()
    return report
  }

  /// Removes documents by id (for files: the absolute path), and returns how many there were.
  @discardableResult
  public func delete(ids: [String], wait: Duration = .seconds(5)) async throws -> Int {
    let lock = try await store.lockForWriting(wait: wait)
    defer { withExtendedLifetime(lock) {} }
    let known = try await store.read { reader in
      try ids.filter { try reader.documentState($0) != nil }
    }
    guard !known.isEmpty else { return 0 }
    try await store.apply(known.map { .remove(key: $0) }, encoder: nil, chunking: nil)
    try await store.settle()
    return known.count
  }

  /// Removes the documents of a file, or of all files below a directory, and returns their ids.
  /// The files themselves are not touched.
  @discardableResult
  public func delete(under path: String, wait: Duration = .seconds(5)) async throws -> [String] {
    let ids = try await store.read { try $0.documentKeys(under: path) }
    try await delete(ids: ids, wait: wait)
    return ids
  }

  /// Removes the documents that a filter matches, and returns their ids.
  @discardableResult
  public func delete(where filter: Filter, wait: Duration = .seconds(5)) async throws -> [String] {
    let ids = try await store.read { try $0.documentKeys(matching: filter) }
    try await delete(ids: ids, wait: wait)
    return ids
  }
}
