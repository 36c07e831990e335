package import RAGCore
import RAGIndex
package import RAGStore

/// Runs queries over a store: lanes, filter, fusion, hits.
package struct Retriever: Sendable {
  package var store: Store
  /// Nil in an index that is searched by words or by the host's vectors only.
  package var embedder: (any Embedder)?
  /// Nil where candidates keep the order of their fused scores.
  package var reranker: (any Reranker)?
  package var limits: Limits

  package init(
    store: Store, embedder: (any Embedder)?, reranker: (any Reranker)?, limits: Limits
  ) {
    self.store = store
    self.embedder = embedder
    self.reranker = reranker
    self.limits = limits
  }

  /// The hits of a query, best first.
  /// - Throws: ``RAGError``: `invalidInput`, `limitExceeded`, `modelMismatch`,
  ///   `dimensionMismatch`, `corrupt`, `io`, `cancelled`.
  package func search(_ query: Query) async throws -> [Hit] {
    try await withCandidates(of: query) { candidates, vector, reader in
      try hits(of: query, vector: vector, from: candidates, reader)
    }
  }

  /// The highest evidence of what ``search(_:)`` chooses hits from, also where it is less than
  /// ``Query/minimumEvidence``; nil where nothing is found, or the query has no words.
  /// - Throws: As ``search(_:)``.
  package func bestEvidence(_ query: Query) async throws -> Double? {
    try await withCandidates(of: query) { candidates, vector, reader in
      try evidence(query, vector: vector, of: candidates.map(\.id), reader).values.max()
    }
  }

  /// Runs `body` with what hits are chosen from, best first, and the query's vector.
  private func withCandidates<Result: Sendable>(
    of query: Query, _ body: @Sendable ([Fusion.Candidate], [Float]?, StoreReader) throws -> Result
  ) async throws -> Result {
    try query.validate(limits)
    let vector = try await queryVector(query)
    guard let reranker, query.rerankCount > 0, query.hasWords else {
      return try await store.read { reader in
        try body(found(query, vector: vector, reader), vector, reader)
      }
    }
    let candidates = try await reranked(query, vector: vector, by: reranker)
    return try await store.read { reader in
      // What was removed meanwhile is no hit.
      let there = Set(try reader.chunks(candidates.map(\.id)).map(\.id))
      return try body(candidates.filter { there.contains($0.id) }, vector, reader)
    }
  }

  private func found(
    _ query: Query, vector: [Float]?, _ reader: StoreReader
  ) throws -> [Fusion.Candidate] {
    try candidates(
      query, vector: vector, allowing: reader.allowedChunks(query.filter), reader)
  }

  /// The candidates that the reranker judged, in its order, and no others: scores of two kinds do
  /// not compare.
  private func reranked(
    _ query: Query, vector: [Float]?, by reranker: any Reranker
  ) async throws -> [Fusion.Candidate] {
    let count = max(query.rerankCount, wanted(query))
    let (candidates, passages) = try await store.read { reader in
      let candidates = Array(try found(query, vector: vector, reader).prefix(count))
      return (candidates, try reader.chunks(candidates.map(\.id)).map(Self.passage))
    }
    let scores = try await reranker.scores(of: passages, for: query.text)
    guard scores.count == candidates.count, scores.allSatisfy(\.isFinite) else {
      throw RAGError(
        .invalidInput,
        "the reranker \(reranker.name) gave \(scores.count) scores for \(candidates.count) passages, or one that is no number"
      )
    }
    return zip(candidates, scores).map { candidate, score in
      var candidate = candidate
      candidate.score = score
      return candidate
    }.sorted(by: Fusion.Candidate.precedes)
  }

  /// What is judged of a chunk: its headings say what it is about.
  private static func passage(_ chunk: StoredChunk) -> String {
    (chunk.headings.suffix(1).filter { !chunk.text.hasPrefix($0) } + [chunk.text])
      .joined(separator: "\n")
  }

  private func hits(
    of query: Query, vector: [Float]?, from found: [Fusion.Candidate], _ reader: StoreReader
  ) throws -> [Hit] {
    var found = found
    if let minimum = query.minimumEvidence {
      // Of all candidates, before any is chosen: what is left out must not hang on the count.
      let evidence = try evidence(query, vector: vector, of: found.map(\.id), reader)
      found.removeAll { evidence[$0.id] ?? 0 < minimum }
    }
    let hits = try HitSelection(reader: reader, query: query).hits(from: found)
    let evidence = try evidence(query, vector: vector, of: hits.map(\.candidate.id), reader)
    let chunks = try reader.chunks(hits.map(\.candidate.id))
    let byID = Dictionary(uniqueKeysWithValues: chunks.map { ($0.id, $0) })
    return try hits.enumerated().map { index, hit in
      let candidate = hit.candidate
      guard let chunk = byID[candidate.id] else {
        throw RAGError(
          .corrupt, "chunk \(candidate.id) was found, and has no row; run 'rag repair'",
          path: store.directory.path)
      }
      return Hit(
        rank: index + 1, score: candidate.score, evidence: evidence[candidate.id], chunk: chunk,
        context: hit.context, lanes: query.explains ? candidate.lanes : nil)
    }
  }

  /// What the lanes find, fused.
  private func candidates(
    _ query: Query, vector: [Float]?, allowing allowed: IDSet?, _ reader: StoreReader
  ) throws -> [Fusion.Candidate] {
    let familiarity = query.fusion == .calibrated ? familiarity(query) : 1
    let lanes = try lanes(query, vector: vector, familiarity, allowing: allowed, reader)
    try Cancellation.check()
    guard query.fusion == .calibrated, lanes.count > 1, let vector else {
      return query.fusion.fuse(lanes)
    }
    let hasWordsInCommon = lanes[.lexical]?.isEmpty == false
    return try CalibratedFusion(
      reader: reader, query: query, vector: vector, trust: hasWordsInCommon ? familiarity : 1
    ).fuse(lanes)
  }

  /// What each lane finds by itself; two do so at the same time.
  ///
  /// A vector that is not to be trusted is better than nothing where there is no word in common.
  private func lanes(
    _ query: Query, vector: [Float]?, _ familiarity: Double, allowing allowed: IDSet?,
    _ reader: StoreReader
  ) throws -> [Hit.Lane: [Match]] {
    func words() throws -> [Match] {
      try reader.lexicalMatches(query.text, count: depth(query), allowing: allowed)
    }
    func vectors(_ vector: [Float]) throws -> [Match] {
      try nearest(to: vector, query, allowing: allowed, reader).matches
    }
    guard let vector else { return [.lexical: try words()] }
    guard query.mode.includes(.lexical) else { return [.vector: try vectors(vector)] }
    guard familiarity > 0 else {
      let words = try words()
      return words.isEmpty
        ? [.vector: try vectors(vector), .lexical: []] : [.lexical: words]
    }
    let both = try reader.nearest(
      to: vector, count: depth(query), effort: .recall(query.recall), allowing: allowed,
      while: words)
    return [.vector: both.matches, .lexical: both.other]
  }

  /// How far the query's vector is to be trusted.
  private func familiarity(_ query: Query) -> Double {
    guard query.vector == nil, let embedder else { return 1 }
    return embedder.familiarity(with: query.text)
  }

  /// How probable it is that chunks answer a query, by id; of a vector without words nothing is said.
  func evidence(
    _ query: Query, vector: [Float]?, of chunks: [Int64], _ reader: StoreReader
  ) throws -> [Int64: Double] {
    guard query.hasWords else { return [:] }
    return try EvidenceModel(
      reader: reader, text: query.text, vector: vector, familiarity: familiarity(query)
    ).evidence(of: chunks)
  }

  /// What the vector lane does for a query; nil where it takes no part.
  /// - Throws: As ``search(_:)``.
  package func explain(_ query: Query) async throws -> VectorLaneReport? {
    try query.validate(limits)
    guard let vector = try await queryVector(query) else { return nil }
    return try await store.read { reader in
      let allowed = try reader.allowedChunks(query.filter)
      return VectorLaneReport(try nearest(to: vector, query, allowing: allowed, reader).statistics)
    }
  }

  private func nearest(
    to vector: [Float], _ query: Query, allowing allowed: IDSet?, _ reader: StoreReader
  ) throws -> (matches: [Match], statistics: SearchStatistics?) {
    try reader.nearest(
      to: vector, count: depth(query), effort: .recall(query.recall), allowing: allowed)
  }

  /// The candidates of a lane. What has words is chosen from lists of a length that does not depend
  /// on how many hits are wanted, as long as these are few: two lanes are fused, some chunks say the
  /// same, and some have too little evidence.
  private func depth(_ query: Query) -> Int {
    let count = reranker == nil ? wanted(query) : max(wanted(query), query.rerankCount)
    return query.hasWords ? max(count, 200) : count
  }

  /// The candidates that hits are chosen from: more than the hits where some give way to others.
  private func wanted(_ query: Query) -> Int {
    let gives = query.contextTokenCount != nil || query.diversity > 0
    return gives ? Diversity.poolFactor * query.count : query.count
  }

  /// The vector that the query's vector lane searches with; nil in lexical mode.
  func queryVector(_ query: Query) async throws -> [Float]? {
    guard query.mode.includes(.vector) else { return nil }
    let settings = try await store.read { $0.settings }
    let path = store.directory.path
    if query.mode == .vector, settings.dimension == nil,
      try await store.read({ try $0.counts().chunks }) > 0
    {
      throw RAGError(
        .invalidInput,
        "the index holds no vectors: it was made without an encoder; search it by words (lexical), or ingest with an encoder into a new one",
        path: path)
    }
    if let vector = query.vector {
      if let dimension = settings.dimension, vector.count != dimension {
        throw RAGError(
          .dimensionMismatch,
          "the query's vector has \(vector.count) elements, the index's have \(dimension)",
          path: path)
      }
      guard vector.allSatisfy(\.isFinite) else {
        throw RAGError(.invalidInput, "the query's vector has an element that is not finite")
      }
      return vector
    }
    guard let embedder else {
      throw RAGError(
        .invalidInput, "searching by meaning needs an encoder; name one, or use lexical mode",
        path: path)
    }
    try settings.requireSame(encoder: embedder, path: path)
    return try await embedder.vectors(of: [query.text], as: .query)[0]
  }
}

extension Hit {
  init(
    rank: Int, score: Double, evidence: Double?, chunk: StoredChunk, context: Context?,
    lanes: [Lane: LaneScore]?
  ) {
    self.init(
      rank: rank, score: score, evidence: evidence,
      document: DocumentReference(
        id: chunk.document.key, path: chunk.document.filePath, title: chunk.document.title,
        converter: chunk.document.converter),
      chunk: ChunkReference(id: chunk.id, text: chunk.text, headings: chunk.headings),
      span: chunk.span, lanes: lanes)
    self.context = context
  }
}
