/// What becomes of a character outside ASCII within a term, as FTS5's tokenizer `unicode61` with
/// `remove_diacritics 2` has it: letters, numbers and unassigned or private characters make terms,
/// cases are folded, and Latin letters lose their diacritics.
enum ScalarFolding {
  /// The character parts terms.
  static let separator = UInt32.max
  /// The character is a combining diacritic: it vanishes within a term and parts terms elsewhere.
  static let mark = UInt32.max - 1

  /// The character that stands for this one in terms, ``separator`` or ``mark``.
  static func fold(_ value: UInt32) -> UInt32 {
    if (0x4E00...0x9FFF).contains(value) || (0xAC00...0xD7A3).contains(value) { return value }
    if (0x300...0x331).contains(value) {
      return markBits >> UInt64(value - 0x300) & 1 == 1 ? mark : separator
    }
    guard let scalar = Unicode.Scalar(value) else { return separator }
    switch scalar.properties.generalCategory {
    case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter,
      .decimalNumber, .letterNumber, .otherNumber, .unassigned, .privateUse:
      break
    default: return separator
    }
    if let letter = latin(value) { return letter }
    switch value {
    case 0xB5: return 0x3BC
    case 0x3C2: return 0x3C3
    case 0x3D0: return 0x3B2
    case 0x3D1: return 0x3B8
    case 0x3D5: return 0x3C6
    case 0x3D6: return 0x3C0
    case 0x3F0: return 0x3BA
    case 0x3F1: return 0x3C1
    case 0x3F5: return 0x3B5
    case 0x1FBE: return 0x3B9
    default: break
    }
    let mapped = scalar.properties.lowercaseMapping.unicodeScalars
    guard let lower = mapped.first, mapped.count == 1 else { return value }
    return latin(lower.value) ?? lower.value
  }

  /// Those of U+0300 to U+0331 that vanish, the lowest first.
  private static let markBits: UInt64 = [
    0x00, 0x01, 0x02, 0x03, 0x04, 0x06, 0x07, 0x08, 0x09, 0x0A, 0x0B, 0x0C, 0x0F, 0x11, 0x1B, 0x23,
    0x24, 0x25, 0x26, 0x27, 0x28, 0x2D, 0x2E, 0x30, 0x31,
  ].reduce(0) { $0 | 1 << UInt64($1) }

  private static func latin(_ value: UInt32) -> UInt32? {
    let letter: UInt8
    switch value {
    case 0xC0...0x233: letter = base.utf8Start[Int(value - 0xC0)]
    case 0x1E00...0x1EFF: letter = additional.utf8Start[Int(value - 0x1E00)]
    default: return nil
    }
    return letter == 0x2E ? nil : UInt32(letter)
  }

  /// The letters below the diacritics of U+00C0 to U+0233; a dot stands for none.
  private static let base: StaticString = """
    aaaaaa.ceeeeiiii.nooooo..uuuuy..aaaaaa.ceeeeiiii.nooooo..uuuuy.y\
    aaaaaaccccccccdd..eeeeeeeeeegggggggghh..iiiiiiiii...jjkk.llllll.\
    ...nnnnnn...oooooo..rrrrrrsssssssstttt..uuuuuuuuuuuuwwyyyzzzzzzs\
    ................................oo.............uu...............\
    .............aaiioouuuuuuuuuu.aa......ggkkoooo..j...gg..nnaa....\
    aaaaeeeeiiiioooorrrruuuusstt..hh......aaeeooooooooyy
    """

  /// The same for U+1E00 to U+1EFF.
  private static let additional: StaticString = """
    aabbbbbbccddddddddddeeeeeeeeeeffgghhhhhhhhhhiiiikkkkkkllllllllmm\
    mmmmnnnnnnnnoooooooopppprrrrrrrrssssssssssttttttttuuuuuuuuuuvvvv\
    wwwwwwwwwwxxxxyyzzzzzzhtwy.s....aaaaaaaaaaaaaaaaaaaaaaaaeeeeeeee\
    eeeeeeeeiiiioooooooooooooooooooooooouuuuuuuuuuuuuuyyyyyyyy......
    """
}
