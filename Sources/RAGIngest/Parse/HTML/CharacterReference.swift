/// Resolves character references (`&amp;`, `&#x4e2d;`) by the rules of the HTML standard,
/// section 13.2.5.72.
enum CharacterReference {
  /// What a reference stands for.
  struct Match {
    var text: [UInt8]
    /// Bytes of the reference, its `&` and `;` included.
    var byteCount: Int
  }

  /// The longest name of the standard has 31 letters.
  private static let nameLimit = 32

  /// The reference that the `&` at an offset starts, or nil when the `&` stands for itself.
  ///
  /// In attributes, a name without `;` before a letter, digit or `=` is no reference: it is part
  /// of an address's query.
  /// - Complexity: O(1), but for the digits of a number.
  static func match(
    in bytes: UnsafeBufferPointer<UInt8>, at offset: Int, isAttribute: Bool = false
  ) -> Match? {
    guard offset + 1 < bytes.count else { return nil }
    if bytes[offset + 1] == UInt8(ascii: "#") { return number(in: bytes, at: offset) }
    var end = offset + 1
    while end < bytes.count, end - offset <= nameLimit, isAlphanumeric(bytes[end]) { end += 1 }
    guard end > offset + 1 else { return nil }
    let name = bytes[(offset + 1)..<end]
    if end < bytes.count, bytes[end] == UInt8(ascii: ";"),
      let text = NamedReferences.withSemicolon[String(decoding: name, as: UTF8.self)]
    {
      return Match(text: text, byteCount: end + 1 - offset)
    }
    // Old names need no `;`: the longest one that the letters start with.
    for length in stride(from: min(name.count, NamedReferences.bareNameLimit), through: 2, by: -1) {
      guard let text = NamedReferences.bare[String(decoding: name.prefix(length), as: UTF8.self)]
      else { continue }
      let next = offset + 1 + length
      if isAttribute, next < bytes.count,
        isAlphanumeric(bytes[next]) || bytes[next] == UInt8(ascii: "=")
      {
        return nil
      }
      return Match(text: text, byteCount: length + 1)
    }
    return nil
  }

  /// A text with its references resolved.
  static func resolve(_ value: [UInt8], isAttribute: Bool = false) -> String {
    var resolved: [UInt8] = []
    resolved.reserveCapacity(value.count)
    value.withUnsafeBufferPointer { bytes in
      var offset = 0
      while offset < bytes.count {
        if bytes[offset] == UInt8(ascii: "&"),
          let match = match(in: bytes, at: offset, isAttribute: isAttribute)
        {
          resolved += match.text
          offset += match.byteCount
        } else {
          resolved.append(bytes[offset])
          offset += 1
        }
      }
    }
    return String(decoding: resolved, as: UTF8.self)
  }

  private static func isAlphanumeric(_ byte: UInt8) -> Bool {
    (0x30...0x39).contains(byte) || (0x61...0x7A).contains(byte | 0x20)
  }

  private static func number(in bytes: UnsafeBufferPointer<UInt8>, at offset: Int) -> Match? {
    var end = offset + 2
    let isHex = end < bytes.count && bytes[end] | 0x20 == UInt8(ascii: "x")
    if isHex { end += 1 }
    let digitStart = end
    var value: UInt32 = 0
    while end < bytes.count, let digit = digit(bytes[end], isHex: isHex) {
      // Beyond Unicode the exact value does not matter.
      value = min(value * (isHex ? 16 : 10) + digit, 0x11_0000)
      end += 1
    }
    guard end > digitStart else { return nil }
    if end < bytes.count, bytes[end] == UInt8(ascii: ";") { end += 1 }
    var text: [UInt8] = []
    character(value).append(to: &text)
    return Match(text: text, byteCount: end - offset)
  }

  private static func digit(_ byte: UInt8, isHex: Bool) -> UInt32? {
    switch byte {
    case 0x30...0x39: UInt32(byte - 0x30)
    case 0x41...0x46 where isHex: UInt32(byte - 0x41 + 10)
    case 0x61...0x66 where isHex: UInt32(byte - 0x61 + 10)
    default: nil
    }
  }

  /// Numbers of the C1 controls mean windows-1252; what is no character means U+FFFD.
  private static func character(_ value: UInt32) -> PackedUTF8 {
    if (0x80...0x9F).contains(value) { return CodeTable.windows1252Character(UInt8(value)) }
    guard value != 0, let scalar = Unicode.Scalar(value) else { return .replacement }
    return PackedUTF8(scalar)
  }
}
