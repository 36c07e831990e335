/// One line of Markdown, read from left to right: quote marks, indent, then what it starts.
struct MarkdownLine {
  private let bytes: [UInt8]
  /// Offset of the first byte that is neither container mark nor indent.
  private(set) var start: Int
  /// Offset after the last byte, trailing white space excluded.
  let end: Int
  /// Columns before `start`, quote marks excluded.
  private(set) var indent = 0
  /// Quote marks stepped over.
  private(set) var quoteDepth = 0

  /// A list marker and where the content behind it starts.
  struct ListMarker {
    var byteCount: Int
    var contentIndent: Int
    /// Whether it may start a list right after a line of text.
    var mayInterruptText: Bool
  }

  init(_ bytes: [UInt8], _ range: Range<Int>) {
    self.bytes = bytes
    start = range.lowerBound
    var end = range.upperBound
    while end > start, bytes[end - 1] == 0x20 || bytes[end - 1] == 0x09 { end -= 1 }
    self.end = end
    skipIndent()
  }

  var isBlank: Bool { start >= end }

  private func byte(_ offset: Int) -> UInt8 { offset < end ? bytes[offset] : 0 }

  private mutating func skipIndent() {
    while start < end {
      if bytes[start] == 0x20 {
        indent += 1
      } else if bytes[start] == 0x09 {
        indent += 4 - indent % 4
      } else {
        break
      }
      start += 1
    }
  }

  /// Steps over `>` marks, no more than so many.
  mutating func skipQuoteMarks(atMost limit: Int) {
    while quoteDepth < limit, byte(start) == UInt8(ascii: ">") {
      quoteDepth += 1
      start += 1
      if byte(start) == 0x20 { start += 1 }
      indent = 0
      skipIndent()
    }
  }

  mutating func skip(_ marker: ListMarker) {
    start += marker.byteCount
    indent = marker.contentIndent
    let before = start
    while start < end, bytes[start] == 0x20 || bytes[start] == 0x09 { start += 1 }
    // More than four columns behind a marker are the indent of code.
    if start - before > 4 { indent += start - before - 1 }
    skipQuoteMarks(atMost: .max)
  }

  // MARK: What the line starts

  private func runLength(of mark: UInt8, from offset: Int) -> Int {
    var length = 0
    while byte(offset + length) == mark { length += 1 }
    return length
  }

  /// The level and words of a heading with `#` marks.
  var atxHeading: (level: Int, content: Range<Int>)? {
    let mark = UInt8(ascii: "#")
    let level = runLength(of: mark, from: start)
    let after = start + level
    guard (1...6).contains(level), after == end || byte(after) == 0x20 || byte(after) == 0x09
    else { return nil }
    var content = bytes.trimmed(after..<end)
    var closing = content.upperBound
    while closing > content.lowerBound, bytes[closing - 1] == mark { closing -= 1 }
    if closing == content.lowerBound || bytes[closing - 1] == 0x20 || bytes[closing - 1] == 0x09 {
      content = bytes.trimmed(content.lowerBound..<closing)
    }
    return (level, content)
  }

  /// The level of the heading that this line underlines.
  var setextLevel: Int? {
    for (mark, level) in [(UInt8(ascii: "="), 1), (UInt8(ascii: "-"), 2)]
    where start < end && start + runLength(of: mark, from: start) == end {
      return level
    }
    return nil
  }

  var isThematicBreak: Bool {
    let mark = byte(start)
    guard mark == UInt8(ascii: "-") || mark == UInt8(ascii: "*") || mark == UInt8(ascii: "_")
    else { return false }
    var count = 0
    for offset in start..<end {
      if bytes[offset] == mark {
        count += 1
      } else if bytes[offset] != 0x20, bytes[offset] != 0x09 {
        return false
      }
    }
    return count >= 3
  }

  var openingFence: (mark: UInt8, length: Int)? {
    let mark = byte(start)
    guard mark == UInt8(ascii: "`") || mark == UInt8(ascii: "~") else { return nil }
    let length = runLength(of: mark, from: start)
    guard length >= 3 else { return nil }
    // Backquotes behind backquotes are a code span.
    if mark == UInt8(ascii: "`"), bytes[(start + length)..<end].contains(mark) { return nil }
    return (mark, length)
  }

  func closesFence(mark: UInt8, length: Int) -> Bool {
    let run = runLength(of: mark, from: start)
    return run >= length && start + run == end
  }

  var listMarker: ListMarker? {
    var offset = start
    var mayInterrupt = true
    switch byte(start) {
    case UInt8(ascii: "-"), UInt8(ascii: "+"), UInt8(ascii: "*"): offset += 1
    case 0x30...0x39:
      while (0x30...0x39).contains(byte(offset)), offset - start < 9 { offset += 1 }
      mayInterrupt = offset == start + 1 && byte(start) == UInt8(ascii: "1")
      guard byte(offset) == UInt8(ascii: ".") || byte(offset) == UInt8(ascii: ")") else {
        return nil
      }
      offset += 1
    default: return nil
    }
    var spaces = 0
    while byte(offset + spaces) == 0x20 || byte(offset + spaces) == 0x09 { spaces += 1 }
    let isEmpty = offset >= end
    guard isEmpty || spaces > 0 else { return nil }
    let width = offset - start + (isEmpty || spaces > 4 ? 1 : spaces)
    return ListMarker(
      byteCount: offset - start, contentIndent: indent + width,
      mayInterruptText: mayInterrupt && !isEmpty)
  }

  // MARK: Tables

  /// Whether the line is the rule under a table's header, such as `| --- | :-: |`.
  var isTableRule: Bool {
    var hasDash = false
    var hasBar = false
    for offset in start..<end {
      switch bytes[offset] {
      case UInt8(ascii: "-"): hasDash = true
      case UInt8(ascii: "|"): hasBar = true
      case UInt8(ascii: ":"), 0x20, 0x09: break
      default: return false
      }
    }
    return hasDash && hasBar
  }

  /// The number of cells of a row, escaped bars not counted as ends.
  static func cellCount(_ bytes: [UInt8], _ range: Range<Int>) -> Int {
    var bars = 0
    var offset = range.lowerBound
    while offset < range.upperBound {
      if bytes[offset] == UInt8(ascii: "\\") {
        offset += 1
      } else if bytes[offset] == UInt8(ascii: "|"), offset > range.lowerBound,
        offset < range.upperBound - 1
      {
        bars += 1
      }
      offset += 1
    }
    return bars + 1
  }

  // MARK: HTML

  var startsComment: Bool { bytes[start..<end].starts(with: "<!--".utf8) }

  func contains(_ mark: StaticString) -> Bool {
    let length = mark.utf8CodeUnitCount
    guard end - start >= length else { return false }
    return (start...(end - length)).contains { offset in
      (0..<length).allSatisfy { bytes[offset + $0] == mark.utf8Start[$0] }
    }
  }

  /// Whether the line holds HTML tags and nothing else.
  var isOnlyTags: Bool {
    guard byte(start) == UInt8(ascii: "<"), bytes[end - 1] == UInt8(ascii: ">") else {
      return false
    }
    var isInTag = false
    for offset in start..<end {
      switch bytes[offset] {
      case UInt8(ascii: "<") where !isInTag:
        let next = byte(offset + 1)
        let isTag = next == UInt8(ascii: "/") || (0x61...0x7A).contains(next | 0x20)
        guard isTag, !isAutolink(from: offset + 1) else { return false }
        isInTag = true
      case UInt8(ascii: ">") where isInTag: isInTag = false
      case 0x20, 0x09: break
      default: if !isInTag { return false }
      }
    }
    return !isInTag
  }

  private func isAutolink(from offset: Int) -> Bool {
    let name = bytes[offset..<end].prefix { (0x61...0x7A).contains($0 | 0x20) }
    let next = byte(offset + name.count)
    return next == UInt8(ascii: ":") || next == UInt8(ascii: "@") || next == UInt8(ascii: ".")
  }
}
