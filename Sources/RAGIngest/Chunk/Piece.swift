import RAGCore

/// The smallest part that chunks are made of: a sentence, a code block or table that fits, one of
/// its lines otherwise, or a stretch of a sentence that does not fit.
struct Piece {
  /// UTF-8 offsets in the document's text, without surrounding white space.
  var range: Range<Int>
  /// Tokens, counted alone; at least a sixteenth of the bytes.
  var weight: Int
  /// How good a cut before the piece is; less is better.
  var rank: UInt64
  /// Whether the piece may be repeated at the start of the next chunk.
  var canOverlap: Bool

  var boundary: Boundary { Boundary(rank: rank) }

  /// What a cut before a piece separates, the best cuts first.
  enum Boundary: UInt64 {
    case blocks = 1
    /// Two list items, or a line from the list, code or text that it announces.
    case linkedBlocks
    /// Sentences, or paragraphs of code.
    case sentences
    /// Lines of code, rows of a table.
    case lines
    case words
    /// Characters within a word.
    case characters
    /// Scalars within a character.
    case scalars
    /// A heading from what it stands over.
    case headingAndText

    init(rank: UInt64) { self = Boundary(rawValue: rank >> 56) ?? .blocks }

    /// The rank of such a boundary: its kind first, then a hash of up to 64 bytes that follow it.
    ///
    /// What stands before a boundary has no say, so that text put in there leaves it as it is.
    func rank(before range: Range<Int>, in view: UTF8View) -> UInt64 {
      var hash: UInt64 = 0xCBF2_9CE4_8422_2325
      for offset in range.prefix(64) {
        hash = (hash ^ UInt64(view[offset])) &* 0x0000_0100_0000_01B3
      }
      // The multiplication alone mixes upwards only; the high bits decide.
      hash = (hash ^ (hash >> 32)) &* 0xD6E8_FEB8_6659_FD93
      return rawValue << 56 | (hash ^ (hash >> 32)) & (1 << 56 - 1)
    }
  }

  /// The weight of a text: its tokens, but no fewer than one for 16 bytes, so that what an encoder
  /// takes for one token (a word of a million letters) cannot make a chunk of that size.
  static func weight(tokenCount: Int, byteCount: Int) -> Int {
    max(1, tokenCount, (byteCount + 15) / 16)
  }
}
