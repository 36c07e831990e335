import RAGCore

/// Finds what a statement rests on in the source that it cites, and how well.
///
/// The bounds were set on the even half of 472 questions with the sentences that answer them, each
/// question standing for a statement: with the sentences of another question about the same
/// documents 89 of 100 statements lose their citation, with their own 2.
struct StatementSupport {
  /// Compares meanings; nil: by words alone nothing is refused.
  let embedder: (any Embedder)?

  /// The cosine of a statement and a sentence that say something alike.
  private static let leastSimilarity = 0.35
  /// The share of the statement's words that the source has too.
  private static let leastCoverage = 0.3
  /// Fewer words stand in any text by chance.
  private static let leastWordCount = 4

  /// What a statement rests on.
  struct Finding: Hashable {
    /// UTF-8 offsets in the source's text.
    var range: Range<Int>
    var support: CitationSupport
  }

  /// What a statement rests on in a text; nil where the text does not support it.
  func finding(for statement: String, in text: String) async throws -> Finding? {
    if let finding = verbatim(statement, in: text) { return finding }
    let range = QuoteFinder.range(supporting: statement, in: text)
    let stated = Set(InformativeWords.words(of: statement))
    let shared = stated.intersection(InformativeWords.words(of: text)).count
    if shared > 0, Double(shared) >= Self.leastCoverage * Double(stated.count) {
      // A number that the source does not have may be its sum, or made up.
      let hasNumbers = Self.numbers(in: statement).isSubset(of: Self.numbers(in: text))
      return Finding(range: range, support: hasNumbers ? .similar : .unjudged)
    }
    let quote = String(decoding: Array(text.utf8)[range], as: UTF8.self)
    guard let embedder, !stated.isEmpty,
      min(embedder.familiarity(with: statement), embedder.familiarity(with: quote)) == 1
    else { return Finding(range: range, support: .unjudged) }
    let vectors = try await embedder.vectors(of: [statement, quote], as: .passage)
    let similarity = cosine(vectors[0], vectors[1])
    return similarity >= Self.leastSimilarity ? Finding(range: range, support: .similar) : nil
  }

  /// The numbers of a text in digits, without what groups them.
  private static func numbers(in text: String) -> Set<String> {
    let matches = text.matches(of: #/[0-9]+(?:[.,][0-9]+)*/#)
    return Set(matches.map { String($0.output.filter { $0.isNumber }) })
  }

  /// The sentences that the statement is, or else those that it quotes: these say no more than that
  /// the quotation is one. A part of a sentence may be what the rest of it denies.
  private func verbatim(_ statement: String, in text: String) -> Finding? {
    let parts = ([statement[...]] + Self.quotations(in: statement)).map(Self.trimmed)
    let source = NormalisedText(text)
    let bytes = Array(text.utf8)
    for (index, part) in parts.enumerated()
    where InformativeWords.words(of: String(part)).count >= Self.leastWordCount {
      let wanted = NormalisedText(String(part))
      guard let match = source.range(of: wanted) else { continue }
      let pieces = SourceSentences.pieces(of: text).map(\.range).filter(match.overlaps)
      let lower = min(match.lowerBound, pieces.first?.lowerBound ?? match.lowerBound)
      let upper = max(match.upperBound, pieces.last?.upperBound ?? match.upperBound)
      let range = lower..<upper
      let whole = Self.trimmed(String(decoding: bytes[range], as: UTF8.self)[...])
      guard index == 0, NormalisedText(String(whole)) == wanted else {
        return Finding(range: range, support: .similar)
      }
      return Finding(
        range: range, support: whole.utf8.elementsEqual(part.utf8) ? .exact : .normalised)
    }
    return nil
  }

  /// What stands between quotation marks.
  private static func quotations(in statement: String) -> [Substring] {
    let pairs: [Character: Character] = ["\"": "\"", "“": "”", "„": "“", "«": "»", "「": "」"]
    var quotations: [Substring] = []
    var rest = statement[...]
    while let open = rest.firstIndex(where: { pairs[$0] != nil }) {
      let inside = rest[rest.index(after: open)...]
      guard let close = inside.firstIndex(where: { $0 == pairs[rest[open]] }) else { break }
      quotations.append(inside[..<close])
      rest = inside[inside.index(after: close)...]
    }
    return quotations
  }

  /// Without the marks around it that belong to the sentence it stands in.
  private static func trimmed(_ text: Substring) -> Substring {
    func isMark(_ character: Character) -> Bool {
      character.isWhitespace || (character.isPunctuation && !"([{)]}".contains(character))
    }
    let start = text.drop(while: isMark)
    return start.lastIndex { !isMark($0) }.map { start[...$0] } ?? ""
  }
}
