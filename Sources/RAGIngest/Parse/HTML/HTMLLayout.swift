import RAGCore

/// Lays a page out as plain text: blocks apart, white space collapsed, lists and tables readable,
/// and every character mapped to the page.
///
/// What the markup does not hold as characters is synthetic and has no place of its own: line
/// breaks, list markers, the bars between table cells, the space for a run of white space, and
/// the `^` before a raised number.
struct HTMLLayout {
  private(set) var text: [UInt8] = []
  private(set) var map = SourceMap()
  private(set) var blocks: [Document.Block] = []
  private(set) var links: [Document.Link] = []

  let tree: HTMLTree
  private let dataTables: Set<Int>
  /// The elements around the current node.
  private var open: [Int] = []

  // The block that is being filled.
  private(set) var blockStart: Int?
  private var blockKind = Document.Block.Kind.paragraph
  private var previousKind: Document.Block.Kind?
  var needsSpace = false
  var pendingBreakCount = 0

  // What the open elements mean for the next block.
  private var headingLevels: [Int] = []
  private var lists: [List] = []
  private var marker: String?
  private var table: Table?
  private(set) var preDepth = 0
  var skipsLineBreak = false
  /// White space of preformatted text that is kept if more text follows.
  var pendingVerbatim: [Verbatim] = []
  private var link: OpenLink?
  private var isRaised = false

  private struct List {
    /// The number of the next item; nil without numbers.
    var number: Int?
  }

  private struct Table {
    var index: Int
    var isInCaption = false
    /// Bars to write before the next text of the row.
    var pendingBars = 0
    var rowHasCell = false
    var pendingRow = false
  }

  private struct OpenLink {
    var target: String
    var start: Int?
  }

  /// A piece of white space in preformatted text.
  enum Verbatim {
    case source(Range<Int>)
    case lineBreak
  }

  /// Lays out a page without the nodes of some ranges, which are in order. A range holds a block
  /// element whole or not at all.
  /// - Complexity: O(bytes of the page).
  init(_ tree: HTMLTree, leavingOut dropped: [Range<Int>] = []) {
    self.tree = tree
    dataTables = HTMLTables.dataTables(in: tree)
    text.reserveCapacity(tree.source.count / 2)
    var index = 0
    var nextDropped = 0
    while index < tree.nodes.count {
      closeElements(before: index)
      if nextDropped < dropped.count, dropped[nextDropped].lowerBound <= index {
        index = leaveOut(index..<max(index, dropped[nextDropped].upperBound))
        nextDropped += 1
      } else {
        index = layOut(index)
      }
    }
    closeElements(before: tree.nodes.count)
    finishBlock()
  }

  /// Steps over nodes, with the break that they make. Returns the node to go on with.
  private mutating func leaveOut(_ range: Range<Int>) -> Int {
    if tree.nodes[range].contains(where: \.tag.isBlock) { breakBlock() } else { needsSpace = true }
    return range.upperBound
  }

  /// Lays out a node, without what is inside. Returns the node to go on with.
  private mutating func layOut(_ index: Int) -> Int {
    let node = tree.nodes[index]
    if node.tag == .text {
      tree.source.withUnsafeBufferPointer { bytes in
        preDepth > 0 ? appendVerbatim(bytes, node.range) : appendFlow(bytes, node.range)
      }
      return index + 1
    }
    if node.tag == .title {
      // A title that is never closed holds the page.
      return (index + 1..<Int(node.end)).first { tree.nodes[$0].tag.isBlock } ?? Int(node.end)
    }
    if node.tag.isSpaced { needsSpace = true }
    if HTMLVisibility.isHidden(index, in: tree) { return Int(node.end) }
    openElement(node.tag, index)
    open.append(index)
    return index + 1
  }

  private mutating func closeElements(before index: Int) {
    while let last = open.last, Int(tree.nodes[last].end) <= index {
      open.removeLast()
      closeElement(tree.nodes[last].tag, last)
    }
  }

  // MARK: Elements

  private var isInTable: Bool { table.map { !$0.isInCaption } ?? false }

  private mutating func openElement(_ tag: HTMLTag, _ index: Int) {
    switch tag {
    case .br: breakLine()
    case .a: openLink(index)
    case .sup: isRaised = true
    case .table where dataTables.contains(index) && preDepth == 0:
      finishBlock()
      table = Table(index: index)
    case .tr where isInTable: startRow()
    case .td, .th:
      if isInTable { startCell() } else { breakBlock() }
    case .caption where table != nil && blockStart == nil: table?.isInCaption = true
    case _ where tag.isBlock:
      breakBlock()
      if let level = tag.headingLevel { headingLevels.append(level) }
      if tag.isPreformatted {
        preDepth += 1
        skipsLineBreak = true
      }
      if tag.isList {
        let start = tree.attribute(.start, of: index).flatMap { Int($0) }
        lists.append(List(number: tag == .ol ? start ?? 1 : nil))
      }
      if tag == .li { startItem(index) }
    default: break
    }
  }

  private mutating func closeElement(_ tag: HTMLTag, _ index: Int) {
    switch tag {
    case .a: closeLink()
    case .sup: isRaised = false
    case .table where table?.index == index:
      finishBlock()
      table = nil
    case .caption where table?.isInCaption == true:
      finishBlock()
      table?.isInCaption = false
    case .tr, .td, .th:
      if !isInTable { breakBlock() }
    case _ where tag.isBlock:
      breakBlock()
      if tag.headingLevel != nil { headingLevels.removeLast() }
      if tag.isPreformatted {
        preDepth -= 1
        pendingVerbatim = []
        if preDepth == 0 { finishBlock() }
      }
      if tag.isList { lists.removeLast() }
      if tag == .li { marker = nil }
    case _ where tag.isSpaced: needsSpace = true
    default: break
    }
  }

  private mutating func startItem(_ index: Int) {
    var number: Int?
    if let last = lists.indices.last, let next = lists[last].number {
      number = tree.attribute(.value, of: index).flatMap { Int($0) } ?? next
      lists[last].number = number.map { $0 < .max ? $0 + 1 : $0 }
    }
    marker = number.map { "\($0). " } ?? "- "
  }

  /// Ends a line: twice over, it ends the paragraph.
  private mutating func breakLine() {
    if preDepth > 0 {
      pendingVerbatim.append(.lineBreak)
    } else if isInTable {
      needsSpace = true
    } else {
      pendingBreakCount += 1
      if pendingBreakCount > 1 { finishBlock() }
    }
  }

  /// Stands apart from what came before, as a block does: a line in code, a space in a table.
  private mutating func breakBlock() {
    if isInTable {
      needsSpace = true
    } else if preDepth > 0 {
      if blockStart != nil, case .lineBreak? = pendingVerbatim.last { return }
      if blockStart != nil { pendingVerbatim.append(.lineBreak) }
    } else {
      finishBlock()
    }
  }

  private mutating func startRow() {
    table?.pendingRow = blockStart != nil
    table?.pendingBars = 0
    table?.rowHasCell = false
    needsSpace = false
  }

  private mutating func startCell() {
    if table?.rowHasCell == true { table?.pendingBars += 1 }
    table?.rowHasCell = true
    needsSpace = false
  }

  // MARK: Links

  private mutating func openLink(_ index: Int) {
    closeLink()
    guard let href = tree.attribute(.href, of: index) else { return }
    // Browsers leave line breaks and tabs out of an address.
    let kept = href.utf8.filter { $0 != 0x0A && $0 != 0x0D && $0 != 0x09 }
    let target = String(decoding: kept, as: UTF8.self).trimmingSpaces()
    guard !target.isEmpty, !target.prefix(11).lowercased().hasPrefix("javascript:") else { return }
    link = OpenLink(target: target, start: nil)
  }

  private mutating func closeLink() {
    guard let closed = link else { return }
    link = nil
    let words = closed.start.map { text.collapsed($0..<text.count) } ?? ""
    links.append(Document.Link(target: closed.target, text: words))
  }

  // MARK: Blocks

  /// Writes what must stand before the next character, whose first byte is given.
  mutating func prepare(for first: UInt8) {
    if blockStart == nil {
      beginBlock()
    } else if isInTable, let row = table, row.pendingRow || row.pendingBars > 0 {
      text.append(contentsOf: (row.pendingRow ? "\n" : " ").utf8)
    } else if pendingBreakCount > 0 {
      text.append(0x0A)
    } else if needsSpace, preDepth == 0 {
      text.append(0x20)
    } else if isRaised, let last = text.last {
      appendRaisingMark(between: last, and: first)
    }
    if isInTable, let bars = table?.pendingBars, bars > 0 {
      text.append(contentsOf: String(repeating: "| ", count: bars).utf8)
    }
    table?.pendingRow = false
    table?.pendingBars = 0
    pendingBreakCount = 0
    needsSpace = false
    isRaised = false
    if link != nil, link?.start == nil { link?.start = text.count }
  }

  /// Writes `^` where a raised number would run into what it stands on (10⁶ is not 106).
  private mutating func appendRaisingMark(between last: UInt8, and first: UInt8) {
    let isNumber = (0x30...0x39).contains(first) || first == 0x2B || first == 0x2D
    let hasBase =
      (0x30...0x39).contains(last) || (0x61...0x7A).contains(last | 0x20)
      || last == UInt8(ascii: ")")
    if isNumber, hasBase { text.append(UInt8(ascii: "^")) }
  }

  private mutating func beginBlock() {
    if isInTable {
      blockKind = .table
    } else if preDepth > 0 {
      blockKind = .code
    } else if let level = headingLevels.last {
      blockKind = .heading(level: level)
    } else {
      blockKind = marker == nil ? .paragraph : .listItem
    }
    if !text.isEmpty {
      let isNextItem = blockKind == .listItem && previousKind == .listItem
      text.append(contentsOf: (isNextItem ? "\n" : "\n\n").utf8)
    }
    if blockKind == .listItem {
      text.append(contentsOf: String(repeating: "  ", count: min(max(lists.count, 1), 8) - 1).utf8)
    }
    blockStart = text.count
    if blockKind == .listItem, let marker { text.append(contentsOf: marker.utf8) }
    marker = nil
  }

  private mutating func finishBlock() {
    defer {
      blockStart = nil
      needsSpace = false
      pendingBreakCount = 0
    }
    guard let start = blockStart else { return }
    let range = text.trimmed(start..<text.count)
    if !range.isEmpty {
      blocks.append(Document.Block(blockKind, range))
      previousKind = blockKind
    }
  }

  // MARK: Characters

  /// Appends characters of the page as they are.
  mutating func copy(_ bytes: UnsafeBufferPointer<UInt8>, _ range: Range<Int>) {
    map.append(
      SourceMap.Run(textStart: text.count, sourceStart: range.lowerBound, count: range.count))
    text.append(contentsOf: UnsafeBufferPointer(rebasing: bytes[range]))
  }

  /// Appends what a reference at `sourceStart` stands for.
  mutating func append(_ match: CharacterReference.Match, at sourceStart: Int) {
    map.append(
      SourceMap.Run(
        textStart: text.count, sourceStart: sourceStart, count: 1, textUnit: match.text.count,
        sourceUnit: match.byteCount))
    text.append(contentsOf: match.text)
  }

  /// Appends a character that the page does not hold.
  mutating func appendSynthetic(_ byte: UInt8) {
    text.append(byte)
  }
}
