/// Cuts the text of a filter into tokens.
///
/// It reads scalars and not characters: a quote is a quote also when a combining mark follows it.
struct FilterLexer {
  struct Token {
    var kind: Kind
    /// Where it starts, in scalars.
    var start: Int
  }

  enum Kind: Equatable {
    case word(String)
    case quotedField(String)
    case string(String)
    case symbol(String)
    case end
  }

  private let scalars: [Unicode.Scalar]
  private var position = 0

  private static let keywords: Set<String> = [
    "and", "or", "not", "in", "between", "exclusive", "prefix", "exists", "true", "false",
  ]

  init(_ text: String) { scalars = Array(text.unicodeScalars) }

  static func isKeyword(_ word: String) -> Bool { keywords.contains(word.lowercased()) }

  /// Whether a name may stand for a field without backticks.
  static func isField(_ name: String) -> Bool {
    !name.isEmpty && !isKeyword(name) && name.unicodeScalars.allSatisfy(isFieldScalar)
  }

  /// An error at a place, given in scalars and told in characters.
  func error(at start: Int, _ what: String) -> RAGError {
    var before = String.UnicodeScalarView()
    before.append(contentsOf: scalars[..<start])
    return RAGError(
      .invalidInput, "the filter cannot be read at column \(String(before).count + 1): \(what)")
  }

  mutating func next() throws -> Token {
    while position < scalars.count, scalars[position].properties.isWhitespace { position += 1 }
    guard position < scalars.count else { return Token(kind: .end, start: position) }
    let start = position
    let scalar = scalars[start]
    position += 1
    switch scalar {
    case "(", ")", ",", "=":
      return Token(kind: .symbol(String(scalar)), start: start)
    case "<", ">", "!", "^":
      let hasEqual = position < scalars.count && scalars[position] == "="
      guard hasEqual || scalar == "<" || scalar == ">" else {
        throw error(at: start, "`\(scalar)` is only known as `\(scalar)=`")
      }
      if hasEqual { position += 1 }
      return Token(kind: .symbol(String(scalar) + (hasEqual ? "=" : "")), start: start)
    case "`":
      return Token(kind: .quotedField(try quotedField(start)), start: start)
    case "\"", "'":
      return Token(kind: .string(try string(start, quote: scalar)), start: start)
    default:
      guard Self.isWordScalar(scalar) else {
        throw error(at: start, "\(Kind.word(String(scalar))) has no meaning here; put it in quotes")
      }
      while position < scalars.count, Self.isWordScalar(scalars[position]) { position += 1 }
      return Token(kind: .word(text(scalars[start..<position])), start: start)
    }
  }

  private mutating func quotedField(_ start: Int) throws -> String {
    var name = String.UnicodeScalarView()
    while position < scalars.count {
      let scalar = scalars[position]
      position += 1
      if scalar == "`" {
        guard position < scalars.count, scalars[position] == "`" else { return String(name) }
        position += 1
      }
      name.append(scalar)
    }
    throw error(at: start, "the backtick that starts here has no other to end it")
  }

  private mutating func string(_ start: Int, quote: Unicode.Scalar) throws -> String {
    var content = String.UnicodeScalarView()
    while position < scalars.count {
      let scalar = scalars[position]
      position += 1
      switch scalar {
      case quote: return String(content)
      case "\\": content.append(try escaped())
      default: content.append(scalar)
      }
    }
    throw error(at: start, "the quote that starts here has no other to end it")
  }

  /// What an escape stands for; its backslash is read.
  private mutating func escaped() throws -> Unicode.Scalar {
    let start = position - 1
    guard position < scalars.count else { throw error(at: start, "the escape is cut short") }
    let scalar = scalars[position]
    position += 1
    switch scalar {
    case "\"", "'", "\\": return scalar
    case "n": return "\n"
    case "r": return "\r"
    case "t": return "\t"
    case "u":
      if let end = scalars[position...].prefix(10).firstIndex(of: "}"), scalars[position] == "{",
        let value = UInt32(text(scalars[(position + 1)..<end]), radix: 16),
        let named = Unicode.Scalar(value)
      {
        position = end + 1
        return named
      }
      fallthrough
    default:
      throw error(at: start, #"expected one of \" \' \\ \n \r \t \u{hex}"#)
    }
  }

  private func text(_ scalars: ArraySlice<Unicode.Scalar>) -> String {
    var view = String.UnicodeScalarView()
    view.append(contentsOf: scalars)
    return String(view)
  }

  private static func isFieldScalar(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar {
    case "_", ".", "-": return true
    default:
      // Marks belong to the letters before them (Devanagari vowels, decomposed accents).
      switch scalar.properties.generalCategory {
      case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter,
        .decimalNumber, .letterNumber, .otherNumber, .nonspacingMark, .spacingMark:
        return true
      default: return false
      }
    }
  }

  private static func isWordScalar(_ scalar: Unicode.Scalar) -> Bool {
    isFieldScalar(scalar) || "/:@+*#~%".unicodeScalars.contains(scalar)
  }
}

extension FilterLexer.Kind: CustomStringConvertible {
  /// The token for an error message: short, and without control characters.
  var description: String {
    switch self {
    case .word(let text), .quotedField(let text), .symbol(let text):
      let shown = text.unicodeScalars.prefix(24).map { scalar in
        scalar.properties.generalCategory == .control || scalar.properties.isWhitespace
          ? "\u{FFFD}" : String(scalar)
      }
      return "`\(shown.joined())\(text.unicodeScalars.count > 24 ? "…" : "")`"
    case .string: return "a quoted text"
    case .end: return "the end"
    }
  }
}
