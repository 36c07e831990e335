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
  /// Fewer do not make a sentence.
  private static let leastSentenceWordCount = 2

  /// What a statement rests on.
  struct Finding: Hashable {
    /// UTF-8 offsets in the source's text.
    var range: Range<Int>
    var support: CitationSupport
  }

  /// What a statement rests on in a text; nil where the text does not support it.
  func finding(for statement: String, in text: String) async throws -> Finding? {
    var finding = verbatim(statement, in: text)
    if finding == nil { finding = try await inOtherWords(statement, in: text) }
    if finding?.support == .similar, Self.hasOwnNumber(statement, in: text) {
      finding?.support = .unjudged
    }
    return finding
  }

  /// Whether a statement has a number that its source does not have where it speaks of the same: it may
  /// be the sum of others, or made up. What counts the statement in a list is none.
  static func hasOwnNumber(_ statement: String, in text: String) -> Bool {
    let stated = StatedNumbers(statedIn: String(statement.withoutListNumber))
    guard !stated.isEmpty else { return false }
    return !stated.areAll(in: StatedNumbers(givenIn: SharedContext.of(statement, in: text)))
  }

  /// The piece of a text that shares enough words with a statement, or is near in meaning.
  private func inOtherWords(_ statement: String, in text: String) async throws -> Finding? {
    let range = QuoteFinder.range(supporting: statement, in: text)
    let stated = Set(InformativeWords.words(of: statement))
    let shared = stated.intersection(InformativeWords.words(of: text)).count
    if shared > 0, Double(shared) >= Self.leastCoverage * Double(stated.count) {
      return Finding(range: range, support: .similar)
    }
    let quote = String(decoding: Array(text.utf8)[range], as: UTF8.self)
    guard let embedder, !stated.isEmpty, let claim = embedder.familiarPart(of: statement),
      let proof = embedder.familiarPart(of: quote) ?? embedder.familiarPart(of: text)
    else { return Finding(range: range, support: .unjudged) }
    let vectors = try await embedder.vectors(of: [claim, proof], as: .passage)
    let similarity = cosine(vectors[0], vectors[1])
    return similarity >= Self.leastSimilarity ? Finding(range: range, support: .similar) : nil
  }

  /// The sentences that the statement is, or else those that it quotes: these say no more than that
  /// the quotation is one. A part of a sentence may be what the rest of it denies.
  private func verbatim(_ statement: String, in text: String) -> Finding? {
    let parts = ([statement[...]] + Self.quotations(in: statement)).map(Self.trimmed)
    let source = NormalisedText(text)
    let bytes = Array(text.utf8)
    for (index, part) in parts.enumerated() {
      let wanted = NormalisedText(String(part))
      let count = InformativeWords.words(of: String(part)).count
      guard count >= (index > 0 ? Self.leastWordCount : Self.leastSentenceWordCount) else {
        continue
      }
      // A few words prove something where they are a whole sentence.
      let place =
        count >= Self.leastWordCount
        ? source.range(of: wanted)
        : ProvingPieces.ranges(in: text).first {
          let piece = String(decoding: bytes[$0], as: UTF8.self)
          return NormalisedText(String(Self.trimmed(piece[...]))) == wanted
        }
      guard let match = place else { continue }
      let pieces = SourceSentences.pieces(of: text).map(\.range).filter(match.overlaps)
      let lower = min(match.lowerBound, pieces.first?.lowerBound ?? match.lowerBound)
      let upper = max(match.upperBound, pieces.last?.upperBound ?? match.upperBound)
      guard let range = ProvingPieces.range(of: lower..<upper, in: text) else { continue }
      let piece = String(decoding: bytes[range], as: UTF8.self)
      let whole = Self.trimmed(piece[...])
      let isOtherMood = Self.asks(piece) && !Self.asks(statement)
      guard index == 0, NormalisedText(String(whole)) == wanted, !isOtherMood else {
        return Finding(range: range, support: .similar)
      }
      return Finding(
        range: range, support: whole.utf8.elementsEqual(part.utf8) ? .exact : .normalised)
    }
    return nil
  }

  private static func asks(_ text: String) -> Bool {
    text.last { !$0.isWhitespace }.map { "?？".contains($0) } == true
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
      character.isWhitespace || (character.isPunctuation && !"([{)]}%‰".contains(character))
    }
    var start = text.drop(while: isMark)
    // "-5 degrees"
    if start.first?.isNumber == true, let sign = text[..<start.startIndex].last, "-−".contains(sign)
    {
      start = text[text.index(before: start.startIndex)...]
    }
    return start.lastIndex { !isMark($0) }.map { start[...$0] } ?? ""
  }
}
