import Foundation
import RAGCore
import RAGIndex
import RAGLexical

/// One fold: from the rows and files of a state to the files of a new generation.
struct Fold {
  let reader: StoreReader
  let directory: IndexDirectory
  let policy: FoldPolicy
  private let threads = ProcessInfo.processInfo.activeProcessorCount

  init(reader: StoreReader, directory: IndexDirectory, policy: FoldPolicy) {
    self.reader = reader
    self.directory = directory
    self.policy = policy
  }

  struct Result: Sendable {
    /// Of the state that was folded.
    var revision: Int
    /// The chunks that were folded, those removed included.
    var chunks: ChunkIDs
    /// Nil when no chunk is left.
    var generation: Generation?
  }

  func run(_ due: FoldPolicy.Due) throws -> Result {
    let state = try reader.state()
    let range = due.generations
    let after = range.lowerBound == 0 ? 0 : state.generations[range.lowerBound - 1].lastChunk
    let end = range.isEmpty ? after : state.generations[range.upperBound - 1].lastChunk
    // All of the tail is whatever lies behind, also ids that a damaged database made up.
    let last = due.takesTail ? max(end, try lastThatFits(after: after) ?? .max) : end
    let old = Array(reader.files.usable(state.generations).prefix(range.upperBound))
      .dropFirst(range.lowerBound)
    let chunks = ChunkIDs(after: after, last: last)
    var result = Result(revision: state.revision, chunks: chunks, generation: nil)
    let count = try reader.chunkCount(in: chunks)
    guard count > 0 else { return result }
    let number = reader.settings.lastGeneration + 1
    let gone = IDSet(state.tombstones.sorted.filter(chunks.contains))
    result.generation = Generation(
      number: number, lastChunk: min(last, max(end, reader.settings.lastChunk)), chunkCount: count,
      graph: try writeGraph(number, from: old.first, of: chunks, without: gone),
      terms: try writeTerms(number, from: Array(old), of: chunks, without: gone))
    return result
  }

  /// The last chunk that fits into a generation which begins behind chunk `after`; nil where all do.
  private func lastThatFits(after: Int64) throws -> Int64? {
    let next = try reader.chunk(policy.capacity + 1, after: after)
    return next == nil ? nil : try reader.chunk(policy.capacity, after: after)
  }

  /// Vectors held in memory at once beside the graph.
  private static let foldedAtOnce = 16_384

  private func writeGraph(
    _ number: Int, from old: Generation?, of chunks: ChunkIDs, without gone: IDSet
  ) throws -> FileStamp? {
    guard let dimension = reader.settings.dimension else { return nil }
    var known = try old.flatMap { try reader.graph(of: $0) }
    // A graph of other parameters is not extended but built anew, from all vectors.
    if known?.parameters != policy.parameters { known = nil }
    let graph =
      try known.map { try MutableGraph($0) }
      ?? MutableGraph(dimension: dimension, metric: .cosine, parameters: policy.parameters)
    try graph.delete(gone, threads: threads)
    var ids: [Int64] = []
    var vectors: [Float] = []
    func insert() throws {
      try graph.insert(ids: ids, vectors: vectors, threads: threads)
      ids.removeAll(keepingCapacity: true)
      vectors.removeAll(keepingCapacity: true)
    }
    let fresh = known == nil ? chunks : chunks.behind(old)
    try VectorRow.forEach(of: fresh, dimension: dimension, in: reader.database) { row in
      ids.append(row.chunk)
      vectors += row.elements
      if ids.count == Self.foldedAtOnce { try insert() }
    }
    try insert()
    guard graph.count > 0 else { return nil }
    return try GraphFile.write(graph, to: directory.graph(number), threads: threads)
  }

  private func writeTerms(
    _ number: Int, from old: [Generation], of chunks: ChunkIDs, without gone: IDSet
  ) throws -> FileStamp {
    // Texts of an older analysis are read again.
    let files = try old.map { try reader.files.terms(of: $0) }.prefix { $0.isOfNewestAnalysis }
    return try LexicalFile.write(
      merging: Array(files), excluding: gone,
      adding: try reader.terms(of: chunks.behind(old.prefix(files.count).last)),
      to: directory.terms(number))
  }
}
