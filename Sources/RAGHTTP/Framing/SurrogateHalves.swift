/// Puts characters together again that a service cut in two.
///
/// JSON escapes a character beyond U+FFFF as two surrogates (RFC 8259, section 7). A service that
/// counts in these may end one message with the first and begin the next with the second, and each
/// is no character alone. A half whose other half does not come, as the first of the next message's
/// strings, is taken out where it ends a string, and elsewhere becomes U+FFFD.
struct SurrogateHalves {
  /// The escape of the first half that ended a string of the last message; may be empty.
  private var waiting: ArraySlice<UInt8> = []

  private static let replacement = Array(#"\ufffd"#.utf8)
  private static let escapeByteCount = 6

  /// A message in which no half stands alone.
  /// - Complexity: O(bytes).
  mutating func joined(_ message: [UInt8]) -> [UInt8] {
    var first = waiting
    waiting = []
    guard message.contains(UInt8(ascii: "\\")) else { return message }
    var output: [UInt8] = []
    output.reserveCapacity(message.count)
    var index = 0
    while index < message.count {
      guard message[index] == UInt8(ascii: "\\") else {
        output.append(message[index])
        index += 1
        continue
      }
      let unit = Self.unit(message, at: index)
      // An escape of another kind has two bytes at least, of which the second begins none.
      let end = min(index + (unit == nil ? 2 : Self.escapeByteCount), message.count)
      let escape = message[index..<end]
      index = end
      switch unit {
      case .some(0xD800..<0xDC00):
        if let next = Self.unit(message, at: end), 0xDC00..<0xE000 ~= next {
          index += Self.escapeByteCount
          output += escape + message[end..<index]
        } else if end < message.count, message[end] == UInt8(ascii: "\"") {
          waiting = escape
        } else {
          output += Self.replacement
        }
      case .some(0xDC00..<0xE000):
        let isFirst = output.last == UInt8(ascii: "\"")
        output += isFirst && !first.isEmpty ? Array(first + escape) : Self.replacement
        first = []
      default: output += escape
      }
    }
    return output
  }

  /// The code unit of an escape `\uXXXX`; nil where there is none.
  private static func unit(_ message: [UInt8], at index: Int) -> UInt16? {
    guard index + escapeByteCount <= message.count, message[index] == UInt8(ascii: "\\"),
      message[index + 1] == UInt8(ascii: "u")
    else { return nil }
    let digits = message[(index + 2)..<(index + escapeByteCount)]
    // A sign is no digit.
    guard digits.allSatisfy({ $0 > UInt8(ascii: "-") }) else { return nil }
    return UInt16(String(decoding: digits, as: UTF8.self), radix: 16)
  }
}
