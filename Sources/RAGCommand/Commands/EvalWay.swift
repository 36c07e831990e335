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
      let found = try await EvalWay(mode).entries(text, depth: depth, of: engine)
      guard isReranked else { return found }
      // What was judged comes first, and the others keep their order behind it.
      let judged = try await engine.search(query(text, count: Query(text).rerankCount))
      let ids = judged.map(\.document.id) + found.map(\.documentID)
      return ids.enumerated().map {
        RankedList.Entry(documentID: $0.element, score: -Double($0.offset))
      }
    } search: { text in
      _ = try await engine.search(query(text))
    }
  }

  /// At least `depth` documents, if there are so many; one with several chunks more than once.
  private func entries(
    _ text: String, depth: Int, of engine: Engine
  ) async throws -> [RankedList.Entry] {
    var count = max(250, depth)
    while true {
      let hits = try await engine.search(query(text, count: count))
      if hits.count < count || count == engine.limits.hitCount
        || Set(hits.map(\.document.id)).count >= depth
      {
        return hits.map { RankedList.Entry(documentID: $0.document.id, score: $0.score) }
      }
      count = min(4 * count, engine.limits.hitCount)
    }
  }
}
