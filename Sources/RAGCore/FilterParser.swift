extension Filter {
  /// Parses a condition on metadata, as `--where` takes it:
  /// `language = en and (path prefix "docs/" or not exists draft)`.
  ///
  /// ```
  /// condition   = conjunction { "or" conjunction }
  /// conjunction = term { "and" term }
  /// term        = "not" term | "(" condition ")" | "exists" field | comparison
  /// comparison  = field ( "=" | "!=" | "<" | "<=" | ">" | ">=" ) value
  ///             | field "in" "(" [ value { "," value } ] ")"
  ///             | field "between" value [ "exclusive" ] "and" value [ "exclusive" ]
  ///             | field ( "prefix" | "^=" ) text
  /// field       = letters, digits and _ . - , or anything between backticks
  /// value       = number | "true" | "false" | text
  /// text        = anything between " " or ' ', with \" \' \\ \n \r \t \u{hex},
  ///             | a bare word of letters, digits and _ . - / : @ + * # ~ %
  /// ```
  ///
  /// Keywords may be in any case; a field or a text that is spelt like one is put in quotes, and so
  /// is a text that looks like a number (`version = "2"`). A backtick in a field is doubled.
  /// `a != b` is `not a = b`, which also holds for documents without the field. Both ends of
  /// `between` match unless marked `exclusive`. An empty list after `in` matches nothing. A whole
  /// number of more than 53 bits equals its own digits alone; ranges compare as Float64 does.
  ///
  /// - Throws: ``RAGError`` of code `invalidInput` that names the column, counted in characters
  ///   from 1, and what was expected there; `limitExceeded` for a text longer than
  ///   ``Limits/queryByteCount``.
  public init(parsing text: String, limits: Limits = Limits()) throws {
    guard text.utf8.count <= limits.queryByteCount else {
      throw RAGError(
        .limitExceeded,
        "the filter has \(text.utf8.count) bytes; the limit (queryByteCount) is "
          + "\(limits.queryByteCount)")
    }
    var parser = FilterParser(lexer: FilterLexer(text))
    self = try parser.parse()
  }
}

/// A parser by recursive descent, one method a rule of the grammar.
struct FilterParser {
  private var lexer: FilterLexer
  private var token = FilterLexer.Token(kind: .end, start: 0)
  private var depth = 0

  /// Parentheses and `not` within each other, so that the stack holds.
  static let largestDepth = 64

  init(lexer: FilterLexer) { self.lexer = lexer }

  mutating func parse() throws -> Filter {
    try advance()
    let filter = try condition()
    guard token.kind == .end else { throw expected("`and`, `or` or the end") }
    return filter
  }

  private mutating func condition() throws -> Filter {
    var parts = [try conjunction()]
    while try take(keyword: "or") { parts.append(try conjunction()) }
    return parts.count == 1 ? parts[0] : .or(parts)
  }

  private mutating func conjunction() throws -> Filter {
    var parts = [try term()]
    while try take(keyword: "and") { parts.append(try term()) }
    return parts.count == 1 ? parts[0] : .and(parts)
  }

  private mutating func term() throws -> Filter {
    depth += 1
    defer { depth -= 1 }
    guard depth <= Self.largestDepth else {
      throw lexer.error(
        at: token.start, "conditions are nested more than \(Self.largestDepth) deep")
    }
    if try take(keyword: "not") { return .not(try term()) }
    if try take(keyword: "exists") { return .exists(field: try field()) }
    if try take(symbol: "(") {
      let filter = try condition()
      guard try take(symbol: ")") else { throw expected("`and`, `or` or `)`") }
      return filter
    }
    return try comparison()
  }

  private mutating func comparison() throws -> Filter {
    let field = try field(or: "a field, `not`, `exists` or `(`")
    if try take(symbol: "=") { return .equals(field: field, try value()) }
    if try take(symbol: "!=") { return .not(.equals(field: field, try value())) }
    if try take(symbol: "<") {
      return .range(field: field, .init(upper: try end(), includesUpper: false))
    }
    if try take(symbol: "<=") { return .range(field: field, .init(upper: try end())) }
    if try take(symbol: ">") {
      return .range(field: field, .init(lower: try end(), includesLower: false))
    }
    if try take(symbol: ">=") { return .range(field: field, .init(lower: try end())) }
    if try take(keyword: "in") { return .isIn(field: field, try list()) }
    if try take(keyword: "between") { return .range(field: field, try bounds()) }
    let isPrefix = try take(symbol: "^=")
    if try isPrefix || take(keyword: "prefix") {
      return .hasPrefix(field: field, try text())
    }
    throw expected("a comparison (= != < <= > >= ^= in between prefix)")
  }

  private mutating func list() throws -> [MetadataValue] {
    guard try take(symbol: "(") else { throw expected("`(` and a list of values") }
    if try take(symbol: ")") { return [] }
    var values = [try value()]
    while try take(symbol: ",") { values.append(try value()) }
    guard try take(symbol: ")") else { throw expected("`,` or `)`") }
    return values
  }

  private mutating func bounds() throws -> Filter.Bounds {
    let lower = try end()
    let excludesLower = try take(keyword: "exclusive")
    guard try take(keyword: "and") else { throw expected("`and` and the upper end") }
    let upper = try end()
    let excludesUpper = try take(keyword: "exclusive")
    return .init(
      lower: lower, upper: upper, includesLower: !excludesLower, includesUpper: !excludesUpper)
  }

  private mutating func field(or expectation: String = "a field") throws -> String {
    switch token.kind {
    case .quotedField(let name):
      guard !name.isEmpty else { throw expected("the name of a field between the backticks") }
      try advance()
      return name
    case .word(let word) where FilterLexer.isField(word):
      try advance()
      return word
    default:
      throw expected(expectation)
    }
  }

  /// A value that is compared for order.
  private mutating func end() throws -> MetadataValue {
    guard case .word(let word) = token.kind, let number = MetadataValue.number(in: word) else {
      return try value()
    }
    try advance()
    return .number(number)
  }

  private mutating func value() throws -> MetadataValue {
    guard case .word(let word) = token.kind else { return .string(try text()) }
    switch word.lowercased() {
    case "true":
      try advance()
      return .bool(true)
    case "false":
      try advance()
      return .bool(false)
    default:
      guard let number = MetadataValue.number(in: word) else { return .string(try text()) }
      try advance()
      return Int64(word).map { MetadataValue(wholeNumber: $0) } ?? .number(number)
    }
  }

  private mutating func text() throws -> String {
    switch token.kind {
    case .string(let text):
      try advance()
      return text
    case .word(let word) where !FilterLexer.isKeyword(word):
      try advance()
      return word
    case .word:
      throw expected("a value; put a keyword in quotes to use it as one")
    default:
      throw expected("a value")
    }
  }

  private mutating func take(keyword: String) throws -> Bool {
    guard case .word(let word) = token.kind, word.lowercased() == keyword else { return false }
    try advance()
    return true
  }

  private mutating func take(symbol: String) throws -> Bool {
    guard case .symbol(symbol) = token.kind else { return false }
    try advance()
    return true
  }

  private mutating func advance() throws { token = try lexer.next() }

  private func expected(_ what: String) -> RAGError {
    lexer.error(at: token.start, "expected \(what), found \(token.kind)")
  }
}
