public import RAGCore
public import RAGGenerate
public import RAGRetrieve

extension Engine {
  /// The chunks that answer a query, found with the help of a model: one call of it.
  ///
  /// With ``QueryExpansion/rewordings(_:)``, the scores of hits are those of the fused lists.
  /// ``QueryExpansion/imaginedPassage`` needs an encoder that knows the question's script, and
  /// makes no difference else. Either way the evidence of a hit is that for the query itself: what
  /// the model wrote only finds, and cannot speak for what it found.
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
      expanded.minimumEvidence = nil
      return try await graded(search(expanded), for: query)
    }
  }

  /// The hits of a query and of its rewordings, by reciprocal rank; equal sums in the order of the
  /// lists.
  func fusedHits(_ query: Query, _ rewordings: [String]) async throws -> [Hit] {
    var lists: [[Hit]] = []
    for text in [query.text] + rewordings {
      var worded = query
      worded.text = text
      worded.minimumEvidence = nil
      lists.append(try await search(worded))
    }
    var scores: [Int64: Double] = [:]
    var hits: [Hit] = []
    for hit in lists.joined() {
      if scores[hit.chunk.id] == nil { hits.append(hit) }
      scores[hit.chunk.id, default: 0] += 1 / (Self.rankConstant + Double(hit.rank))
    }
    let order = hits.indices.sorted { first, second in
      let (a, b) = (scores[hits[first].chunk.id] ?? 0, scores[hits[second].chunk.id] ?? 0)
      return a != b ? a > b : first < second
    }
    let fused = order.map { index in
      var hit = hits[index]
      hit.score = scores[hit.chunk.id] ?? 0
      return hit
    }
    return try await graded(fused, for: query)
  }

  /// The hits with the evidence that they have for a query: the first of those that have enough of it.
  private func graded(_ hits: [Hit], for query: Query) async throws -> [Hit] {
    let evidence = try await retriever.evidence(query, of: hits.map(\.chunk.id))
    let minimum = query.minimumEvidence ?? 0
    let enough = hits.filter { evidence[$0.chunk.id] ?? 0 >= minimum }.prefix(query.count)
    return enough.enumerated().map { index, hit in
      var hit = hit
      hit.rank = index + 1
      hit.evidence = evidence[hit.chunk.id]
      return hit
    }
  }

  /// Of reciprocal rank fusion, as its authors chose it.
  private static let rankConstant = 60.0
}
