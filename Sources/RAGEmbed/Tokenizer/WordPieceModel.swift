/// Everything that decides how a text is cut into tokens.
struct WordPieceModel: Sendable {
  /// What becomes of each ASCII byte, and its lower case, worked out once.
  struct ASCII: Sendable {
    let classes: [BERTNormalization.ScalarClass]
    let folded: [UInt8]

    init(_ rules: BERTNormalization) {
      let bytes = UInt8(0)..<0x80
      classes = bytes.map { byte in
        let scalar = Unicode.Scalar(byte)
        if rules.cleansText, BERTNormalization.isRemoved(scalar) { return .removed }
        if BERTNormalization.isSpace(scalar) { return .space }
        return BERTNormalization.isPunctuation(scalar) ? .punctuation : .letter
      }
      folded = bytes.map { byte in
        rules.lowercases && (0x41...0x5A).contains(byte) ? byte | 0x20 : byte
      }
    }
  }

  let vocabulary: VocabularyTrie
  let addedTokens: AddedTokens
  let normalization: BERTNormalization
  let ascii: ASCII
  let unknownToken: Int32
  /// Put before and after every text.
  let firstToken: Int32
  let lastToken: Int32
  /// Words of more scalars are unknown.
  let maximumWordLength: Int
  /// One more than the largest token.
  let tokenBound: Int
}
