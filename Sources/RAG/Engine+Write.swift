import Foundation
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
    try await remove(wait) { reader in
      try ids.filter { try reader.documentState($0) != nil }
    }.count
  }

  /// Removes whatever each name may mean, in one commit: the document of an id, that of a file, those
  /// of all files below a directory, and the records that were ingested from memory under an id. The
  /// files themselves are not touched.
  /// - Returns: the ids of what was removed, and the names that mean nothing in the index.
  @discardableResult
  public func delete(
    named names: [String], wait: Duration = .seconds(5)
  ) async throws -> (ids: [String], unknown: [String]) {
    let unknown = Locked<[String]>([])
    let ids = try await remove(wait) { reader in
      unknown.withLock { $0 = [] }
      return try names.flatMap { name in
        let keys = try reader.documentKeys(named: name)
        if keys.isEmpty { unknown.withLock { $0.append(name) } }
        return keys
      }
    }
    return (ids, unknown.withLock { $0 })
  }

  /// Removes the documents that a filter matches, and returns their ids.
  @discardableResult
  public func delete(where filter: Filter, wait: Duration = .seconds(5)) async throws -> [String] {
    try await remove(wait) { try $0.documentKeys(matching: filter) }
  }

  /// Removes the documents that are chosen of the newest state.
  private func remove(
    _ wait: Duration, _ choose: @Sendable (StoreReader) throws -> [String]
  ) async throws -> [String] {
    let lock = try await store.lockForWriting(wait: wait)
    defer { withExtendedLifetime(lock) {} }
    // By their bytes: `==` takes é for e with an accent.
    var keys: [[UInt8]: String] = [:]
    for key in try await store.read(choose) { keys[Array(key.utf8)] = key }
    guard !keys.isEmpty else { return [] }
    let sorted = keys.values.sorted()
    try await store.apply(sorted.map { .remove(key: $0) }, encoder: nil, chunking: nil)
    try await store.settle()
    return sorted
  }
}

extension StoreReader {
  /// The keys of the documents that a name may mean.
  fileprivate func documentKeys(named name: String) throws -> [String] {
    // A link is a document of its own, apart from that of its target, and a directory is none.
    let path = name.locatedPath
    var keys = try documentKeys(under: path)
    if keys.isEmpty, let target = path.resolvedPath { keys = try documentKeys(under: target) }
    if try documentState(name) != nil { return keys + [name] }
    // Every record says its line.
    return try keys
      + documentKeys(
        matching: .and([
          .hasPrefix(field: "id", name + "#"), .not(.exists(field: "path")),
          .range(field: "line", .init(lower: .number(1))),
        ]))
  }
}
