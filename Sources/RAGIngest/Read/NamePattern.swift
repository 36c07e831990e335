/// A pattern for one name of a path: `*`, `?`, `[…]`, backslash escapes and plain characters.
struct NamePattern: Sendable {
  private enum Token: Sendable {
    case literal(Unicode.Scalar)
    case anyScalar
    case anyText
    case set(ranges: [ClosedRange<UInt32>], isNegated: Bool)

    func matches(_ scalar: Unicode.Scalar) -> Bool {
      switch self {
      case .literal(let own): own == scalar
      case .anyScalar: true
      case .anyText: false
      case .set(let ranges, let isNegated):
        ranges.contains { $0.contains(scalar.value) } != isNegated
      }
    }
  }

  private let tokens: [Token]
  /// The name itself where nothing in the pattern is special.
  private let literal: String?

  /// Reads a pattern; nil when it can match nothing: a set or an escape without its end.
  init?(_ text: Substring.UnicodeScalarView) {
    var tokens: [Token] = []
    var literal: String? = ""
    var rest = text
    while let scalar = rest.popFirst() {
      var token: Token
      switch scalar {
      case "*":
        if case .anyText = tokens.last { continue }
        token = .anyText
      case "?": token = .anyScalar
      case "[":
        guard let set = Self.set(&rest) else { return nil }
        token = set
      case "\\":
        guard let escaped = rest.popFirst() else { return nil }
        token = .literal(escaped)
      default: token = .literal(scalar)
      }
      if case .literal(let own) = token {
        literal?.unicodeScalars.append(own)
      } else {
        literal = nil
      }
      tokens.append(token)
    }
    self.tokens = tokens
    self.literal = literal
  }

  /// Reads a set after its `[`.
  private static func set(_ rest: inout Substring.UnicodeScalarView) -> Token? {
    let isNegated = rest.first == "!" || rest.first == "^"
    if isNegated { rest.removeFirst() }
    var ranges: [ClosedRange<UInt32>] = []
    var isFirst = true
    while let scalar = rest.popFirst() {
      if scalar == "]", !isFirst { return .set(ranges: ranges, isNegated: isNegated) }
      isFirst = false
      if scalar == "[", rest.first == ":", let members = characterClass(&rest) {
        ranges += members
        continue
      }
      guard let lower = unescaped(scalar, &rest) else { return nil }
      var upper = lower
      if rest.first == "-", let next = rest.dropFirst().first, next != "]" {
        rest.removeFirst(2)
        guard let end = unescaped(next, &rest) else { return nil }
        upper = end
      }
      if lower <= upper { ranges.append(lower.value...upper.value) }
    }
    return nil
  }

  private static func unescaped(
    _ scalar: Unicode.Scalar, _ rest: inout Substring.UnicodeScalarView
  ) -> Unicode.Scalar? {
    scalar == "\\" ? rest.popFirst() : scalar
  }

  /// Reads `:alpha:]` and the like after the inner `[`; leaves other text alone.
  private static func characterClass(
    _ rest: inout Substring.UnicodeScalarView
  ) -> [ClosedRange<UInt32>]? {
    for (name, ranges) in classes where rest.starts(with: ":\(name):]".unicodeScalars) {
      rest.removeFirst(name.count + 3)
      return ranges
    }
    return nil
  }

  private static let classes: [(name: String, ranges: [ClosedRange<UInt32>])] = [
    ("alpha", [0x41...0x5A, 0x61...0x7A]), ("digit", [0x30...0x39]),
    ("alnum", [0x30...0x39, 0x41...0x5A, 0x61...0x7A]), ("upper", [0x41...0x5A]),
    ("lower", [0x61...0x7A]), ("space", [0x09...0x0D, 0x20...0x20]),
    ("blank", [0x09...0x09, 0x20...0x20]), ("xdigit", [0x30...0x39, 0x41...0x46, 0x61...0x66]),
    ("punct", [0x21...0x2F, 0x3A...0x40, 0x5B...0x60, 0x7B...0x7E]), ("graph", [0x21...0x7E]),
    ("print", [0x20...0x7E]), ("cntrl", [0x00...0x1F, 0x7F...0x7F]),
  ]

  /// Whether the pattern matches a whole name.
  func matches(_ name: String) -> Bool {
    if let literal { return literal.utf8.elementsEqual(name.utf8) }
    let scalars = name.unicodeScalars
    var token = 0
    var index = scalars.startIndex
    // Only the last `*` needs to take more: what an earlier one took was the least it could.
    var retry: (token: Int, index: String.Index)?
    while index < scalars.endIndex {
      if token < tokens.count {
        if case .anyText = tokens[token] {
          retry = (token, index)
          token += 1
          continue
        }
        if tokens[token].matches(scalars[index]) {
          token += 1
          index = scalars.index(after: index)
          continue
        }
      }
      guard let last = retry else { return false }
      index = scalars.index(after: last.index)
      retry = (last.token, index)
      token = last.token + 1
    }
    while token < tokens.count, case .anyText = tokens[token] { token += 1 }
    return token == tokens.count
  }
}
