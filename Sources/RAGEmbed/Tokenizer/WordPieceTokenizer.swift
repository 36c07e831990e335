public import RAGCore

/// Cuts text into the WordPiece tokens of a BERT model, as its reference tokenizer does.
///
/// Google's algorithm (Devlin et al. 2019): clean, split Chinese characters, decompose and strip
/// accents, lower-case, split at white space and punctuation, then match the longest pieces.
public struct WordPieceTokenizer: TokenCounter {
  /// The tokens of a text and where each came from.
  public struct Encoding: Sendable, Hashable {
    /// Numbers of the vocabulary, special tokens excluded.
    public let tokens: [Int32]
    /// The UTF-8 byte range in the text of each token, on scalar boundaries.
    public let ranges: [Range<Int>]
  }

  let model: WordPieceModel

  init(model: WordPieceModel) { self.model = model }

  /// Cuts a text into tokens, without a limit.
  ///
  /// - Complexity: O(bytes of `text`).
  public func encode(_ text: String) -> Encoding {
    scanning(text, keepsRanges: true, limit: .max) {
      Encoding(tokens: $0.tokens, ranges: $0.ranges)
    }
  }

  /// The tokens that the model is given: those of the text, cut so that with the first and last
  /// special token there are at most `maximumLength`.
  ///
  /// - Complexity: O(bytes of `text` up to the cut).
  public func modelTokens(of text: String, maximumLength: Int) -> [Int32] {
    let room = max(0, maximumLength - 2)
    return scanning(text, keepsRanges: false, limit: room) {
      [model.firstToken] + $0.tokens.prefix(room) + [model.lastToken]
    }
  }

  /// The UTF-8 byte range of each token in `text`, special tokens excluded.
  public func tokenRanges(in text: String) -> [Range<Int>] { encode(text).ranges }

  /// The number of tokens of `text`, special tokens excluded.
  public func tokenCount(of text: String) -> Int {
    scanning(text, keepsRanges: false, limit: .max) { $0.tokens.count }
  }

  private func scanning<Result>(
    _ text: String, keepsRanges: Bool, limit: Int, _ result: (borrowing WordPieceScan) -> Result
  ) -> Result {
    var text = text
    return text.withUTF8 { bytes in
      var scan = WordPieceScan(bytes, model: model, keepsRanges: keepsRanges, limit: limit)
      scan.run()
      return result(scan)
    }
  }
}
