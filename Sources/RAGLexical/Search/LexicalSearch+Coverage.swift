package import RAGCore

extension LexicalSearch {
  /// How much of a query some texts hold, by id: the inverse document frequencies of the words that
  /// are in the text, as a share of those of all words. A text without any is left out; of a query
  /// of stop words alone, every text is.
  ///
  /// - Complexity: O(terms · texts) blocks of postings, besides finding the terms.
  /// - Throws: ``RAGError`` of code `corrupt`, which names the place, or `cancelled`.
  package static func coverage(
    of query: LexicalQuery, by texts: IDSet, in segments: [LexicalFile],
    memory: LexicalMemory? = nil
  ) throws -> [Int64: Double] {
    guard !query.isOfStopWords else { return [:] }
    let segments = segments.map(\.segment) + (memory?.runs ?? [])
    let bm25 = BM25(segments)
    let postings = try segments.map { segment in
      try Cancellation.check()
      return try query.terms.map { try segment.postings($0) }
    }
    let counts = textCounts(postings, of: query)
    let rarities = zip(query.asked(counts), counts).map { $0 * bm25.rarity($1) }
    let total = rarities.reduce(0, +)
    var shares: [Int64: Double] = [:]
    for (segment, postings) in zip(segments, postings) {
      var slots: [Int] = []
      try segment.ids().forEachIndex(of: texts) { slots.append($0) }
      guard !slots.isEmpty else { continue }
      let lengths = try segment.lengths()
      for case (let postings?, let rarity) in zip(postings, rarities) where rarity > 0 {
        try Cancellation.check()
        let scoring = TermCursor.Scoring(bm25: bm25, weight: rarity, lengths: lengths)
        let cursor = try TermCursor(postings, in: segment, scoring)
        for slot in slots where try cursor.score(at: slot) > 0 {
          shares[try segment.id(slot), default: 0] += rarity / total
        }
      }
    }
    return shares
  }
}
