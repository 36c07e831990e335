public import RAGCore
public import RAGRetrieve

/// Answers a question by quoting the sentences of the hits that answer it best; needs no model.
///
/// Sentences are scored by likeness to the question, by the share of the question's informative
/// words that they and their surroundings have, and by the rank of their hit. When even the best
/// evidence is weak, there is no answer.
public struct ExtractiveAnswerer: Sendable {
  /// A sentence, a row of a table or a line of code that answers the question.
  public struct Quote: Sendable, Hashable {
    /// The position of the hit among the hits, from 1.
    public var number: Int
    /// UTF-8 offsets in the text of the hit's chunk.
    public var textRange: Range<Int>
    /// The text in one line, without invisible characters.
    public var shownText: String
    /// Whether it is a row or a line, which stands on a line of its own.
    public var isLine: Bool
    /// How strongly it answers the question; 0 is just enough.
    public var support: Double
  }

  /// What an answer says wrote it.
  public static let name = "extractive"

  private static let hitCount = 6
  private static let quoteCount = 3
  /// A further quote must come this near to the best one.
  private static let furtherMargin = 0.12
  /// Two quotes more alike than this say the same.
  private static let sameness = 0.85

  private let collector: EvidenceCollector

  /// Makes an answerer. Without an embedder it goes by the words of the question alone, and
  /// abstains more often.
  public init(embedder: (any Embedder)? = nil) {
    self.collector = EvidenceCollector(embedder: embedder)
  }

  /// One to three quotes in an order that reads well, or none when the hits do not answer the
  /// question.
  /// - Throws: ``RAGError`` of the embedder.
  public func quotes(answering question: String, in hits: [Hit]) async throws -> [Quote] {
    let hits = Array(hits.prefix(Self.hitCount))
    let evidence = try await collector.collect(for: question, in: hits)
    return select(from: evidence).map { item in
      Quote(
        number: item.hitIndex + 1, textRange: item.piece.range,
        shownText: Self.shown(item.text), isLine: item.piece.isLine,
        support: EvidenceGate.support(of: item))
    }
  }

  /// The best pieces that do not say the same (after maximal marginal relevance, Carbonell &
  /// Goldstein 1998), the best one first, the others in the order of hits and text.
  private func select(from evidence: [Evidence]) -> [Evidence] {
    let ranked = evidence.enumerated()
      .map { (index: $0, score: Self.score(of: $1)) }
      .sorted { $0.score != $1.score ? $0.score > $1.score : $0.index < $1.index }
    guard let best = ranked.first, EvidenceGate.support(of: evidence[best.index]) >= 0 else {
      return []
    }
    var chosen = [best.index]
    for candidate in ranked.dropFirst() where chosen.count < Self.quoteCount {
      guard candidate.score >= best.score - Self.furtherMargin,
        EvidenceGate.support(of: evidence[candidate.index]) >= 0
      else { break }
      let item = evidence[candidate.index]
      if chosen.allSatisfy({ Self.likeness(evidence[$0], item) < Self.sameness }) {
        chosen.append(candidate.index)
      }
    }
    return [evidence[best.index]] + chosen.dropFirst().sorted().map { evidence[$0] }
  }

  private static func score(of item: Evidence) -> Double {
    (EvidenceGate.support(of: item) + 1) * item.piece.readability
      + 0.05 / Double(item.hitIndex + 1)
  }

  /// From 0, nothing in common, to 1.
  private static func likeness(_ first: Evidence, _ second: Evidence) -> Double {
    let union = first.words.union(second.words).count
    let shared = first.words.intersection(second.words).count
    let byWords = union == 0 ? 1 : Double(shared) / Double(union)
    guard let one = first.vector, let other = second.vector else { return byWords }
    return max(byWords, dot(one, other))
  }

  private static func shown(_ text: String) -> String {
    var view = String.UnicodeScalarView()
    view.append(contentsOf: InvisibleScalars.removed(from: text))
    return String(view).split(whereSeparator: \.isWhitespace).joined(separator: " ")
  }
}
