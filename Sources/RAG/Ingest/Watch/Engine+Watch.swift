import Foundation
import RAGCore
import RAGIngest
import RAGStore

extension Engine {
  /// Ingests sources and then, until the iteration ends, what changes in their files.
  ///
  /// Changes are gathered until there are none for 0.2 seconds, for 2 seconds at most; then the
  /// files that changed are ingested, and documents leave the index whose files went. Each of these
  /// ingests ends with an ``IngestEvent/finished(_:)``, and takes and gives back the right to
  /// write, for which it waits. A file that is kept open is read when it has been closed, and of a
  /// drive that is mounted nothing is told.
  ///
  /// The stream throws as ``ingest(_:options:)`` does, and ``RAGError`` `limitExceeded` where the
  /// system does not let so many directories be watched.
  public func watch(
    _ sources: [IngestSource], options: IngestOptions = IngestOptions()
  ) -> AsyncThrowingStream<IngestEvent, any Error> {
    var options = options
    options.isDryRun = false
    let context = IngestContext(store: store, encoder: encoder, limits: limits, options: options)
    return IngestStream.events { events in
      try await IngestWatch(run: IngestRun(context: context, events: events)).watch(sources)
    }
  }
}

/// An ingest that goes on with the changes of its files.
struct IngestWatch {
  let run: IngestRun

  func watch(_ sources: [IngestSource]) async throws {
    let paths = sources.compactMap { if case .path(let path) = $0 { path } else { nil } }
    let watcher = try FileWatcher(
      paths: paths, ignoring: run.context.store?.directory.path ?? "")
    var changes = IngestChanges(paths: nil) { watcher.watch($0) }
    // A directory is watched before it is listed: nothing that changes meanwhile is missed.
    try await run.ingest(sources, changes: changes)
    while true {
      changes.paths = try await watcher.changes()
      try await ingest(watcher.roots, changes)
    }
  }

  private func ingest(_ roots: [String], _ changes: IngestChanges) async throws {
    while true {
      do {
        return try await run.ingest(roots.map(IngestSource.path), changes: changes)
      } catch RAGError.Code.busy {
        // Another writer is no reason to end.
        try await Task.sleep(for: .milliseconds(200))
      }
    }
  }
}
