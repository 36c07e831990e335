public import RAGCore

/// What to search for, and how.
public struct Query: Sendable {
  /// The question or keywords. May be empty only in vector mode with a `vector`.
  public var text: String
  /// The most hits to return, from 1 to ``Limits/hitCount``.
  public var count: Int
  /// Which lanes find chunks.
  public var mode: SearchMode
  /// Which documents may be hits. Exactly min(`count`, matches) hits come back, before
  /// ``minimumEvidence`` is looked at.
  public var filter: Filter?
  /// How the lanes of a hybrid search become one list.
  public var fusion: Fusion
  /// A vector to search with in place of the embedded `text`.
  public var vector: [Float]?
  /// The share of the truly nearest chunks that the vector lane is to find, on average over queries;
  /// 1 compares with every chunk.
  public var recall: Double
  /// The best candidates that the engine's reranker judges, where it has one: they come first, by
  /// its scores. At least the hits are judged; 0 leaves the reranker out.
  public var rerankCount = 50
  /// Tokens of the section around each chunk that hits bring along as their ``Hit/context``, as the
  /// encoder counts them, and without the chunk's own: whole chunks by turns after it and before it.
  /// A hit that lies in the context of a better one is left out then, and what was shown is not
  /// shown again around another. Nil for no context.
  public var contextTokenCount: Int?
  /// How much hits are to differ from each other, from 0 (not at all, but that chunks that say the
  /// same as a better one come last, in every mode, unless the query is a vector without words) to 1
  /// (whatever they say of the query): `1 - lambda` of maximal marginal relevance (Carbonell &
  /// Goldstein 1998).
  public var diversity = 0.0
  /// Leaves out chunks whose ``Hit/evidence`` is below this, from 0 to 1, before hits are chosen:
  /// whether any is left does not depend on ``count``, up to 200. None is left where the index does
  /// not hold the answer. Nil takes all.
  public var minimumEvidence: Double?
  /// Whether hits tell each lane's rank and score.
  public var explains: Bool

  /// Asks for the chunks that answer a text.
  public init(
    _ text: String, count: Int = 10, mode: SearchMode = .hybrid, filter: Filter? = nil,
    fusion: Fusion = .standard, vector: [Float]? = nil, recall: Double = 0.99,
    minimumEvidence: Double? = nil, explains: Bool = false
  ) {
    self.text = text
    self.count = count
    self.mode = mode
    self.filter = filter
    self.fusion = fusion
    self.vector = vector
    self.recall = recall
    self.minimumEvidence = minimumEvidence
    self.explains = explains
  }
}

extension Query: ExpressibleByStringLiteral {
  /// A hybrid search for ten hits.
  public init(stringLiteral text: String) { self.init(text) }
}

/// The lanes of a search.
public enum SearchMode: String, Sendable, Hashable, Codable, CaseIterable {
  /// Nearest vectors.
  case vector
  /// Best BM25 scores.
  case lexical
  /// Both, fused.
  case hybrid

  /// Whether the lane takes part.
  package func includes(_ lane: Hit.Lane) -> Bool {
    switch self {
    case .vector: lane == .vector
    case .lexical: lane == .lexical
    case .hybrid: true
    }
  }
}

extension Query {
  /// Proves that the query can be run.
  /// - Throws: ``RAGError`` of code `invalidInput` or `limitExceeded`.
  package func validate(_ limits: Limits) throws {
    guard (1...limits.hitCount).contains(count) else {
      throw RAGError(
        count < 1 ? .invalidInput : .limitExceeded,
        "asked for \(count) hits; ask for 1 to \(limits.hitCount) (Limits.hitCount)")
    }
    guard text.utf8.count <= limits.queryByteCount else {
      throw RAGError(
        .limitExceeded,
        "the query has \(text.utf8.count) bytes; the limit is \(limits.queryByteCount) (Limits.queryByteCount)"
      )
    }
    if !hasWords, mode != .vector || vector == nil {
      throw RAGError(
        .invalidInput,
        text.allSatisfy(\.isWhitespace)
          ? "the query is empty; ask a question or give keywords"
          : "the query has no letters or digits to search for")
    }
    guard (0...1).contains(recall) else {
      throw RAGError(.invalidInput, "recall is \(recall); choose a share from 0 to 1")
    }
    guard (0...limits.hitCount).contains(rerankCount) else {
      throw RAGError(
        rerankCount < 0 ? .invalidInput : .limitExceeded,
        "asked to judge \(rerankCount) passages; ask for 0 to \(limits.hitCount) (Limits.hitCount)")
    }
    guard (0...1).contains(diversity) else {
      throw RAGError(.invalidInput, "diversity is \(diversity); choose a share from 0 to 1")
    }
    guard (1...100_000).contains(contextTokenCount ?? 1) else {
      throw RAGError(
        .invalidInput, "the context has \(contextTokenCount ?? 0) tokens; choose 1 to 100000")
    }
    guard let minimumEvidence else { return }
    guard (0...1).contains(minimumEvidence) else {
      throw RAGError(
        .invalidInput, "the least evidence is \(minimumEvidence); choose a value from 0 to 1")
    }
    guard hasWords else {
      throw RAGError(.invalidInput, "a vector alone tells no evidence; give the query's text too")
    }
  }

  /// Whether there is something to look for in texts.
  var hasWords: Bool { text.contains { $0.isLetter || $0.isNumber } }
}
