/// Reads JSON (RFC 8259) value by value, without building what the caller does not want.
///
/// Depth is bounded, a key that comes twice in an object that is kept is an error, and nothing is
/// allocated beyond what the text holds.
package struct JSONReader: ~Copyable {
  /// What is wrong, and where.
  package struct SyntaxError: Error, CustomStringConvertible {
    package let message: String
    package let offset: Int
    package var description: String { "not valid JSON at byte \(offset): \(message)" }
  }

  /// Arrays and objects may be nested this deep.
  package static let maximumDepth = 64

  private let bytes: UnsafeRawBufferPointer
  private var position = 0
  private var depth = 0

  /// Reads from bytes that outlive the reader.
  package init(_ bytes: UnsafeRawBufferPointer) throws {
    guard String(validating: bytes, as: UTF8.self) != nil else {
      throw SyntaxError(message: "not UTF-8", offset: 0)
    }
    self.bytes = bytes
  }

  /// Reads an object; `member` must read or skip the value of each key.
  package mutating func object(
    _ member: (String, inout JSONReader) throws -> Void
  ) throws {
    try open("{")
    if try close("}") { return }
    repeat {
      skipSpace()
      let key = try string()
      try expect(":")
      try member(key, &self)
    } while try separator(or: "}")
  }

  /// Reads an object as `object` does, and gives the bytes of each key, during the call alone.
  package mutating func objectOfBytes(
    _ member: (UnsafeRawBufferPointer, inout JSONReader) throws -> Void
  ) throws {
    try open("{")
    if try close("}") { return }
    repeat {
      skipSpace()
      let (raw, escaped) = try stringBytes()
      try expect(":")
      if let escaped {
        try escaped.withUnsafeBytes { try member($0, &self) }
      } else {
        try member(UnsafeRawBufferPointer(rebasing: bytes[raw]), &self)
      }
    } while try separator(or: "}")
  }

  /// Whether an object comes next.
  package mutating func isAtObject() -> Bool {
    skipSpace()
    return peek() == UInt8(ascii: "{")
  }

  /// Reads an array; `element` must read or skip each value.
  package mutating func array(_ element: (inout JSONReader) throws -> Void) throws {
    try open("[")
    if try close("]") { return }
    repeat { try element(&self) } while try separator(or: "]")
  }

  /// Reads an array of at most `limit` integers.
  package mutating func integers(atMost limit: Int) throws -> [Int] {
    var integers: [Int] = []
    try array { reader in
      integers.append(try reader.integer())
      if integers.count > limit { throw reader.failure("more than \(limit) numbers") }
    }
    return integers
  }

  /// Reads any value and forgets it.
  package mutating func skip() throws {
    skipSpace()
    switch peek() {
    case UInt8(ascii: "{"): try object { _, reader in try reader.skip() }
    case UInt8(ascii: "["): try array { try $0.skip() }
    default: _ = try value()
    }
  }

  /// Reads any value as a tree.
  package mutating func value() throws -> JSONValue {
    skipSpace()
    switch peek() {
    case UInt8(ascii: "{"):
      var members: [String: JSONValue] = [:]
      try object { key, reader in
        let offset = reader.position
        guard members.updateValue(try reader.value(), forKey: key) == nil else {
          throw SyntaxError(message: "a key comes twice", offset: offset)
        }
      }
      return .object(members)
    case UInt8(ascii: "["):
      var elements: [JSONValue] = []
      try array { elements.append(try $0.value()) }
      return .array(elements)
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "t"):
      try word("true")
      return .bool(true)
    case UInt8(ascii: "f"):
      try word("false")
      return .bool(false)
    case UInt8(ascii: "n"):
      try word("null")
      return .null
    default: return try number()
    }
  }

  /// Reads an integer.
  package mutating func integer() throws -> Int {
    skipSpace()
    let start = position
    if let value = plainInteger() { return value }
    guard case .integer(let value) = try number() else {
      throw SyntaxError(message: "an integer was expected", offset: start)
    }
    return value
  }

  /// Reads a string.
  package mutating func string() throws -> String {
    skipSpace()
    let (raw, escaped) = try stringBytes()
    return escaped.map { String(decoding: $0, as: UTF8.self) }
      ?? String(decoding: bytes[raw], as: UTF8.self)
  }

  /// Checks that only white space follows.
  package mutating func end() throws {
    skipSpace()
    if position < bytes.count { throw failure("something follows the value") }
  }

  /// Whether an array comes next.
  package mutating func isAtArray() -> Bool {
    skipSpace()
    return peek() == UInt8(ascii: "[")
  }

  /// Reads a string and appends its UTF-8, for lists too long for a `String` each.
  package mutating func string(appendingTo text: inout [UInt8]) throws {
    skipSpace()
    let start = position + 1
    guard peek() == UInt8(ascii: "\"") else { throw failure("a string was expected") }
    var end = start
    while end < bytes.count {
      let byte = bytes[end]
      if byte == UInt8(ascii: "\"") {
        text.append(contentsOf: UnsafeRawBufferPointer(rebasing: bytes[start..<end]))
        position = end + 1
        return
      }
      if byte == UInt8(ascii: "\\") || byte < 0x20 { break }
      end += 1
    }
    text.append(contentsOf: try string().utf8)
  }

  /// Reads a number.
  package mutating func double() throws -> Double {
    skipSpace()
    let start = position
    guard let value = try number().number else {
      throw SyntaxError(message: "a number was expected", offset: start)
    }
    return value
  }
}

extension JSONReader {
  private func failure(_ message: String) -> SyntaxError {
    SyntaxError(message: message, offset: position)
  }

  /// The next byte, or 0 at the end; 0 starts no token.
  private func peek() -> UInt8 { position < bytes.count ? bytes[position] : 0 }

  private mutating func skipSpace() {
    while position < bytes.count {
      switch bytes[position] {
      case 0x20, 0x0A, 0x0D, 0x09: position += 1
      default: return
      }
    }
  }

  private mutating func expect(_ token: Unicode.Scalar) throws {
    skipSpace()
    guard peek() == UInt8(ascii: token) else { throw failure("'\(token)' was expected") }
    position += 1
  }

  private mutating func open(_ token: Unicode.Scalar) throws {
    try expect(token)
    depth += 1
    if depth > Self.maximumDepth { throw failure("nested more than \(Self.maximumDepth) deep") }
  }

  private mutating func close(_ token: Unicode.Scalar) throws -> Bool {
    skipSpace()
    guard peek() == UInt8(ascii: token) else { return false }
    position += 1
    depth -= 1
    return true
  }

  /// Reads a comma, which is true, or the token that ends the container, which is false.
  private mutating func separator(or token: Unicode.Scalar) throws -> Bool {
    if try close(token) { return false }
    try expect(",")
    return true
  }

  private mutating func word(_ text: StaticString) throws {
    for index in 0..<text.utf8CodeUnitCount {
      guard peek() == text.utf8Start[index] else { throw failure("an unknown word") }
      position += 1
    }
  }

  /// Reads an integer of few digits and nothing else, or nothing at all.
  private mutating func plainInteger() -> Int? {
    var value = 0
    var end = position
    while end < bytes.count, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(bytes[end]) {
      value = value &* 10 &+ Int(bytes[end] & 0xF)
      end += 1
    }
    // Any 18 digits fit.
    guard (1...18).contains(end - position), end < bytes.count else { return nil }
    switch bytes[end] {
    case UInt8(ascii: ","), UInt8(ascii: "}"), UInt8(ascii: "]"), 0x20, 0x0A, 0x0D, 0x09:
      position = end
      return value
    default: return nil
    }
  }

  private mutating func number() throws -> JSONValue {
    let start = position
    while position < bytes.count {
      switch bytes[position] {
      case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "+"),
        UInt8(ascii: "."), UInt8(ascii: "e"), UInt8(ascii: "E"):
        position += 1
      default:
        return try Self.number(bytes[start..<position], at: start)
      }
    }
    return try Self.number(bytes[start..<position], at: start)
  }

  private static func number(
    _ digits: Slice<UnsafeRawBufferPointer>, at offset: Int
  ) throws -> JSONValue {
    let text = String(decoding: digits, as: UTF8.self)
    if let integer = Int(text), digits.first != UInt8(ascii: "+") { return .integer(integer) }
    guard let number = Double(text), number.isFinite, digits.first != UInt8(ascii: "+") else {
      throw SyntaxError(message: "a value was expected", offset: offset)
    }
    return .number(number)
  }

  /// Reads a string: where its bytes are, or the bytes themselves where some were escaped.
  private mutating func stringBytes() throws -> (raw: Range<Int>, escaped: [UInt8]?) {
    guard peek() == UInt8(ascii: "\"") else { throw failure("a string was expected") }
    position += 1
    let start = position
    while position < bytes.count {
      switch bytes[position] {
      case UInt8(ascii: "\""):
        defer { position += 1 }
        return (start..<position, nil)
      case UInt8(ascii: "\\"): return (start..<start, try escapedBytes(from: start))
      case 0..<0x20: throw failure("a control character in a string")
      default: position += 1
      }
    }
    throw failure("the string does not end")
  }

  private mutating func escapedBytes(from start: Int) throws -> [UInt8] {
    var text = Array(bytes[start..<position])
    while position < bytes.count {
      let byte = bytes[position]
      switch byte {
      case UInt8(ascii: "\""):
        position += 1
        return text
      case UInt8(ascii: "\\"):
        position += 1
        text.append(
          contentsOf: UTF8.encode(try escape()) ?? UTF8.encodedReplacementCharacter)
      case 0..<0x20: throw failure("a control character in a string")
      default:
        text.append(byte)
        position += 1
      }
    }
    throw failure("the string does not end")
  }

  /// Reads what follows a backslash.
  private mutating func escape() throws -> Unicode.Scalar {
    let byte = peek()
    position += 1
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return Unicode.Scalar(byte)
    case UInt8(ascii: "b"): return "\u{8}"
    case UInt8(ascii: "f"): return "\u{C}"
    case UInt8(ascii: "n"): return "\n"
    case UInt8(ascii: "r"): return "\r"
    case UInt8(ascii: "t"): return "\t"
    case UInt8(ascii: "u"):
      let unit = try hexadecimal()
      if let scalar = Unicode.Scalar(unit) { return scalar }
      // The first half of a surrogate pair; the second must follow.
      try word("\\u")
      let low = try hexadecimal()
      guard unit < 0xDC00, (0xDC00..<0xE000).contains(low),
        let scalar = Unicode.Scalar(0x10000 + (unit - 0xD800) << 10 + (low - 0xDC00))
      else { throw failure("a lone surrogate") }
      return scalar
    default: throw failure("an unknown escape")
    }
  }

  private mutating func hexadecimal() throws -> UInt32 {
    var value: UInt32 = 0
    for _ in 0..<4 {
      guard let digit = Character(Unicode.Scalar(peek())).hexDigitValue else {
        throw failure("four hexadecimal digits were expected")
      }
      value = value << 4 | UInt32(digit)
      position += 1
    }
    return value
  }
}
