public import RAGCore

/// Cuts text into the WordPiece tokens of a BERT model, as its reference tokenizer does.
///
/// Google's algorithm (Devlin et al. 2019): clean, split Chinese characters, decompose and strip
/// accents, lower-case, split at white space and punctuation, then match the longest pieces.
public struct WordPieceTokenizer: ModelTokenizer {
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

  package var tokenBound: Int { model.tokenBound }
  package var specialTokenCount: Int { 2 }

  package func appendModelTokens(
    of text: String, maximumLength: Int, to tokens: inout [Int32]
  ) {
    let room = max(0, maximumLength - specialTokenCount)
    scanning(text, keepsRanges: false, limit: room) {
      tokens.append(model.firstToken)
      tokens.append(contentsOf: $0.tokens.prefix(room))
      tokens.append(model.lastToken)
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
