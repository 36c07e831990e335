package import RAGCore

/// Full-text search over files and memory together.
package enum LexicalSearch {
  /// What a text would score at most that holds every word, and nothing else.
  ///
  /// - Throws: ``RAGError`` of code `corrupt`, or `cancelled`.
  package static func ceiling(
    of query: LexicalQuery, in segments: [LexicalFile], memory: LexicalMemory? = nil
  ) throws -> Double {
    let segments = segments.map(\.segment) + (memory?.runs ?? [])
    let bm25 = BM25(segments)
    let counts = try query.terms.map { term in
      try Cancellation.check()
      return try segments.reduce(0) { try $0 + ($1.postings(term)?.count ?? 0) }
    }
    return zip(query.asked(counts), counts).reduce(0) { $0 + $1.0 * bm25.weight($1.1) }
  }

  /// The best k texts for a query by BM25, the best first, ties by ascending id: exactly those that
  /// scoring every text gives, however the texts are spread over files and memory.
  ///
  /// Number of texts, document frequencies and average length are those of all segments; as in
  /// Lucene, excluded texts count until they are merged away. A term in more than half of the texts
  /// counts next to nothing. Of `allowing` and `excluding`, the second wins. The ids ascend from
  /// each file to the next and to `memory`.
  ///
  /// - Throws: ``RAGError`` of code `corrupt`, which names the place, or `cancelled`.
  package static func search(
    _ query: LexicalQuery, in segments: [LexicalFile], memory: LexicalMemory? = nil, k: Int,
    allowing: IDSet? = nil, excluding: IDSet? = nil
  ) throws -> [Match] {
    guard k > 0, !query.terms.isEmpty, allowing?.count != 0 else { return [] }
    let segments = segments.map(\.segment) + (memory?.runs ?? [])
    let bm25 = BM25(segments)
    let postings = try segments.map { segment in
      try Cancellation.check()
      return try query.terms.map { try segment.postings($0) }
    }
    let counts = textCounts(postings, of: query)
    let weights = zip(query.terms, zip(query.asked(counts), counts)).map { term, found in
      (found.0 > 0 ? found.0 : term.share) * bm25.weight(found.1)
    }
    var top = TopMatches(k: k)
    let window = ScoreWindow()
    for (segment, postings) in zip(segments, postings) {
      let postingCount = postings.reduce(0) { $0 + ($1?.count ?? 0) }
      guard postingCount > 0 else { continue }
      try Cancellation.check()
      var filter: SlotFilter?
      if allowing != nil || excluding != nil {
        filter = SlotFilter(
          try segment.ids(), allowing: allowing, excluding: excluding, postingCount: postingCount)
      }
      if let few = filter?.few, few.isEmpty { continue }
      let lengths = try segment.lengths()
      let cursors = try zip(postings, weights).compactMap { postings, weight in
        try postings.map {
          try TermCursor(
            $0, in: segment, TermCursor.Scoring(bm25: bm25, weight: weight, lengths: lengths))
        }
      }
      try SegmentSearch(segment: segment, cursors: cursors, filter: filter, window: window)
        .run(&top)
    }
    return top.sorted()
  }

  /// How many texts have each term, of postings by segment and term.
  static func textCounts(_ postings: [[TermPostings?]], of query: LexicalQuery) -> [Int] {
    query.terms.indices.map { term in postings.reduce(0) { $0 + ($1[term]?.count ?? 0) } }
  }
}

extension BM25 {
  /// Counts the texts of all segments.
  init(_ segments: [LexicalSegment]) {
    self.init(
      textCount: segments.reduce(0) { $0 + $1.count },
      totalLength: segments.reduce(0) { $0 &+ $1.header.totalLength })
  }
}
