/// What happens to a text before WordPiece: the `BertNormalizer` of `tokenizer.json`.
struct BERTNormalization: Sendable, Hashable {
  /// Drops control characters and takes every kind of white space as a space.
  var cleansText = true
  /// Takes each Chinese character as a word of its own.
  var splitsChinese = true
  /// Decomposes canonically and drops nonspacing marks.
  var stripsAccents = true
  var lowercases = true
}

extension BERTNormalization {
  /// What the normaliser and the splitter need to know of a scalar, whatever the rules. The raw
  /// values are those of ``ScalarData``.
  enum ScalarClass: UInt32 {
    case letter
    /// A control, format or private-use character, or U+FFFD: left out of a cleaned text.
    case control
    case space
    /// Punctuation of Unicode, and all of ASCII that is neither letter, digit, space nor control.
    case punctuation
    /// A nonspacing mark with a canonical combining class, and one without.
    case nonspacingMark
    case nonspacingStarter
    /// Any other scalar with a canonical combining class.
    case combining
    /// Control and space at once, such as a vertical tab.
    case controlSpace
  }

  /// The blocks of Chinese ideographs that the original BERT code lists.
  static let chineseBlocks: [ClosedRange<UInt32>] = [
    0x3400...0x4DBF, 0x4E00...0x9FFF, 0xF900...0xFAFF, 0x20000...0x2A6DF, 0x2A700...0x2B73F,
    0x2B740...0x2B81F, 0x2B920...0x2CEAF, 0x2F800...0x2FA1F,
  ]
}
