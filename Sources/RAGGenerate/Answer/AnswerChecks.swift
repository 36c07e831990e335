public import RAGCore

extension Answer {
  /// The cited statements with a number that no source cited for them was found to have.
  fileprivate var statementsWithOwnNumbers: [String] {
    let bytes = Array(text.utf8)
    var statements: [String] = []
    var seen: Set<Range<Int>> = []
    for citation in citations where seen.insert(citation.statement).inserted {
      // A marker that stands within its statement is no number of it.
      let markers = citations.map(\.marker).filter(citation.statement.overlaps)
      let places = RangeSet(citation.statement).subtracting(RangeSet(markers))
      let statement = String(decoding: bytes[places], as: UTF8.self)
      let all = citations.filter { $0.statement == citation.statement }
      // Each of several sources has a part of the statement.
      let quotes = citations.filter { $0.statement.overlaps(citation.statement) }.map(\.quote)
      let isDoubtful =
        all.allSatisfy { $0.support == .unjudged }
        && StatementSupport.hasOwnNumber(statement, in: quotes.joined(separator: "\n"))
      if isDoubtful { statements.append(statement) }
    }
    return statements
  }
}

/// Accepts answers all of whose statements have a citation that holds, and those that abstain. A
/// citation does not hold where its statement has a number that the source does not have.
public struct CitationSupportChecker: Checker {
  /// Makes a checker; it has no settings.
  public init() {}

  /// The verdict; its score is the share of statements that are supported.
  public func check(_ answer: Answer) async throws -> Verdict {
    let doubtful = answer.statementsWithOwnNumbers
    let unsupported = answer.unsupportedStatements + doubtful
    guard answer.abstained || !answer.citations.isEmpty || !unsupported.isEmpty else {
      return .rejected(
        reason: "The answer cites no source; cite the sources that it rests on.", score: 0)
    }
    guard !unsupported.isEmpty else { return .accepted }
    let supported = Set(answer.citations.map(\.statement)).count - doubtful.count
    return .rejected(
      reason: "No source was cited for these statements, or the source cited does not say so; "
        + "leave them out, or cite a source that does:\n"
        + unsupported.map { "- \($0)" }.joined(separator: "\n"),
      score: Double(supported) / Double(supported + unsupported.count))
  }
}

/// Accepts answers that speak of what was asked: they, or what they cite, share a word with the
/// question, or their meaning is near.
public struct AnswerCoverageChecker: Checker {
  /// Unrelated sentences seldom come nearer.
  private static let leastSimilarity = 0.2

  private let question: String
  private let embedder: (any Embedder)?

  /// Makes a checker for the answers to a question; without an embedder it looks at words alone,
  /// and accepts what it cannot tell.
  public init(question: String, embedder: (any Embedder)? = nil) {
    self.question = question
    self.embedder = embedder
  }

  /// The verdict.
  /// - Throws: What the embedder throws.
  public func check(_ answer: Answer) async throws -> Verdict {
    let asked = Set(InformativeWords.words(of: question))
    // "Who signed?" is answered by a name.
    let said = ([answer.text] + answer.citations.map(\.quote)).flatMap(InformativeWords.words)
    guard !answer.abstained, asked.isDisjoint(with: said),
      let embedder, let question = embedder.familiarPart(of: question),
      let text = embedder.familiarPart(of: answer.text)
    else { return .accepted }
    let vectors = try await embedder.vectors(of: [question, text], as: .passage)
    let similarity = cosine(vectors[0], vectors[1])
    guard similarity < Self.leastSimilarity else { return .accepted }
    return .rejected(
      reason: "The answer does not speak of what was asked.", score: max(0, similarity))
  }
}
