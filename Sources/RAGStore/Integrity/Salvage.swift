import Foundation
import GRDB
import RAGCore

/// Copies the documents that are whole from a damaged database into a new one.
///
/// Rows are looked up one by one by their ids, which needs no index and only the pages on the way
/// to a row; each is held against its own checksum, as those of pages are not asked.
struct Salvage {
  let directory: IndexDirectory

  /// - Returns: the keys of the lost documents, or what is known of them.
  func run() async throws -> [String] {
    let damaged = try DatabaseQueue(path: CheckedVFS.uri(directory.database, verifying: false))
    directory.removeNewDatabase()
    let new = try Schema.newDatabase(in: directory)
    let lost = try await copy(from: damaged, to: new)
    // What the log holds goes into the damaged database, which is kept.
    try await damaged.writeWithoutTransaction { _ = try? $0.checkpoint(.truncate) }
    try damaged.close()
    try new.close()
    try directory.replaceDatabase()
    return lost
  }

  private func copy(from damaged: DatabaseQueue, to new: DatabaseQueue) async throws -> [String] {
    try await damaged.read { source in
      var settings = try readSettings(source)
      let chunks = try chunkIDs(upTo: settings.lastChunk, in: source)
      var lost: [String] = []
      var kept = 0
      try new.write { target in
        for id in 1...max(1, settings.lastDocument) {
          try Task.checkCancellation()
          do {
            guard let row = try read(source, "document", id: id) else { continue }
            let document = try DocumentRow(row)
            try copy(document, chunks: chunks[id] ?? [], settings, from: source, to: target)
            kept += 1
          } catch is CancellationError {
            throw CancellationError()
          } catch {
            lost.append(name(of: id, in: source))
          }
        }
        let nameless = settings.documentCount - kept - lost.count
        if nameless > 0 { lost.append("\(nameless) more, whose names are lost") }
        settings.documentCount = kept
        let mark = directory.revisionMark.read() ?? 0
        settings.revision = max(settings.revision, mark) + 1
        try settings.save(target)
      }
      return lost
    }
  }

  /// The facts about the index, without which no vector means anything.
  private func readSettings(_ source: Database) throws -> IndexSettings {
    do {
      return try IndexSettings.fetch(source)
    } catch {
      throw RAGError(
        .corrupt,
        "the index's settings are lost, and nothing can be saved; ingest into a new index",
        path: directory.path)
    }
  }

  private func read(_ source: Database, _ table: String, id: Int64) throws -> Row? {
    try Row.fetchOne(
      source.cachedStatement(sql: "SELECT * FROM \(table) WHERE rowid = ?"), arguments: [id])
  }

  /// The whole chunks of each document.
  private func chunkIDs(upTo last: Int64, in source: Database) throws -> [Int64: [Int64]] {
    var ids: [Int64: [Int64]] = [:]
    guard last > 0 else { return ids }
    for id in 1...last {
      try Task.checkCancellation()
      guard let row = try? read(source, "chunk", id: id), let chunk = try? ChunkRow(row) else {
        continue
      }
      ids[chunk.document, default: []].append(id)
    }
    return ids
  }

  private func copy(
    _ document: DocumentRow, chunks ids: [Int64], _ settings: IndexSettings,
    from source: Database, to target: Database
  ) throws {
    let chunks = try ids.compactMap { try read(source, "chunk", id: $0).map(ChunkRow.init) }
    guard chunks.map(\.ordinal).sorted() == Array(0..<document.chunkCount) else {
      throw RAGError(.corrupt, "a chunk is lost")
    }
    let vectors = try ids.compactMap { id in
      try read(source, "vector", id: id).map { try VectorRow($0, dimension: settings.dimension) }
    }
    guard settings.fingerprint == nil || vectors.count == chunks.count else {
      throw RAGError(.corrupt, "a vector is lost")
    }
    let kept = try read(source, "source", id: document.id).map { try SourceRow($0) }
    try target.inSavepoint {
      try document.save(target)
      try kept?.insert(target)
      try Store.insert(document.decodedMetadata(), document: document.id, in: target)
      for chunk in chunks { try chunk.save(target) }
      for vector in vectors { try vector.insert(target) }
      return .commit
    }
  }

  /// The key of a lost document, if that much can be read.
  private func name(of id: Int64, in source: Database) -> String {
    let key = try? String.fetchOne(
      source, sql: "SELECT key FROM document WHERE rowid = ?", arguments: [id])
    return key ?? "document \(id), whose name is lost"
  }
}
