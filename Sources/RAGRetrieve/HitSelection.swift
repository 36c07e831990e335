import RAGCore
import RAGStore

/// Chooses the hits of a query from the candidates that were found for it.
struct HitSelection {
  let reader: StoreReader
  let query: Query

  /// At most ``Query/count`` of the candidates, each with its context where the query asks for it.
  ///
  /// - Complexity: O(hits²) comparisons of vectors, and O(chunks of the contexts) rows.
  func hits(
    from candidates: [Fusion.Candidate]
  ) throws -> [(candidate: Fusion.Candidate, context: Hit.Context?)] {
    // A lane alone is what it is.
    let isDiverse = query.mode == .hybrid || query.diversity > 0
    let candidates =
      isDiverse
      ? try Diversity(reader: reader, weight: query.diversity)
        .order(candidates, count: query.count) : candidates
    guard let tokenCount = query.contextTokenCount else {
      return candidates.prefix(query.count).map { ($0, nil) }
    }
    var shown: Set<Int64> = []
    var hits: [(candidate: Fusion.Candidate, context: Hit.Context?)] = []
    for candidate in candidates where !shown.contains(candidate.id) {
      guard hits.count < query.count else { break }
      let context = Hit.Context(
        try reader.section(around: candidate.id, tokenCount: tokenCount))
      shown.formUnion(context?.chunks ?? [])
      hits.append((candidate, context))
    }
    return hits
  }
}
