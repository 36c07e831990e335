package import RAGCore

/// Cuts text into the tokens that one model was trained on.
package protocol ModelTokenizer: TokenCounter {
  /// One more than the largest token.
  var tokenBound: Int { get }
  /// How many special tokens stand around every text.
  var specialTokenCount: Int { get }

  /// Appends a text's own tokens, up to `limit`.
  ///
  /// - Complexity: O(bytes of `text` up to the cut).
  func appendTextTokens(of text: String, limit: Int, to tokens: inout [Int32])

  /// Appends what the model is given for a text: its tokens between the special ones, cut so that
  /// all of them are at most `maximumLength`.
  ///
  /// - Complexity: O(bytes of `text` up to the cut).
  func appendModelTokens(of text: String, maximumLength: Int, to tokens: inout [Int32])
}

extension ModelTokenizer {
  /// What the model is given for a text.
  package func modelTokens(of text: String, maximumLength: Int) -> [Int32] {
    var tokens: [Int32] = []
    appendModelTokens(of: text, maximumLength: maximumLength, to: &tokens)
    return tokens
  }
}
