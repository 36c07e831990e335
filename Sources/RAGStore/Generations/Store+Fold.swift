import Foundation
import GRDB
import RAGCore
import RAGIndex
import RAGLexical

extension Store {
  /// Makes the tail a generation, and generations one, if the policy says that it is due.
  ///
  /// The caller holds the writer's lock. Readers keep the generations they have; files that no
  /// state names any more are removed when the new state is committed. Cancelled or interrupted,
  /// it leaves the state as it was, and the next call begins anew.
  /// - Complexity: O(chunks folded) distances times log(chunks), and one write of their files.
  package func foldIfNeeded(policy: FoldPolicy = FoldPolicy()) async throws {
    let kept = try await read { reader -> Int? in
      let state = try reader.state()
      let usable = reader.files.usable(state.generations)
      // Of damaged files, or of other parameters: all is there to build them anew.
      if usable.count < state.generations.count { return usable.count }
      if let first = usable.first, let graph = try reader.graph(of: first),
        graph.parameters != policy.parameters
      {
        return 0
      }
      return policy.generationsToKeep(
        chunkCounts: state.generations.map(\.chunkCount),
        tail: try reader.chunkCount(after: state.generations.last?.lastChunk ?? 0),
        tombstones: state.tombstones.count)
    }
    if let kept { try await fold(keeping: kept, parameters: policy.parameters) }
  }

  /// Ends a run of writes: folds what is due, gives free space back, and empties the log.
  ///
  /// A log that stays is a risk: of a damaged one SQLite's recovery drops the end without a word.
  /// - Returns: false where the device is too full for that: what was written stays as it is, and
  ///   the next run tries again.
  @discardableResult
  package func settle(policy: FoldPolicy = FoldPolicy()) async throws -> Bool {
    guard let writer else { throw notWritable }
    var hasRoom = true
    do {
      try await foldIfNeeded(policy: policy)
      try await giveBackSpace()
    } catch RAGError.Code.diskFull {
      hasRoom = false
      // What a fold had written before.
      try await removeLeftovers()
    }
    try await mappingErrors(directory.path) {
      try await writer.writeWithoutTransaction { $0.emptyLog() }
    }
    return hasRoom
  }

  private func giveBackSpace() async throws {
    try await mappingErrors(directory.path) {
      try await writer?.writeWithoutTransaction { database in
        let free = try Int.fetchOne(database, sql: "PRAGMA freelist_count") ?? 0
        let all = try Int.fetchOne(database, sql: "PRAGMA page_count") ?? 0
        if free > 256, free * 5 > all {
          _ = try Row.fetchAll(database, sql: "PRAGMA incremental_vacuum")
        }
      }
    }
  }

  /// Makes one generation of all chunks, without a trace of those removed, and gives space that is
  /// not needed any more back to the file system.
  package func compact(policy: FoldPolicy = FoldPolicy()) async throws {
    guard let writer else { throw notWritable }
    try await fold(keeping: 0, parameters: policy.parameters)
    try await mappingErrors(directory.path) {
      try await writer.vacuum()
      try await writer.writeWithoutTransaction { $0.emptyLog() }
    }
  }

  /// Makes one generation of all that follows the first `kept` ones.
  private func fold(keeping kept: Int, parameters: HNSWParameters) async throws {
    guard let writer else { throw notWritable }
    try requireInPlace()
    // Else what many batches and folds left behind would add up.
    defer { SystemCalls.releaseFreedMemory() }
    let folded = try await read { reader in
      try Fold(reader: reader, directory: directory, parameters: parameters).run(keeping: kept)
    }
    let isCurrent = try await mappingErrors(directory.path) {
      try await writer.write { database in
        var settings = try IndexSettings.fetch(database)
        // Whatever was written meanwhile is not in the files.
        guard settings.revision == folded.revision else { return false }
        try database.execute(
          sql: "DELETE FROM generation WHERE lastChunk > ?", arguments: [folded.after])
        try database.execute(
          sql: "DELETE FROM tombstone WHERE chunk > ?", arguments: [folded.after])
        try folded.generation?.insert(database)
        settings.revision += 1
        if let number = folded.generation?.number { settings.lastGeneration = number }
        try settings.save(database)
        return true
      }
    }
    if isCurrent { try markRevision(folded.revision + 1) }
    try await removeLeftovers()
  }

  /// Removes the files of generations that the current state does not name.
  ///
  /// The caller holds the writer's lock.
  func removeLeftovers() async throws {
    let generations = try await read { try $0.state().generations }
    try requireInPlace()
    directory.removeLeftovers(keeping: generations.map(\.number))
    files.close(except: generations)
  }
}

/// One fold: from the rows and files of a state to the files of a new generation.
private struct Fold {
  let reader: StoreReader
  let directory: IndexDirectory
  let parameters: HNSWParameters
  private let threads = ProcessInfo.processInfo.activeProcessorCount

  init(reader: StoreReader, directory: IndexDirectory, parameters: HNSWParameters) {
    self.reader = reader
    self.directory = directory
    self.parameters = parameters
  }

  struct Result: Sendable {
    /// Of the state that was folded.
    var revision: Int
    /// The chunk behind which the new generation begins.
    var after: Int64
    /// Nil when no chunk is left.
    var generation: Generation?
  }

  func run(keeping kept: Int) throws -> Result {
    let state = try reader.state()
    let after = kept == 0 ? 0 : state.generations[kept - 1].lastChunk
    let old = Array(reader.files.usable(state.generations).dropFirst(kept))
    var result = Result(revision: state.revision, after: after, generation: nil)
    let count = try reader.chunkCount(after: after)
    guard count > 0 else { return result }
    let number = reader.settings.lastGeneration + 1
    let gone = IDSet(state.tombstones.sorted.filter { $0 > after })
    result.generation = Generation(
      number: number, lastChunk: reader.settings.lastChunk, chunkCount: count,
      graph: try writeGraph(number, from: old.first, after: after, without: gone),
      terms: try writeTerms(number, from: old, after: after, without: gone))
    return result
  }

  /// Vectors held in memory at once beside the graph.
  private static let foldedAtOnce = 16_384

  private func writeGraph(
    _ number: Int, from old: Generation?, after: Int64, without gone: IDSet
  ) throws -> FileStamp? {
    guard let dimension = reader.settings.dimension else { return nil }
    var known = try old.flatMap { try reader.graph(of: $0) }
    // A graph of other parameters is not extended but built anew, from all vectors.
    if known?.parameters != parameters { known = nil }
    let graph =
      try known.map { try MutableGraph($0) }
      ?? MutableGraph(dimension: dimension, metric: .cosine, parameters: parameters)
    try graph.delete(gone, threads: threads)
    var ids: [Int64] = []
    var vectors: [Float] = []
    func insert() throws {
      try graph.insert(ids: ids, vectors: vectors, threads: threads)
      ids.removeAll(keepingCapacity: true)
      vectors.removeAll(keepingCapacity: true)
    }
    let start = known == nil ? after : old?.lastChunk ?? after
    try VectorRow.forEach(after: start, dimension: dimension, in: reader.database) { row in
      ids.append(row.chunk)
      vectors += row.elements
      if ids.count == Self.foldedAtOnce { try insert() }
    }
    try insert()
    guard graph.count > 0 else { return nil }
    return try GraphFile.write(graph, to: directory.graph(number), threads: threads)
  }

  private func writeTerms(
    _ number: Int, from old: [Generation], after: Int64, without gone: IDSet
  ) throws -> FileStamp {
    try LexicalFile.write(
      merging: try old.map { try reader.files.terms(of: $0) }, excluding: gone,
      adding: try reader.termTail(after: old.last?.lastChunk ?? after),
      to: directory.terms(number))
  }
}
