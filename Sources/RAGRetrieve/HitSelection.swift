import RAGCore
import RAGStore

/// Chooses the hits of a query from the candidates that were found for it.
struct HitSelection {
  let reader: StoreReader
  let query: Query

  /// At most ``Query/count`` of the candidates, each with its context where the query asks for it.
  ///
  /// - Complexity: O(hits²) comparisons of words, with ``Query/diversity`` O(hits × candidates) of
  ///   vectors too, and O(chunks of the contexts) rows.
  func hits(
    from candidates: [Fusion.Candidate]
  ) throws -> [(candidate: Fusion.Candidate, context: Hit.Context?)] {
    let next = try order(candidates)
    var shown = ShownChunks()
    var hits: [(candidate: Fusion.Candidate, context: Hit.Context?)] = []
    while hits.count < query.count, let candidate = try next() {
      guard let tokenCount = query.contextTokenCount else {
        hits.append((candidate, nil))
        continue
      }
      if shown.contains(candidate.id) { continue }
      let section = try reader.section(around: candidate.id, tokenCount: tokenCount)
      let unseen = shown.unseenPart(of: section, around: candidate.id)
      hits.append((candidate, Hit.Context(unseen)))
      shown.insert(unseen)
    }
    return hits
  }

  /// The candidates one by one, in the order in which they become hits.
  private func order(
    _ candidates: [Fusion.Candidate]
  ) throws -> () throws -> Fusion.Candidate? {
    // A vector alone asks for what is nearest, whatever that says.
    guard query.hasWords || query.diversity > 0 else {
      var rest = candidates[...]
      return { rest.popFirst() }
    }
    var distinct = DistinctCandidates(candidates, reader: reader)
    guard query.diversity > 0 else { return { try distinct.next() } }
    var pool: [Fusion.Candidate] = []
    while pool.count < Diversity.poolFactor * query.count, let next = try distinct.nextDistinct() {
      pool.append(next)
    }
    var first = try Diversity(reader: reader, weight: query.diversity)
      .order(pool, count: query.count)[...]
    return { try first.popFirst() ?? distinct.next() }
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
