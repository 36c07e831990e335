import RAGCore

extension SubwordTokenizer {
  /// Puts a tokenizer together from a model and what the file says around it.
  ///
  /// `tokenOf` finds a piece in the vocabulary, as it is written in the file; `parts` tells whether
  /// the model cuts a text before what a separator is normalised to.
  init(
    _ file: TokenizerFile, model: Model, tokenOf: ([UInt8]) -> Int32?,
    parts: ([UInt8]) -> Bool
  ) throws {
    let normalizer = try Normalizer(file)
    let specialTokens = try SpecialTokens(file)
    var plain: [AddedTokenMatcher.Entry] = []
    var normalized: [AddedTokenMatcher.Entry] = []
    for value in file.members["added_tokens"]?.array ?? [] {
      let content = Array((value["content"]?.string ?? "").utf8)
      guard content.count <= TokenizerFile.maximumPieceByteCount else {
        throw file.damaged("an added token has \(content.count) bytes")
      }
      // The vocabulary's number counts, as in the reference.
      let token = try tokenOf(content) ?? file.token(value["id"]?.integer)
      var entry = AddedTokenMatcher.Entry(
        bytes: content, token: token, isWholeWord: value["single_word"]?.bool ?? false,
        takesSpaceBefore: value["lstrip"]?.bool ?? false,
        takesSpaceAfter: value["rstrip"]?.bool ?? false)
      if value["normalized"]?.bool ?? false, !normalizer.steps.isEmpty {
        entry.bytes = normalizer.normalize(content)
        normalized.append(entry)
      } else {
        plain.append(entry)
      }
    }
    self.model = model
    self.normalizer = normalizer
    addedTokens = AddedTokenMatcher(plain)
    normalizedTokens = AddedTokenMatcher(normalized)
    self.specialTokens = specialTokens
    let isPlain = !addedTokens.hasSpace && !normalizedTokens.hasSpace
    func cuts(before separator: UInt8) -> Bool {
      isPlain && normalizer.normalizes(separator: separator).map(parts) ?? false
    }
    blocks = TextBlocks(
      cutsBeforeSpace: cuts(before: 0x20), cutsBeforeLineFeed: cuts(before: 0x0A))
    let tokens = file.tokens + specialTokens.before + specialTokens.after
    tokenBound =
      Int(
        (tokens + plain.map(\.token) + normalized.map(\.token)).max() ?? 0) + 1
  }
}
