import Foundation
import GRDB
import RAGCore
import RAGIndex

/// The vectors of one committed state: a graph, and a tail that it does not hold yet.
///
/// A search answers from graph plus tail, less what was deleted since the graph was written.
struct VectorIndex: Sendable {
  let revision: Int
  let generation: IndexSettings.Generation?
  let graph: GraphFile?
  /// Ids of the graph whose chunk is gone.
  let deleted: IDSet?
  let tail: FlatIndex?

  func nearest(
    to vector: [Float], count: Int, effort: SearchEffort, allowing allowed: IDSet?
  ) throws -> (matches: [Match], statistics: SearchStatistics?) {
    var matches = try tail?.search(vector, k: count, effort: .exact, allowing: allowed) ?? []
    let found = try graph?.search(
      VectorQuery(vector, k: count, effort: effort, allowing: allowed, excluding: deleted))
    matches += found?.matches ?? []
    matches.sort { $0.score != $1.score ? $0.score > $1.score : $0.id < $1.id }
    return (Array(matches.prefix(count)), found?.statistics)
  }
}

/// The vectors of the last state that was read, kept for the next read.
final class VectorIndexCache: Sendable {
  private let directory: IndexDirectory
  private let latest = Locked<VectorIndex?>(nil)

  init(directory: IndexDirectory) { self.directory = directory }

  /// The vectors of the state that `database` shows.
  ///
  /// - Complexity: O(1) when nothing was written since; else O(vectors not in the graph), and
  ///   O(all ids) when some were deleted.
  func index(for settings: IndexSettings, in database: Database) throws -> VectorIndex {
    let cached = latest.withLock { $0 }
    if let cached, cached.revision == settings.revision { return cached }
    let graph =
      cached?.generation == settings.generation
      ? cached?.graph : try settings.generation.map { try openGraph($0, settings: settings) }
    let index = VectorIndex(
      revision: settings.revision, generation: settings.generation, graph: graph,
      deleted: try deletedIDs(of: graph, in: database),
      tail: try tail(after: settings.generation?.lastChunk ?? 0, settings: settings, in: database))
    latest.withLock { current in
      if current.map({ $0.revision < index.revision }) ?? true { current = index }
    }
    return index
  }

  private func openGraph(
    _ generation: IndexSettings.Generation, settings: IndexSettings
  ) throws -> GraphFile {
    let path = directory.graph(generation.number)
    let graph: GraphFile
    do {
      graph = try GraphFile(path: path, expecting: generation.stamp)
    } catch var error as RAGError {
      error.message += " ('rag ingest' of anything builds the graph anew)"
      throw error
    }
    guard graph.dimension == settings.dimension else {
      throw RAGError(
        .corrupt, "has another dimension than the index's database says; ingest anew", path: path)
    }
    return graph
  }

  private func deletedIDs(of graph: GraphFile?, in database: Database) throws -> IDSet? {
    guard let graph, let last = try graph.ids().last else { return nil }
    let live = try Int.fetchOne(
      database, sql: "SELECT count(*) FROM vector WHERE chunk <= ?", arguments: [last])
    guard live != graph.count else { return nil }
    let ids = Set(
      try Int64.fetchAll(
        database, sql: "SELECT chunk FROM vector WHERE chunk <= ?", arguments: [last]))
    return IDSet(try graph.ids().filter { !ids.contains($0) })
  }

  func tail(
    after last: Int64, settings: IndexSettings, in database: Database
  ) throws -> FlatIndex? {
    guard let dimension = settings.dimension else { return nil }
    var tail = try FlatIndex(dimension: dimension, metric: .cosine, encoding: .float32)
    let rows = try Row.fetchCursor(
      database, sql: "SELECT chunk, elements FROM vector WHERE chunk > ? ORDER BY chunk",
      arguments: [last])
    while let row = try rows.next() {
      try tail.append(
        id: try row.value("chunk"),
        vector: [Float](vector: try row.value("elements"), dimension: dimension))
    }
    return tail
  }
}
