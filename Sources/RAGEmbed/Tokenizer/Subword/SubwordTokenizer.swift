import RAGCore

/// A tokenizer of the kind that `tokenizer.json` describes: added tokens, a normaliser, a subword
/// model, and special tokens around.
struct SubwordTokenizer<Model: SubwordModel>: ModelTokenizer {
  let model: Model
  let normalizer: Normalizer
  /// Found in the text as it stands.
  let addedTokens: AddedTokenMatcher
  /// Found in the normalised text.
  let normalizedTokens: AddedTokenMatcher
  let specialTokens: SpecialTokens
  let blocks: TextBlocks
  let tokenBound: Int

  var specialTokenCount: Int { specialTokens.before.count + specialTokens.after.count }

  func tokenRanges(in text: String) -> [Range<Int>] {
    scan(text, keepsRanges: true, limit: .max).ranges
  }

  func tokenCount(of text: String) -> Int {
    scan(text, keepsRanges: false, limit: .max).tokens.count
  }

  func appendModelTokens(of text: String, maximumLength: Int, to tokens: inout [Int32]) {
    tokens.append(contentsOf: specialTokens.before)
    appendTextTokens(of: text, limit: max(0, maximumLength - specialTokenCount), to: &tokens)
    tokens.append(contentsOf: specialTokens.after)
  }

  func appendTextTokens(of text: String, limit: Int, to tokens: inout [Int32]) {
    tokens.append(contentsOf: scan(text, keepsRanges: false, limit: limit).tokens.prefix(limit))
  }

  private func scan(_ text: String, keepsRanges: Bool, limit: Int) -> TokenSink {
    var text = text
    return text.withUTF8 { bytes in
      var scan = SubwordScan(bytes, tokenizer: self, keepsRanges: keepsRanges, limit: limit)
      scan.run()
      return scan.sink
    }
  }
}
