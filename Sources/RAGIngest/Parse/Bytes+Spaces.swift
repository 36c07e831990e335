extension [UInt8] {
  /// A range less the white space at its ends: ASCII space and controls, U+00A0, U+3000.
  func trimmed(_ range: Range<Int>) -> Range<Int> {
    var lower = range.lowerBound
    var upper = range.upperBound
    while lower < upper {
      if Self.isSpace(self[lower]) {
        lower += 1
      } else if lower + 1 < upper, self[lower] == 0xC2, self[lower + 1] == 0xA0 {
        lower += 2
      } else if lower + 2 < upper, self[lower] == 0xE3, self[lower + 1] == 0x80,
        self[lower + 2] == 0x80
      {
        lower += 3
      } else {
        break
      }
    }
    while lower < upper {
      if Self.isSpace(self[upper - 1]) {
        upper -= 1
      } else if upper - lower >= 2, self[upper - 2] == 0xC2, self[upper - 1] == 0xA0 {
        upper -= 2
      } else if upper - lower >= 3, self[upper - 3] == 0xE3, self[upper - 2] == 0x80,
        self[upper - 1] == 0x80
      {
        upper -= 3
      } else {
        break
      }
    }
    return lower..<upper
  }

  /// The text of a range with each run of ASCII white space as one space, none at the ends.
  func collapsed(_ range: Range<Int>) -> String {
    var words: [UInt8] = []
    words.reserveCapacity(range.count)
    for byte in self[range] {
      if !Self.isSpace(byte) {
        words.append(byte)
      } else if let last = words.last, last != 0x20 {
        words.append(0x20)
      }
    }
    if words.last == 0x20 { words.removeLast() }
    return String(decoding: words, as: UTF8.self)
  }

  private static func isSpace(_ byte: UInt8) -> Bool {
    byte == 0x20 || (0x09...0x0D).contains(byte)
  }
}

extension String {
  /// The words of the string, one space between each two, or nil when there are none.
  func collapsingSpaces() -> String? {
    let words = split(whereSeparator: \.isWhitespace).joined(separator: " ")
    return words.isEmpty ? nil : words
  }

  /// The string less ASCII white space at its ends.
  func trimmingSpaces() -> String {
    let isSpace = { (scalar: Unicode.Scalar) in scalar.value <= 0x20 }
    let scalars = unicodeScalars.drop(while: isSpace)
    guard let last = scalars.lastIndex(where: { !isSpace($0) }) else { return "" }
    return String(scalars[...last])
  }
}
