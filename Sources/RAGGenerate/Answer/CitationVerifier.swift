public import RAGCore
public import RAGRetrieve

/// Proves citations by reading sources again.
public protocol CitationVerifier: Sendable {
  /// Looks whether a quote stands in the source of a hit.
  ///
  /// `quote` is the hit's ``Hit/text`` in `textRange`, UTF-8 offsets on scalar boundaries.
  /// - Throws: ``RAGError`` when it cannot be found out, which ends the answer.
  func verify(
    _ quote: String, at textRange: Range<Int>, of hit: Hit
  ) async throws -> CitationVerdict
}

/// What a verifier found.
public enum CitationVerdict: Sendable, Hashable {
  /// The source gives the quote at this place.
  case verified(Span)
  /// The source is no longer what was ingested.
  case sourceChanged
  /// The source cannot be read any more.
  case sourceGone
  /// The source is what was ingested and does not give the quote: the citation must go.
  case refuted
}
