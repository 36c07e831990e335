import RAG

/// What a query found, and what there is to say where it is nothing.
struct Found {
  let hits: [Hit]
  let query: Query

  /// The evidence of the best passage, also where it is below what was asked for.
  func bestEvidence(_ engine: Engine) async throws -> Double? {
    guard hits.isEmpty, query.minimumEvidence != nil else {
      return hits.compactMap(\.evidence).max()
    }
    var all = query
    all.minimumEvidence = nil
    return try await engine.search(all).compactMap(\.evidence).max()
  }

  /// Says why there is no hit.
  func noteNothing(best: Double?) {
    guard let minimum = query.minimumEvidence, let best else {
      return Messages.note("nothing found")
    }
    Messages.note(
      "nothing in the index answers this well enough; the best score is "
        + "\(Figures.evidence(best)), below \(minimum); lower --min-score to see it")
  }
}
