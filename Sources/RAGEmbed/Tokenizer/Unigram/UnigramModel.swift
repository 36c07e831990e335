/// A unigram language model over pieces (Kudo 2018, "Subword Regularization", section 3.2): a text
/// is cut where the product of its pieces' probabilities is greatest.
struct UnigramModel: SubwordModel {
  /// How much less likely an unknown character is than the least likely piece, as a logarithm;
  /// SentencePiece's constant.
  private static let unknownPenalty = 10.0

  let trie: PieceTrie
  /// The logarithm of each token's probability.
  let scores: [Double]
  let unknownToken: Int32
  let unknownScore: Double
  /// The token of each byte, where unknown characters are spelled out in bytes; else empty.
  let byteTokens: [Int32]
  let words: MetaspaceWords
  /// The node after ``MetaspaceWords/mark``, 0 where no piece starts with it.
  let markNode: PieceTrie.Node

  init(
    trie: PieceTrie, scores: [Double], unknownToken: Int32, spellsBytes: Bool,
    words: MetaspaceWords
  ) {
    self.trie = trie
    self.scores = scores
    self.unknownToken = unknownToken
    self.words = words
    unknownScore = (scores.min() ?? 0) - Self.unknownPenalty
    let digits = Array("0123456789ABCDEF".utf8)
    byteTokens =
      spellsBytes
      ? (0..<256).map { byte in
        let name = Array("<0x".utf8) + [digits[byte >> 4], digits[byte & 15]] + Array(">".utf8)
        return trie.token(of: name) ?? -1
      } : []
    markNode = trie.node(after: words.mark, from: trie.root)
  }

  var needsOrigins: Bool { words.prefixing == .first }

  func makeScratch() -> UnigramLattice { UnigramLattice() }

  func cut(
    _ text: inout NormalizedText, _ place: BlockPlace, with lattice: inout UnigramLattice,
    into sink: inout TokenSink
  ) {
    words.forEach(in: &text, place) { word, text in
      lattice.cut(word, of: text, by: self, into: &sink)
      return !sink.isFull
    }
  }
}
