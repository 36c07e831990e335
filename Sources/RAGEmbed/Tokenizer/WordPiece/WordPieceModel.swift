/// Everything that decides how a text is cut into tokens.
final class WordPieceModel: Sendable {
  let vocabulary: Vocabulary
  let addedTokens: AddedTokens
  let scalars: ScalarTable
  let ascii: ASCIITable
  let unknownToken: Int32
  /// Put before and after every text.
  let firstToken: Int32
  let lastToken: Int32
  /// Words of more scalars are unknown.
  let maximumWordLength: Int
  /// One more than the largest token.
  let tokenBound: Int
  let scratches = WordPieceScratchPool()

  init(
    vocabulary: Vocabulary, addedTokens: AddedTokens, normalization: BERTNormalization,
    unknownToken: Int32, firstToken: Int32, lastToken: Int32, maximumWordLength: Int,
    tokenBound: Int
  ) {
    self.vocabulary = vocabulary
    self.addedTokens = addedTokens
    scalars = ScalarTable(normalization)
    ascii = ASCIITable(
      normalization, scalars: scalars, added: addedTokens, pieces: vocabulary.pieces,
      unknownToken: unknownToken)
    self.unknownToken = unknownToken
    self.firstToken = firstToken
    self.lastToken = lastToken
    self.maximumWordLength = maximumWordLength
    self.tokenBound = tokenBound
  }
}
