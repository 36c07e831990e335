public import RAGCore

/// Cuts text into the WordPiece tokens of a BERT model, as its reference tokenizer does.
///
/// Google's algorithm (Devlin et al. 2019): clean, split Chinese characters, decompose and strip
/// accents, lower-case, split at white space and punctuation, then match the longest pieces.
public struct WordPieceTokenizer: TokenCounter, ModelTokenizer {
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
    scanning(text, output: .ranges) {
      Encoding(tokens: Array($0.foundTokens), ranges: Array($0.foundRanges))
    }
  }

  package var tokenBound: Int { model.tokenBound }
  package var specialTokenCount: Int { 2 }

  /// Appends what the model is given for a text: its tokens between the special ones, cut so that
  /// all of them are at most `maximumLength`, but no fewer than the special ones.
  ///
  /// - Complexity: O(bytes of `text` up to the cut).
  public func appendModelTokens(
    of text: String, maximumLength: Int, to tokens: inout [Int32]
  ) {
    tokens.append(model.firstToken)
    appendTextTokens(of: text, limit: max(0, maximumLength - specialTokenCount), to: &tokens)
    tokens.append(model.lastToken)
  }

  package func appendTextTokens(of text: String, limit: Int, to tokens: inout [Int32]) {
    scanning(text, output: .tokens, limit: limit) {
      tokens.append(contentsOf: UnsafeBufferPointer(rebasing: $0.foundTokens.prefix(limit)))
    }
  }

  /// The UTF-8 byte range of each token in `text`, special tokens excluded.
  public func tokenRanges(in text: String) -> [Range<Int>] {
    scanning(text, output: .ranges) { Array($0.foundRanges) }
  }

  /// The number of tokens of `text`, special tokens excluded.
  public func tokenCount(of text: String) -> Int {
    scanning(text, output: .count) { $0.count }
  }

  @inline(__always)
  private func scanning<Result>(
    _ text: String, output: WordPieceScan.Output, limit: Int = .max,
    _ result: (borrowing WordPieceScan) -> Result
  ) -> Result {
    var text = text
    return model.scratches.withScratch { scratch in
      text.withUTF8 { bytes in
        var scan = WordPieceScan(
          bytes, model: model, scratch: scratch, output: output, limit: limit)
        scan.run()
        return result(scan)
      }
    }
  }
}
