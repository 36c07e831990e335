public import RAGCore

/// Counts tokens from above where the tokenizer of a model is unknown.
///
/// Made so that byte-pair tokenizers of today's models make fewer tokens than this of prose, code
/// and tables; random letters can still make more. The price is room: English counts about one
/// and a half times what it has. ASCII letters count one for every four, a new word beginning
/// at each capital; digits, marks and line breaks one each; Latin and Cyrillic letters one,
/// Chinese, Japanese and Korean characters two; everything else one for each byte.
public struct EstimatedTokenCounter: TokenCounter {
  private static let wordByteCount = 4
  /// Longer runs of letters, and those that follow a digit, are seldom words.
  private static let longestWordByteCount = 12

  /// Makes the counter; it has no settings.
  public init() {}

  /// The tokens are of no tokenizer.
  public var isExact: Bool { false }

  /// The byte ranges that count as one token each.
  public func tokenRanges(in text: String) -> [Range<Int>] {
    var ranges: [Range<Int>] = []
    Self.scan(text) { ranges.append($0) }
    return ranges
  }

  /// The number of tokens, as a rule more than the model's own tokenizer makes.
  public func tokenCount(of text: String) -> Int {
    var count = 0
    Self.scan(text) { _ in count += 1 }
    return count
  }

  private static func scan(_ text: String, _ token: (Range<Int>) -> Void) {
    var offset = 0
    var previous: Unicode.Scalar = "\0"
    /// Where the run of letters or blanks began, and the token in it that is not yet given.
    var runStart = 0
    var openToken: Int?
    for scalar in text.unicodeScalars {
      let byteCount = UTF8.width(scalar)
      if isLetter(scalar) {
        let startsWord = !isLetter(previous) || (isUpper(scalar) && !isUpper(previous))
        // A run after a digit begins as if it were long already.
        if startsWord { runStart = isDigit(previous) ? offset - longestWordByteCount : offset }
        let width = offset - runStart < longestWordByteCount ? wordByteCount : 2
        if startsWord || offset - (openToken ?? offset) >= width {
          if let openToken { token(openToken..<offset) }
          openToken = offset
        }
      } else {
        if let start = openToken { token(start..<offset) }
        openToken = nil
        switch scalar.value {
        case 0x20:
          // A single blank goes with the word after it; of more, two make a token.
          if previous != " " { runStart = offset }
          if (offset - runStart) % 2 == 1 { token(offset..<offset + 1) }
        case 0..<0x250, 0x400..<0x530:
          token(offset..<offset + byteCount)
        case 0x2000..<0xA000, 0xAC00..<0xD7B0, 0xF900..<0xFB00, 0xFF00..<0xFFF0:
          for _ in 0..<2 { token(offset..<offset + byteCount) }
        default:
          for _ in 0..<byteCount { token(offset..<offset + byteCount) }
        }
      }
      offset += byteCount
      previous = scalar
    }
    if let openToken { token(openToken..<offset) }
  }

  private static func isLetter(_ scalar: Unicode.Scalar) -> Bool {
    isUpper(scalar) || (scalar >= "a" && scalar <= "z")
  }

  private static func isUpper(_ scalar: Unicode.Scalar) -> Bool {
    scalar >= "A" && scalar <= "Z"
  }

  private static func isDigit(_ scalar: Unicode.Scalar) -> Bool {
    scalar >= "0" && scalar <= "9"
  }
}
