public import RAGCore
import RAGStore

extension Engine {
  /// Ingests files, directories and documents; reports what happens as it happens.
  ///
  /// Each committed batch of documents survives whatever follows. Ending the iteration, or
  /// cancelling its task, stops after the batch at work; the next ingest goes on from there.
  /// The stream throws ``RAGError``: `busy`, `modelMismatch`, `diskFull`, `readOnly`, `io`,
  /// `notFound` (a named path does not exist), `cancelled`.
  public func ingest(
    _ sources: [IngestSource], options: IngestOptions = IngestOptions()
  ) -> AsyncThrowingStream<IngestEvent, any Error> {
    AsyncThrowingStream { continuation in
      let task = Task {
        do {
          var run = IngestRun(engine: self, options: options) { continuation.yield($0) }
          try await run.ingest(sources)
          continuation.finish()
        } catch is CancellationError {
          continuation.finish(throwing: RAGError(.cancelled, "the ingest was cancelled"))
        } catch {
          continuation.finish(throwing: error)
        }
      }
      continuation.onTermination = { _ in task.cancel() }
    }
  }

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
