import RAGCore

/// Markdown, its block structure: the text is the source, byte for byte.
///
/// Follows CommonMark 0.31 and the tables of GFM for the structure of blocks. A heading's range
/// is its words without `#` marks or underline; a list item's begins with its marker; a code
/// block's holds its lines without the fences; a quoted paragraph's holds the `>` of its inner
/// lines. Markup that is part of no range (fences, rules, underlines, comments, definitions,
/// lines of nothing but HTML tags) lies between blocks.
struct MarkdownParser {
  /// The leaf that is being filled.
  private enum Leaf {
    case text(kind: Document.Block.Kind, quoteDepth: Int)
    case table
    case indentedCode
    case fence(mark: UInt8, length: Int, indent: Int, quoteDepth: Int)
    case comment
  }

  private let bytes: [UInt8]
  private var blocks: [Document.Block] = []
  private var definitions = MarkdownLinks.Definitions()
  private var leaf: Leaf?
  /// Range of the open leaf so far; empty for a fence without content.
  private var leafRange = 0..<0
  /// Range of the last line of an open text: the header row if a table's rule comes next.
  private var lastLine = 0..<0
  /// Columns at which the content of the open list items starts, outermost first.
  private var itemIndents: [Int] = []
  /// Start of a list marker that has had no text yet.
  private var markerStart: Int?

  private init(_ bytes: [UInt8]) {
    self.bytes = bytes
  }

  /// Parses a decoded source.
  /// - Complexity: O(bytes).
  static func parse(_ decoded: DecodedSource, source: Document.Source) -> Document {
    let frontMatter = FrontMatter(decoded.bytes)
    var parser = MarkdownParser(decoded.bytes)
    let start = frontMatter?.byteCount ?? 0
    LineScanner.forEachLine(of: decoded.bytes) { line in
      if line.lowerBound >= start { parser.addLine(line) }
    }
    parser.closeLeaf()
    var document = Document(
      source: source, text: decoded.bytes, decoded: decoded,
      map: .identity(byteCount: decoded.bytes.count), blocks: parser.blocks,
      links: MarkdownLinks.find(
        in: decoded.bytes, blocks: parser.blocks, definitions: parser.definitions))
    frontMatter?.apply(to: &document)
    if document.title == nil,
      let heading = parser.blocks.first(where: { $0.kind == .heading(level: 1) })
    {
      document.title = MarkdownLinks.plainText(of: decoded.bytes, heading.range)
    }
    return document
  }

  // MARK: Lines

  private mutating func addLine(_ range: Range<Int>) {
    var line = MarkdownLine(bytes, range)
    switch leaf {
    case .fence(let mark, let length, let indent, let quoteDepth):
      line.skipQuoteMarks(atMost: quoteDepth)
      let isOutside = line.quoteDepth < quoteDepth || (line.indent < indent && !line.isBlank)
      if !isOutside {
        if line.closesFence(mark: mark, length: length) {
          closeLeaf()
        } else {
          let start = leafRange.isEmpty ? range.lowerBound : leafRange.lowerBound
          leafRange = start..<range.upperBound
        }
        return
      }
      closeLeaf()
      line = MarkdownLine(bytes, range)
    case .comment:
      if line.contains("-->") { leaf = nil }
      return
    default: break
    }
    line.skipQuoteMarks(atMost: .max)
    if line.isBlank {
      addBlankLine()
    } else {
      addContent(&line)
    }
  }

  private mutating func addBlankLine() {
    markerStart = nil
    // Blank lines inside indented code belong to it if more code follows.
    if case .indentedCode = leaf { return }
    closeLeaf()
  }

  /// Items of lists within each other, beyond which a marker is text: each is looked at again for
  /// every line.
  private static let itemDepth = 100

  private mutating func addContent(_ line: inout MarkdownLine) {
    while true {
      let isText = isTextOpen
      // Text goes on over lines of any indent, unless something else starts.
      let indent = line.indent - (itemIndents.last { $0 <= line.indent } ?? 0)
      if indent >= 4, !isText, line.listMarker == nil || itemIndents.isEmpty {
        popItems(deeperThan: line.indent)
        return addIndentedCode(line)
      }
      if isText, indent < 4, let level = line.setextLevel, case .text(_, let depth) = leaf,
        depth == line.quoteDepth, line.indent >= itemIndents.last ?? 0
      {
        return endSetextHeading(level: level)
      }
      if indent < 4 {
        if line.isThematicBreak {
          popItems(deeperThan: line.indent)
          return closeLeaf()
        }
        if let heading = line.atxHeading {
          popItems(deeperThan: line.indent)
          return addHeading(heading)
        }
        if let fence = line.openingFence {
          popItems(deeperThan: line.indent)
          closeLeaf()
          leaf = .fence(
            mark: fence.mark, length: fence.length, indent: min(line.indent, itemIndents.last ?? 0),
            quoteDepth: line.quoteDepth)
          leafRange = 0..<0
          return
        }
      }
      if itemIndents.count < Self.itemDepth, let marker = line.listMarker,
        !isText || marker.mayInterruptText || !itemIndents.isEmpty
      {
        popItems(deeperThan: line.indent)
        closeLeaf()
        itemIndents.append(marker.contentIndent)
        markerStart = markerStart ?? line.start
        line.skip(marker)
        if line.isBlank { return }
        continue
      }
      return addText(line)
    }
  }

  private var isTextOpen: Bool {
    if case .text = leaf { true } else { false }
  }

  private mutating func popItems(deeperThan indent: Int) {
    while let last = itemIndents.last, last > indent { itemIndents.removeLast() }
  }

  // MARK: Leaves

  private mutating func addText(_ line: MarkdownLine) {
    let content = bytes.trimmed(line.start..<line.end)
    switch leaf {
    case .table:
      if line.quoteDepth == 0 {
        leafRange = leafRange.lowerBound..<content.upperBound
        return
      }
    case .text(let kind, let depth) where line.quoteDepth <= depth:
      if line.isTableRule, startTable(rule: content, kind: kind, quoteDepth: depth) { return }
      lastLine = content
      leafRange = leafRange.lowerBound..<content.upperBound
      return
    default: break
    }
    popItems(deeperThan: line.indent)
    closeLeaf()
    if line.startsComment {
      if !line.contains("-->") { leaf = .comment }
      return
    }
    if line.isOnlyTags { return }
    if let definition = MarkdownLinks.definition(in: bytes, content) {
      definitions.add(definition)
      return
    }
    let kind: Document.Block.Kind = markerStart == nil ? .paragraph : .listItem
    leaf = .text(kind: kind, quoteDepth: line.quoteDepth)
    lastLine = content
    leafRange = (markerStart ?? content.lowerBound)..<content.upperBound
    markerStart = nil
  }

  /// Makes the last line of the open text the header of a table. Returns false when it is none.
  private mutating func startTable(
    rule: Range<Int>, kind: Document.Block.Kind, quoteDepth: Int
  ) -> Bool {
    let columns = MarkdownLine.cellCount(bytes, rule)
    guard columns == MarkdownLine.cellCount(bytes, lastLine) else { return false }
    let header = max(leafRange.lowerBound, lastLine.lowerBound)
    let before = bytes.trimmed(leafRange.lowerBound..<header)
    if !before.isEmpty { blocks.append(Document.Block(kind, before)) }
    leaf = .table
    leafRange = header..<rule.upperBound
    return true
  }

  private mutating func addIndentedCode(_ line: MarkdownLine) {
    if case .indentedCode = leaf {
      leafRange = leafRange.lowerBound..<line.end
    } else {
      closeLeaf()
      markerStart = nil
      leaf = .indentedCode
      leafRange = line.start..<line.end
    }
  }

  private mutating func addHeading(_ heading: (level: Int, content: Range<Int>)) {
    closeLeaf()
    markerStart = nil
    if !heading.content.isEmpty {
      blocks.append(Document.Block(.heading(level: heading.level), heading.content))
    }
  }

  private mutating func endSetextHeading(level: Int) {
    blocks.append(Document.Block(.heading(level: level), bytes.trimmed(leafRange)))
    leaf = nil
  }

  private mutating func closeLeaf() {
    defer { leaf = nil }
    let range = bytes.trimmed(leafRange)
    guard !range.isEmpty else { return }
    switch leaf {
    case .text(let kind, _): blocks.append(Document.Block(kind, range))
    case .table: blocks.append(Document.Block(.table, range))
    case .indentedCode, .fence: blocks.append(Document.Block(.code, range))
    case .comment, nil: break
    }
  }
}
