import RAGCore

/// The links of a Markdown text: inline, by reference, and in angle brackets.
struct MarkdownLinks {
  /// Targets by label, of lines such as `[label]: address "title"`.
  struct Definitions {
    private var targets: [String: String] = [:]

    mutating func add(_ definition: (label: String, target: String)) {
      if targets[definition.label] == nil { targets[definition.label] = definition.target }
    }

    subscript(_ label: String) -> String? { targets[label] }
  }

  /// The longest label and the longest target; the limits keep the scan linear.
  private static let labelLimit = 999
  private static let targetLimit = 2048
  /// How deep parentheses nest in a target.
  private static let depthLimit = 32
  /// The longest run of backquotes that encloses code.
  private static let codeMarkLimit = 16

  private let bytes: [UInt8]
  private let definitions: Definitions
  private var links: [Document.Link] = []

  /// The links in all blocks but code, in the order of the text.
  static func find(
    in bytes: [UInt8], blocks: [Document.Block], definitions: Definitions
  ) -> [Document.Link] {
    var finder = MarkdownLinks(bytes: bytes, definitions: definitions)
    for block in blocks where block.kind != .code { finder.scan(block.range) }
    return finder.links
  }

  /// The label and target of a definition, if the line is one.
  static func definition(
    in bytes: [UInt8], _ line: Range<Int>
  ) -> (label: String, target: String)? {
    guard bytes[line.lowerBound] == UInt8(ascii: "["), line.count > 4,
      let close = bytes[line].firstIndex(of: UInt8(ascii: "]")), close + 1 < line.upperBound,
      bytes[close + 1] == UInt8(ascii: ":"), close - line.lowerBound <= labelLimit
    else { return nil }
    let rest = bytes.trimmed(close + 2..<line.upperBound)
    // A footnote's definition is text.
    guard !rest.isEmpty, bytes[line.lowerBound + 1] != UInt8(ascii: "^") else { return nil }
    let target = bytes[rest].prefix { $0 > 0x20 }
    let after = bytes.trimmed(target.endIndex..<rest.upperBound)
    if let quote = after.isEmpty ? nil : bytes[after.lowerBound] {
      guard quote == 0x22 || quote == 0x27 || quote == 0x28 else { return nil }
    }
    return (label(bytes, line.lowerBound + 1..<close), Self.string(target, without: "<>"))
  }

  private init(bytes: [UInt8], definitions: Definitions) {
    self.bytes = bytes
    self.definitions = definitions
  }

  // MARK: Scanning

  private mutating func scan(_ range: Range<Int>) {
    var brackets: [(offset: Int, isImage: Bool)] = []
    var missingCodeMarks: Set<Int> = []
    var offset = range.lowerBound
    while offset < range.upperBound {
      switch bytes[offset] {
      case UInt8(ascii: "\\"): offset += 2
      case UInt8(ascii: "`"):
        offset = codeEnd(from: offset, in: range, missing: &missingCodeMarks)
      case UInt8(ascii: "["):
        let isImage = offset > range.lowerBound && bytes[offset - 1] == UInt8(ascii: "!")
        brackets.append((offset, isImage))
        offset += 1
      case UInt8(ascii: "]"):
        offset += 1
        guard let open = brackets.popLast() else { break }
        guard let found = target(after: offset, label: open.offset + 1..<offset - 1, in: range)
        else { break }
        offset = found.end
        // A link holds no other link; an image may stand in one.
        if !open.isImage {
          let text = Self.plainText(of: bytes, open.offset + 1..<found.textEnd)
          links.append(Document.Link(target: found.target, text: text))
          brackets = []
        }
      case UInt8(ascii: "<"):
        let limit = min(range.upperBound, offset + Self.targetLimit)
        let inner = bytes[(offset + 1)..<max(limit, offset + 1)].prefix {
          $0 > 0x20 && $0 != UInt8(ascii: ">") && $0 != UInt8(ascii: "<")
        }
        let isClosed = inner.endIndex < limit && bytes[inner.endIndex] == UInt8(ascii: ">")
        if isClosed, let target = Self.address(inner) {
          links.append(Document.Link(target: target, text: Self.string(inner, without: "")))
          offset = inner.endIndex
        }
        offset += 1
      default: offset += 1
      }
    }
  }

  /// The offset after a code span, or after the backquotes that open none.
  private func codeEnd(from start: Int, in range: Range<Int>, missing: inout Set<Int>) -> Int {
    func runEnd(_ offset: Int) -> Int {
      var end = offset
      while end < range.upperBound, bytes[end] == UInt8(ascii: "`") { end += 1 }
      return end
    }
    let contentStart = runEnd(start)
    let length = contentStart - start
    guard length <= Self.codeMarkLimit, !missing.contains(length) else { return contentStart }
    var offset = contentStart
    while offset < range.upperBound {
      guard bytes[offset] == UInt8(ascii: "`") else {
        offset += 1
        continue
      }
      let end = runEnd(offset)
      if end - offset == length { return end }
      offset = end
    }
    missing.insert(length)
    return contentStart
  }

  /// What follows a closing bracket: `(target "title")`, `[label]`, or nothing, the text then
  /// being the label.
  private func target(
    after offset: Int, label: Range<Int>, in range: Range<Int>
  ) -> (target: String, textEnd: Int, end: Int)? {
    let next = offset < range.upperBound ? bytes[offset] : 0
    if next == UInt8(ascii: "("), let inline = inlineTarget(from: offset + 1, in: range) {
      return (inline.target, label.upperBound, inline.end)
    }
    if next == UInt8(ascii: "[") {
      let limit = min(range.upperBound, offset + Self.labelLimit)
      if let close = bytes[offset..<limit].firstIndex(of: UInt8(ascii: "]")) {
        let named = close > offset + 1 ? offset + 1..<close : label
        guard named.count <= Self.labelLimit, let target = definitions[Self.label(bytes, named)]
        else { return nil }
        return (target, label.upperBound, close + 1)
      }
    }
    guard label.count <= Self.labelLimit, let target = definitions[Self.label(bytes, label)] else {
      return nil
    }
    return (target, label.upperBound, offset)
  }

  private func inlineTarget(
    from start: Int, in range: Range<Int>
  ) -> (target: String, end: Int)? {
    let limit = min(range.upperBound, start + Self.targetLimit)
    var offset = start
    var depth = 0
    var targetEnd: Int?
    // Marks inside a title in quotes, or a target in angle brackets, close nothing.
    var quote: UInt8?
    while offset < limit {
      let byte = bytes[offset]
      if let open = quote {
        if byte == open { quote = nil }
      } else if byte == UInt8(ascii: "<"), offset == start {
        quote = UInt8(ascii: ">")
      } else if byte == UInt8(ascii: "\\") {
        offset += 1
      } else if byte <= 0x20 {
        if offset > start { targetEnd = targetEnd ?? offset }
      } else if targetEnd != nil, byte == 0x22 || byte == 0x27 {
        quote = byte
      } else if byte == UInt8(ascii: "(") {
        depth += 1
        guard depth <= Self.depthLimit else { return nil }
      } else if byte == UInt8(ascii: ")") {
        if depth == 0 {
          let target = bytes.trimmed(start..<(targetEnd ?? offset))
          return (Self.string(bytes[target], without: "<>"), offset + 1)
        }
        depth -= 1
      }
      offset += 1
    }
    return nil
  }

  /// The target of an address in angle brackets: one with a scheme, or of mail.
  private static func address(_ inner: ArraySlice<UInt8>) -> String? {
    let scheme = inner.prefix { (0x61...0x7A).contains($0 | 0x20) }
    let text = string(inner, without: "")
    if scheme.count >= 2, inner.dropFirst(scheme.count).first == UInt8(ascii: ":") { return text }
    let isMail = inner.contains(UInt8(ascii: "@")) && inner.contains(UInt8(ascii: "."))
    return isMail && !inner.contains(UInt8(ascii: "=")) ? "mailto:\(text)" : nil
  }

  // MARK: Text

  private static func string(_ bytes: ArraySlice<UInt8>, without marks: String) -> String {
    String(decoding: bytes.filter { !marks.utf8.contains($0) }, as: UTF8.self)
  }

  /// Labels match without regard to case and white space.
  private static func label(_ bytes: [UInt8], _ range: Range<Int>) -> String {
    bytes.collapsed(range).lowercased()
  }

  /// The words of a heading or link without emphasis, code and link marks.
  static func plainText(of bytes: [UInt8], _ range: Range<Int>) -> String {
    var words: [UInt8] = []
    var offset = range.lowerBound
    // The next bracket that closes; looked for once, also where there is none.
    var close = range.lowerBound - 1
    while offset < range.upperBound {
      let byte = bytes[offset]
      switch byte {
      case UInt8(ascii: "\\") where offset + 1 < range.upperBound:
        words.append(bytes[offset + 1])
        offset += 1
      case UInt8(ascii: "*"), UInt8(ascii: "`"), UInt8(ascii: "["): break
      case UInt8(ascii: "!")
      where offset + 1 < range.upperBound
        && bytes[offset + 1] == UInt8(ascii: "["):
        break
      case UInt8(ascii: "]"):
        if offset + 1 < range.upperBound, bytes[offset + 1] == UInt8(ascii: "(") {
          if close < offset {
            close =
              bytes[offset..<range.upperBound].firstIndex(of: UInt8(ascii: ")")) ?? range.upperBound
          }
          if close < range.upperBound { offset = close }
        }
      default: words.append(byte)
      }
      offset += 1
    }
    return words.collapsed(0..<words.count)
  }
}
