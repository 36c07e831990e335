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
  /// What becomes of a scalar.
  enum ScalarClass: UInt8 {
    /// Left out; the word goes on.
    case removed
    /// Ends a word.
    case space
    /// A word of its own.
    case punctuation
    /// Part of a word.
    case letter
  }

  /// Whether cleaning leaves a scalar out.
  static func isRemoved(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar {
    case "\0", "\u{FFFD}": return true
    case "\t", "\n", "\r": return false
    default:
      switch category(scalar) {
      case .control, .format, .privateUse, .surrogate: return true
      default: return false
      }
    }
  }

  static func isSpace(_ scalar: Unicode.Scalar) -> Bool { scalar.properties.isWhitespace }

  /// Punctuation of Unicode, and all of ASCII that is neither letter, digit, space nor control.
  static func isPunctuation(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x21...0x2F, 0x3A...0x40, 0x5B...0x60, 0x7B...0x7E: return true
    case 0..<0x80: return false
    default: break
    }
    switch category(scalar) {
    case .connectorPunctuation, .dashPunctuation, .openPunctuation, .closePunctuation,
      .initialPunctuation, .finalPunctuation, .otherPunctuation:
      return true
    default: return false
    }
  }

  static func isNonspacingMark(_ scalar: Unicode.Scalar) -> Bool {
    category(scalar) == .nonspacingMark
  }

  /// The blocks of Chinese ideographs that the original BERT code lists.
  static func isChinese(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x4E00...0x9FFF, 0x3400...0x4DBF, 0x20000...0x2A6DF, 0x2A700...0x2B73F,
      0x2B740...0x2B81F, 0x2B920...0x2CEAF, 0xF900...0xFAFF, 0x2F800...0x2FA1F:
      return true
    default: return false
    }
  }

  /// The canonical combining class in Unicode 9, which the reference tokenizer's normaliser
  /// follows; 0 for scalars of later versions.
  static func combiningClass(_ scalar: Unicode.Scalar) -> UInt8 {
    let order = scalar.properties.canonicalCombiningClass.rawValue
    guard order != 0, let age = scalar.properties.age, age < (10, 0) else { return 0 }
    return order
  }

  /// The category in Unicode 8, which the reference tokenizer's tables follow; scalars of later
  /// versions are unassigned there, and a few have changed since.
  private static func category(_ scalar: Unicode.Scalar) -> Unicode.GeneralCategory {
    let properties = scalar.properties
    guard let age = properties.age, age <= (8, 0) else { return .unassigned }
    switch scalar.value {
    case 0x166D, 0x111C9: return .otherPunctuation
    case 0x1734, 0x1171E: return .nonspacingMark
    case 0x1885, 0x1886: return .otherLetter
    case 0xA9BD: return .spacingMark
    default: return properties.generalCategory
    }
  }
}
