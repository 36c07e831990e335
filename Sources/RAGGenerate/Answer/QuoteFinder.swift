import RAGCore

/// Finds the piece of a chunk that a statement rests on.
enum QuoteFinder {
  /// UTF-8 offsets in the chunk's text.
  ///
  /// The sentence or row that shares most of the statement's informative words, the shorter of
  /// equal ones; where none shares any (another language, other words), the first of the chunk. A
  /// heading alone is none of these.
  static func range(supporting statement: String, in text: String) -> Range<Int> {
    let pieces = ProvingPieces.ranges(in: text)
    let stated = Set(InformativeWords.words(of: statement))
    let bytes = Array(text.utf8)
    var best: (range: Range<Int>, score: Double)?
    for piece in pieces {
      let words = Set(
        InformativeWords.words(of: String(decoding: bytes[piece], as: UTF8.self)))
      let shared = Double(words.intersection(stated).count)
      guard shared > 0 else { continue }
      // Words of the piece that the statement does not have count a little against it.
      let score = shared - 0.1 * (Double(words.count) - shared)
      if score > best?.score ?? -.infinity { best = (piece, score) }
    }
    return best?.range ?? pieces.first ?? 0..<bytes.count
  }
}
