/// Takes SQL apart as SQLite's own tokenizer does.
struct SQLLexer {
  private let bytes: [UInt8]
  private var position = 0

  private init(_ sql: String) { bytes = Array(sql.utf8) }

  /// The tokens without comments.
  static func tokens(of sql: String) -> [SQLToken] {
    all(of: sql).filter { $0.kind != .comment }
  }

  /// The tokens and comments.
  static func all(of sql: String) -> [SQLToken] {
    var lexer = SQLLexer(sql)
    var tokens: [SQLToken] = []
    while let token = lexer.next() { tokens.append(token) }
    return tokens
  }

  private mutating func next() -> SQLToken? {
    while let byte = peek(), Self.isBlank(byte) { position += 1 }
    guard let byte = peek() else { return nil }
    let start = position
    switch byte {
    case UInt8(ascii: "-") where peek(1) == UInt8(ascii: "-"):
      skip { $0 != UInt8(ascii: "\n") }
      return token(.comment, from: start)
    case UInt8(ascii: "/") where peek(1) == UInt8(ascii: "*"):
      position += 2
      while position < bytes.count {
        position += 1
        if bytes[position - 1] == UInt8(ascii: "*"), peek() == UInt8(ascii: "/") {
          position += 1
          return token(.comment, from: start)
        }
      }
      return token(.unterminated, from: start)
    case UInt8(ascii: "'"): return quoted(.string, end: byte)
    case UInt8(ascii: "\""), UInt8(ascii: "`"): return quoted(.quotedName, end: byte)
    case UInt8(ascii: "["): return quoted(.quotedName, end: UInt8(ascii: "]"))
    case UInt8(ascii: "0")...UInt8(ascii: "9"): return number()
    case UInt8(ascii: ".") where peek(1).map(Self.isDigit) ?? false: return number()
    case UInt8(ascii: "x"), UInt8(ascii: "X"):
      guard peek(1) == UInt8(ascii: "'") else { break }
      position += 1
      return quoted(.string, end: UInt8(ascii: "'"))
    default: break
    }
    if Self.isNameByte(byte) {
      skip(while: Self.isNameByte)
      return token(.word, from: start)
    }
    let pair = bytes[start..<min(start + 2, bytes.count)]
    position += Self.pairs.contains(String(decoding: pair, as: UTF8.self)) ? 2 : 1
    return token(.symbol, from: start)
  }

  private mutating func number() -> SQLToken {
    let start = position
    // Hexadecimal digits, exponents and wrong endings alike: SQLite checks them.
    while let byte = peek() {
      let isSign = byte == UInt8(ascii: "+") || byte == UInt8(ascii: "-")
      let followsExponent = bytes[position - (position > start ? 1 : 0)] | 0x20 == UInt8(ascii: "e")
      guard Self.isNameByte(byte) || byte == UInt8(ascii: ".") || (isSign && followsExponent)
      else { break }
      position += 1
    }
    return token(.number, from: start)
  }

  /// Text up to a quote that is not doubled.
  private mutating func quoted(_ kind: SQLToken.Kind, end: UInt8) -> SQLToken {
    let start = position
    position += 1
    var inside: [UInt8] = []
    while let byte = peek() {
      position += 1
      if byte == end {
        guard end != UInt8(ascii: "]"), peek() == end else {
          let text = String(decoding: inside, as: UTF8.self)
          return SQLToken(kind: kind, text: text, range: start..<position)
        }
        position += 1
      }
      inside.append(byte)
    }
    return token(.unterminated, from: start)
  }

  private func token(_ kind: SQLToken.Kind, from start: Int) -> SQLToken {
    SQLToken(
      kind: kind, text: String(decoding: bytes[start..<position], as: UTF8.self),
      range: start..<position)
  }

  private mutating func skip(while condition: (UInt8) -> Bool) {
    while let byte = peek(), condition(byte) { position += 1 }
  }

  private func peek(_ offset: Int = 0) -> UInt8? {
    position + offset < bytes.count ? bytes[position + offset] : nil
  }

  private static let pairs: Set<String> = ["||", "<=", ">=", "<>", "!=", "==", "<<", ">>", "->"]

  private static func isBlank(_ byte: UInt8) -> Bool {
    byte == 0x20 || (0x09...0x0D).contains(byte) && byte != 0x0B
  }

  private static func isDigit(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
  }

  private static func isNameByte(_ byte: UInt8) -> Bool {
    isDigit(byte) || byte == UInt8(ascii: "_") || byte == UInt8(ascii: "$") || byte >= 0x80
      || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
  }
}
