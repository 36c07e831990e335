/// Takes control sequences and invisible scalars out of text that arrives in pieces, so that it
/// can be shown on a terminal.
///
/// ECMA-48 escape sequences go as a whole, also when they are split between pieces. Line feed and
/// tab stay, CR and CRLF become line feed, and joiners stay.
struct TerminalText {
  private enum State {
    case text
    case carriageReturn
    case escape
    /// Up to a byte of 0x40 to 0x7E.
    case controlSequence
    /// Up to BEL or ESC \; a line feed ends it too, lest it swallow the rest of an answer.
    case controlString
  }

  private var state = State.text

  /// What a reader sees of the next piece.
  mutating func filter(_ piece: String) -> String {
    var output = String.UnicodeScalarView()
    for scalar in piece.unicodeScalars {
      if let shown = next(scalar) { output.append(shown) }
    }
    return String(output)
  }

  private mutating func next(_ scalar: Unicode.Scalar) -> Unicode.Scalar? {
    switch state {
    case .escape:
      switch scalar {
      case "[": state = .controlSequence
      case "]", "P", "X", "^", "_": state = .controlString
      case "\u{1B}", " "..."/": break
      case "0"..."~": state = .text
      default: return resume(scalar)
      }
      return nil
    case .controlSequence:
      switch scalar {
      case " "..."?": return nil
      case "@"..."~":
        state = .text
        return nil
      default: return resume(scalar)
      }
    case .controlString:
      switch scalar {
      case "\u{07}", "\u{9C}": state = .text
      case "\u{1B}": state = .escape
      case "\n", "\r": return resume(scalar)
      default: break
      }
      return nil
    case .carriageReturn:
      state = .text
      return scalar == "\n" ? nil : resume(scalar)
    case .text:
      return resume(scalar)
    }
  }

  /// A scalar that is not part of a sequence, or begins one.
  private mutating func resume(_ scalar: Unicode.Scalar) -> Unicode.Scalar? {
    state = .text
    switch scalar {
    case "\u{1B}": state = .escape
    case "\u{9B}": state = .controlSequence
    case "\u{90}", "\u{98}", "\u{9D}"..."\u{9F}": state = .controlString
    case "\r":
      state = .carriageReturn
      return "\n"
    case "\u{85}", "\u{2028}", "\u{2029}": return "\n"
    case "\u{200C}", "\u{200D}", "\u{FE0E}", "\u{FE0F}": return scalar
    default: return InvisibleScalars.isInvisible(scalar) ? nil : scalar
    }
    return nil
  }
}
