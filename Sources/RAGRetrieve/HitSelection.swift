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
    var shown = ShownChunks()
    var hits: [(candidate: Fusion.Candidate, context: Hit.Context?)] = []
    for candidate in candidates where !shown.contains(candidate.id) {
      guard hits.count < query.count else { break }
      let section = try reader.section(around: candidate.id, tokenCount: tokenCount)
      let unseen = shown.unseenPart(of: section, around: candidate.id)
      hits.append((candidate, Hit.Context(unseen)))
      shown.insert(unseen)
    }
    return hits
  }
}

/// What the contexts of better hits show already.
private struct ShownChunks {
  private var ids: Set<Int64> = []
  /// By document, in the text of which they lie.
  private var ranges: [String: [Range<Int>]] = [:]

  func contains(_ id: Int64) -> Bool { ids.contains(id) }

  mutating func insert(_ chunks: some Collection<StoredChunk>) {
    ids.formUnion(chunks.map(\.id))
    for chunk in chunks { ranges[chunk.document.key, default: []].append(chunk.textRange) }
  }

  /// The chunks from one of a section on, in both directions, up to those that were shown or share
  /// text with these.
  func unseenPart(of section: [StoredChunk], around id: Int64) -> ArraySlice<StoredChunk> {
    guard let center = section.firstIndex(where: { $0.id == id }) else { return section[...] }
    let end = section[(center + 1)...].firstIndex(where: isShown) ?? section.endIndex
    let start = section[..<center].lastIndex(where: isShown).map { $0 + 1 } ?? 0
    return section[start..<end]
  }

  private func isShown(_ chunk: StoredChunk) -> Bool {
    ids.contains(chunk.id)
      || ranges[chunk.document.key]?.contains { $0.overlaps(chunk.textRange) } ?? false
  }
}
