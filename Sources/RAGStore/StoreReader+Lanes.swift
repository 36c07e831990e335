import GRDB
package import RAGCore
package import RAGIndex
import RAGLexical

extension StoreReader {
  /// The chunks that a filter allows, or nil for all.
  package func allowedChunks(_ filter: Filter?) throws -> IDSet? {
    guard let filter else { return nil }
    let request: SQLRequest<Int64> = """
      SELECT chunk.id FROM chunk JOIN document ON document.id = chunk.document
      WHERE \(FilterSQL(filter).condition) ORDER BY chunk.id
      """
    return IDSet(try request.fetchAll(database))
  }

  /// The `count` chunks nearest to a vector, best first, and what was done to find them, by the plan
  /// of the largest graph, if there is one; nil where there is no vector.
  /// - Throws: ``RAGError``: `dimensionMismatch`, `corrupt`, `cancelled`.
  package func nearest(
    to vector: [Float], count: Int, effort: SearchEffort = .recall(0.99),
    allowing allowed: IDSet? = nil
  ) throws -> (matches: [Match], statistics: SearchStatistics?) {
    try withUsableGenerations { state, generations in
      try vectorSearch(
        for: VectorQuery(vector, k: count, effort: effort, allowing: allowed), state, generations
      ).run()
    }
  }

  /// As ``nearest(to:count:effort:allowing:)``, on another thread while this one does `work`.
  package func nearest<Other>(
    to vector: [Float], count: Int, effort: SearchEffort, allowing allowed: IDSet?,
    while work: () throws -> Other
  ) throws -> (matches: [Match], other: Other) {
    let search = try withUsableGenerations { state, generations in
      try vectorSearch(
        for: VectorQuery(vector, k: count, effort: effort, allowing: allowed), state, generations)
    }
    let elsewhere = ConcurrentWork { try search.run() }
    let other = try work()
    guard let found = try? elsewhere.result() else {
      // What went wrong is met again here, where rows can take the place of a damaged graph.
      let found = try nearest(to: vector, count: count, effort: effort, allowing: allowed)
      return (found.matches, other)
    }
    return (found.matches, other)
  }

  private func vectorSearch(
    for query: VectorQuery, _ state: SearchState, _ generations: [Generation]
  ) throws -> VectorSearch {
    var query = query
    if state.tombstones.count > 0 { query.excluding = state.tombstones }
    return VectorSearch(
      query: query, graphs: try generations.compactMap(graph(of:)),
      tail: try vectorTail(after: generations.last?.lastChunk ?? 0))
  }

  /// All vectors as they were put in, for exact searches: what ``nearest(to:count:effort:allowing:)``
  /// comes near to. Nil in an index without vectors.
  /// - Complexity: O(vectors), in time and in memory.
  package func exactVectors() throws -> FlatIndex? {
    guard let dimension = settings.dimension else { return nil }
    var index = try FlatIndex(dimension: dimension, metric: .cosine, encoding: .float32)
    try VectorRow.forEach(
      of: ChunkIDs(after: 0, last: settings.lastChunk), dimension: dimension, in: database
    ) {
      try index.append(id: $0.chunk, vector: $0.elements)
    }
    return index
  }

  /// The `count` chunks with the best BM25 score for a text, best first; higher is better.
  ///
  /// Robertson & Zaragoza 2009 (k1 = 1.2, b = 0.75) over title, headings and text together.
  package func lexicalMatches(
    _ text: String, count: Int, allowing allowed: IDSet? = nil
  ) throws -> [Match] {
    let query = LexicalQuery(text)
    return try withUsableGenerations { state, generations in
      try LexicalSearch.search(
        query, in: generations.map { try files.terms(of: $0) },
        memory: try termTail(after: generations.last?.lastChunk ?? 0), k: count,
        allowing: allowed, excluding: state.tombstones.count > 0 ? state.tombstones : nil)
    }
  }

  /// What a chunk would score at most for a text, as ``lexicalMatches(_:count:allowing:)`` does.
  package func lexicalCeiling(_ text: String) throws -> Double {
    let query = LexicalQuery(text)
    return try withUsableGenerations { _, generations in
      try LexicalSearch.ceiling(
        of: query, in: generations.map { try files.terms(of: $0) },
        memory: try termTail(after: generations.last?.lastChunk ?? 0))
    }
  }

  /// How much of a text's words chunks hold, by id: from 0, where a chunk is left out, to 1, rare
  /// words counting more.
  package func lexicalCoverage(_ text: String, by chunks: IDSet) throws -> [Int64: Double] {
    let query = LexicalQuery(text)
    return try withUsableGenerations { _, generations in
      try LexicalSearch.coverage(
        of: query, by: chunks, in: generations.map { try files.terms(of: $0) },
        memory: try termTail(after: generations.last?.lastChunk ?? 0))
    }
  }

  /// Runs a search over the generations that can be used; again without one that turns out to be
  /// damaged, so that the rows answer in its place.
  func withUsableGenerations<Result>(
    _ body: (SearchState, [Generation]) throws -> Result
  ) throws -> Result {
    let state = try state()
    while true {
      let usable = files.usable(state.generations)
      do {
        return try body(state, usable)
      } catch RAGError.Code.notFound where mayBeStale {
        throw StaleState()
      } catch  where files.noteDamage(error, in: usable) {
        continue
      }
    }
  }
}

/// A search for vectors that asks the database nothing more: any thread can do it.
private struct VectorSearch: Sendable {
  var query: VectorQuery
  var graphs: [GraphFile]
  var tail: FlatIndex?

  func run() throws -> (matches: [Match], statistics: SearchStatistics?) {
    var found = try graphs.map { try $0.search(query) }
    if let tail {
      var query = query
      query.effort = .exact
      found.append(try tail.search(query))
    }
    let matches = found.flatMap(\.matches).sorted(by: Match.precedes)
    let statistics = found.dropFirst().reduce(found.first?.statistics) {
      $0?.adding($1.statistics)
    }
    return (Array(matches.prefix(query.k)), statistics)
  }
}
