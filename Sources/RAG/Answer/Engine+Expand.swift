public import RAGCore
public import RAGGenerate
public import RAGRetrieve

extension Engine {
  /// The chunks that answer a query, found with the help of a model: one call of it.
  ///
  /// With ``QueryExpansion/rewordings(_:)``, the scores of hits are those of the fused lists.
  /// ``QueryExpansion/imaginedPassage`` needs an encoder that knows the question's script, and
  /// makes no difference else.
  /// - Throws: What ``search(_:)`` throws, and ``RAGError``: `backend`, `limitExceeded`.
  public func search(
    _ query: Query, expandedBy expansion: QueryExpansion, from backend: any ModelBackend
  ) async throws -> [Hit] {
    try query.validate(limits)
    let expander = QueryExpander(backend, limits: limits)
    switch expansion {
    case .rewordings(let count):
      let rewordings = try await expander.rewordings(of: query.text, count: count)
      return try await fusedHits(query, rewordings)
    case .imaginedPassage:
      guard let encoder, query.mode != .lexical, query.vector == nil,
        encoder.familiarity(with: query.text) > 0
      else { return try await search(query) }
      let passage = try await expander.imaginedPassage(answering: query.text)
      let asked = try await encoder.vectors(of: [query.text], as: .query)[0]
      let imagined = try await encoder.vectors(of: [passage], as: .passage)[0]
      var expanded = query
      expanded.vector = zip(asked, imagined).map { $0 + $1 }
      return try await search(expanded)
    }
  }

  /// The hits of a query and of its rewordings, by reciprocal rank; equal sums in the order of the
  /// lists. Of a hit's evidence for several wordings the best counts.
  func fusedHits(_ query: Query, _ rewordings: [String]) async throws -> [Hit] {
    var lists = [try await search(query)]
    for text in rewordings {
      var reworded = query
      reworded.text = text
      lists.append(try await search(reworded))
    }
    var scores: [Int64: Double] = [:]
    var evidence: [Int64: Double] = [:]
    var hits: [Hit] = []
    for hit in lists.joined() {
      if scores[hit.chunk.id] == nil { hits.append(hit) }
      evidence[hit.chunk.id] = max(evidence[hit.chunk.id] ?? 0, hit.evidence ?? 0)
      scores[hit.chunk.id, default: 0] += 1 / (Self.rankConstant + Double(hit.rank))
    }
    let order = hits.indices.sorted { first, second in
      let (a, b) = (scores[hits[first].chunk.id] ?? 0, scores[hits[second].chunk.id] ?? 0)
      return a != b ? a > b : first < second
    }
    return order.prefix(query.count).enumerated().map { rank, index in
      var hit = hits[index]
      hit.rank = rank + 1
      hit.score = scores[hit.chunk.id] ?? 0
      if hit.evidence != nil { hit.evidence = evidence[hit.chunk.id] }
      return hit
    }
  }

  /// Of reciprocal rank fusion, as its authors chose it.
  private static let rankConstant = 60.0
}
