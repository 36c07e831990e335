import Foundation
import GRDB
import RAGCore
package import RAGIndex

/// When vectors move from the tail, which is scanned, into the graph.
package struct FoldPolicy: Sendable {
  /// Under this many vectors a scan is fast enough, and there is no graph.
  package var smallestGraph = 2_000
  package var parameters = HNSWParameters()
  /// The graph is written anew when tail and deleted ids outgrow this part of it.
  package var outgrownFraction = 0.1

  package init() {}

  /// What to do with `graph` vectors in the graph, of which `deleted` are gone, and a tail.
  func decision(graph: Int, tail: Int, deleted: Int) -> Decision {
    if graph - deleted + tail < smallestGraph { return graph == 0 ? .keep : .drop }
    return Double(tail + deleted) > outgrownFraction * Double(graph) ? .write : .keep
  }

  enum Decision {
    case keep
    case write
    case drop
  }
}

extension Store {
  /// Writes a new generation of the graph, or drops it, if the policy says that it is due.
  ///
  /// The caller holds the writer's lock. Readers keep the generation they have; the file of the
  /// last one is removed when the new one is committed.
  /// - Complexity: O(vectors new or deleted) distances times log(vectors), and one write of all.
  package func foldIfNeeded(policy: FoldPolicy = FoldPolicy()) async throws {
    guard let writer else { throw notWritable }
    let index = try await read { try $0.vectorsForFolding() }
    var generation: IndexSettings.Generation?
    // Other parameters, or a graph file that is lost or damaged: the vectors are all there.
    let isOutdated = index.generation != nil && index.graph?.parameters != policy.parameters
    switch policy.decision(
      graph: index.graph?.count ?? 0, tail: index.tail?.count ?? 0,
      deleted: index.deleted?.count ?? 0)
    {
    case .keep where isOutdated: generation = try await writeGraph(folding: index, policy: policy)
    case .keep: return
    case .drop: break
    case .write: generation = try await writeGraph(folding: index, policy: policy)
    }
    try await mappingErrors(directory.path) {
      try await writer.write { [generation] database in
        var settings = try IndexSettings.fetch(database)
        settings.generation = generation
        settings.revision += 1
        try settings.save(database)
      }
    }
    directory.removeLeftovers(keeping: generation?.number)
  }

  /// Vectors held in memory at once beside the graph.
  private static let foldedAtOnce = 16_384

  private func writeGraph(
    folding index: VectorIndex, policy: FoldPolicy
  ) async throws -> IndexSettings.Generation {
    try await read { [directory] reader in
      let dimension = reader.settings.dimension ?? 0
      let threads = ProcessInfo.processInfo.activeProcessorCount
      // A graph of other parameters is not extended but built anew, from all vectors.
      let known = index.graph.flatMap { $0.parameters == policy.parameters ? $0 : nil }
      let graph =
        try known.map { try MutableGraph($0) }
        ?? MutableGraph(
          dimension: dimension, metric: .cosine, parameters: policy.parameters)
      if let deleted = index.deleted { graph.delete(deleted, threads: threads) }
      var last = known == nil ? 0 : index.generation?.lastChunk ?? 0
      let rows = try Row.fetchCursor(
        reader.database, sql: "SELECT chunk, elements FROM vector WHERE chunk > ? ORDER BY chunk",
        arguments: [last])
      var ids: [Int64] = []
      var vectors: [Float] = []
      while let row = try rows.next() {
        last = try row.value("chunk")
        ids.append(last)
        vectors += try [Float](vector: try row.value("elements"), dimension: dimension)
        if ids.count == Self.foldedAtOnce {
          try graph.insert(ids: ids, vectors: vectors, threads: threads)
          ids.removeAll(keepingCapacity: true)
          vectors.removeAll(keepingCapacity: true)
        }
      }
      try graph.insert(ids: ids, vectors: vectors, threads: threads)
      let number = (index.generation?.number ?? 0) + 1
      let stamp = try GraphFile.write(
        graph, to: directory.graph(number), threads: threads)
      return IndexSettings.Generation(number: number, stamp: stamp, lastChunk: last)
    }
  }
}

extension StoreReader {
  /// The vectors as they are; a graph file that cannot be used counts as none.
  fileprivate func vectorsForFolding() throws -> VectorIndex {
    do {
      return try vectors.index(for: settings, in: database)
    } catch let error as RAGError {
      guard settings.generation != nil,
        [.corrupt, .incompatibleFormat, .notFound, .io, .invalidInput].contains(error.code)
      else { throw error }
      return VectorIndex(
        revision: settings.revision, generation: settings.generation, graph: nil, deleted: nil,
        tail: nil)
    }
  }
}
