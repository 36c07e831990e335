/// Reads the strings of a JSON text with the keys that lead to them. Takes what is not JSON
/// without complaint.
struct JSONStringReader {
  struct Found {
    /// The keys of the objects around, outermost first. An element of an array has the array's.
    var path: [String]
    var key: String
    var value: String
  }

  /// The strings of what is nested deeper count for what holds it.
  private static let depthLimit = 16
  /// Longer strings are cut.
  private static let byteLimit = 2048

  private let bytes: UnsafeBufferPointer<UInt8>
  private var offset = 0
  /// By open object or array: the key that it is the value of; nil in an array or outermost.
  private var open: [(key: String?, isObject: Bool)] = []
  /// Objects and arrays open beyond the limit.
  private var deeperCount = 0
  /// The key whose value comes next.
  private var key: String?

  init(_ bytes: UnsafeBufferPointer<UInt8>) { self.bytes = bytes }

  /// The next string that is a value.
  mutating func next() -> Found? {
    while offset < bytes.count {
      let byte = bytes[offset]
      offset += 1
      switch byte {
      case UInt8(ascii: "{"), UInt8(ascii: "["):
        guard open.count < Self.depthLimit else {
          deeperCount += 1
          continue
        }
        open.append((key, byte == UInt8(ascii: "{")))
        if byte == UInt8(ascii: "{") { key = nil }
      case UInt8(ascii: "}"), UInt8(ascii: "]"):
        guard deeperCount == 0 else {
          deeperCount -= 1
          continue
        }
        _ = open.popLast()
        key = open.last.flatMap { $0.isObject ? nil : $0.key }
      case UInt8(ascii: ","): if open.last?.isObject ?? false { key = nil }
      case UInt8(ascii: "\""):
        let text = string()
        if let key {
          let path = open.compactMap { $0.isObject ? $0.key : nil }
          return Found(path: path, key: key, value: text)
        }
        if open.last?.isObject ?? false { key = text }
      default: break
      }
    }
    return nil
  }

  /// Reads a string behind its opening quotation mark.
  private mutating func string() -> String {
    var text: [UInt8] = []
    while offset < bytes.count {
      var byte = bytes[offset]
      offset += 1
      if byte == UInt8(ascii: "\"") { break }
      if byte == UInt8(ascii: "\\"), offset < bytes.count {
        byte = bytes[offset]
        offset += 1
        switch byte {
        case UInt8(ascii: "u"):
          if text.count < Self.byteLimit { text += Array(String(escape()).utf8) }
          continue
        case UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"), UInt8(ascii: "b"),
          UInt8(ascii: "f"):
          byte = 0x20
        default: break
        }
      }
      if text.count < Self.byteLimit { text.append(byte) }
    }
    return String(decoding: text, as: UTF8.self)
  }

  /// Reads the digits of `\uXXXX`, and of the one after it where two make a character.
  private mutating func escape() -> Unicode.Scalar {
    let first = digits()
    guard (0xD800..<0xDC00).contains(first), offset + 1 < bytes.count,
      bytes[offset] == UInt8(ascii: "\\"), bytes[offset + 1] == UInt8(ascii: "u")
    else { return Unicode.Scalar(first) ?? "\u{FFFD}" }
    offset += 2
    let second = digits()
    guard (0xDC00..<0xE000).contains(second) else { return "\u{FFFD}" }
    return Unicode.Scalar(0x10000 + (first - 0xD800) << 10 + (second - 0xDC00)) ?? "\u{FFFD}"
  }

  private mutating func digits() -> UInt32 {
    var value: UInt32 = 0
    for _ in 0..<4 {
      guard offset < bytes.count, let digit = Character(Unicode.Scalar(bytes[offset])).hexDigitValue
      else { return 0xFFFD }
      value = value << 4 | UInt32(digit)
      offset += 1
    }
    return value
  }
}
