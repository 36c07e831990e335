import RAG
import RAGEval

/// A way of searching that is measured as a lane of its own.
struct EvalWay {
  let name: String
  let mode: SearchMode
  /// Whether the engine's reranker judges the best candidates.
  let isReranked: Bool

  /// A mode alone.
  init(_ mode: SearchMode) {
    name = mode.rawValue
    self.mode = mode
    isReranked = false
  }

  /// A mode whose best candidates are judged once more.
  init(reranking mode: SearchMode) {
    name = "rerank"
    self.mode = mode
    isReranked = true
  }

  func query(_ text: String, count: Int = 10) -> Query {
    var query = Query(text, count: count, mode: mode)
    if !isReranked { query.rerankCount = 0 }
    return query
  }

  /// The lane that searches an index in this way.
  func lane(of engine: Engine) -> Lane {
    Lane(name: name) { text, depth in
      var hits = try await EvalWay(mode).hits(text, depth: depth, of: engine)
      if isReranked {
        // What was judged comes first, and the others keep their order behind it.
        hits = try await engine.search(query(text, count: Query(text).rerankCount)) + hits
      }
      // By place and not by score: some hits give way to others that score less.
      return hits.enumerated().map {
        RankedList.Entry(documentID: $0.element.document.id, score: -Double($0.offset))
      }
    } search: { text in
      _ = try await engine.search(query(text))
    }
  }

  /// Hits in at least `depth` documents, if there are so many.
  private func hits(_ text: String, depth: Int, of engine: Engine) async throws -> [Hit] {
    var count = max(250, depth)
    while true {
      let hits = try await engine.search(query(text, count: count))
      if hits.count < count || count == engine.limits.hitCount
        || Set(hits.map(\.document.id)).count >= depth
      {
        return hits
      }
      count = min(4 * count, engine.limits.hitCount)
    }
  }
}
