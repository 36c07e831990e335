/// Measures of a page's parts: its blocks, what the names of its elements say, and sums over all
/// nodes before each, so that the measure of a subtree is a difference.
struct ContentMeasure {
  private(set) var blocks: [ContentBlock] = []
  /// By node.
  private(set) var hints: [ContentHint]
  /// By node: of text outside and inside links, the bytes before it.
  private(set) var plainBefore: [Int32]
  private(set) var linkedBefore: [Int32]
  /// By node: the parts of forms before it, hidden ones too.
  private var controlsBefore: [Int32]
  /// By block: those before it that have prose, code or a cell of a table.
  private var textBlocksBefore: [Int32] = [0]

  /// The open elements that make blocks.
  private var containers: [(index: Int, end: Int, kind: ContentBlock.Kind)] = []
  /// Where the open links end.
  private var linkEnds: [Int] = []
  private var current: ContentBlock?
  private var lineBreakCount = 0

  /// Measures a page.
  /// - Complexity: O(bytes of the page).
  init(_ tree: HTMLTree) {
    let count = tree.nodes.count
    hints = Array(repeating: [], count: count)
    plainBefore = Array(repeating: 0, count: count + 1)
    linkedBefore = Array(repeating: 0, count: count + 1)
    controlsBefore = [0]
    controlsBefore.reserveCapacity(count + 1)
    for node in tree.nodes {
      let isControl = node.tag == .form || node.tag == .input || node.tag == .textarea
      controlsBefore.append(controlsBefore[controlsBefore.count - 1] + (isControl ? 1 : 0))
    }
    var index = 0
    while index < count {
      close(before: index)
      let next = visit(index, in: tree)
      // What is left out has no text: the sums stand still.
      while index < next {
        index += 1
        if index < next {
          plainBefore[index + 1] = plainBefore[index]
          linkedBefore[index + 1] = linkedBefore[index]
        }
      }
    }
    finishBlock()
    for block in blocks {
      let isText = block.isProse || block.kind == .cell || block.kind == .code
      textBlocksBefore.append(textBlocksBefore[textBlocksBefore.count - 1] + (isText ? 1 : 0))
    }
  }

  func plainByteCount(_ range: Range<Int>) -> Int {
    Int(plainBefore[range.upperBound] - plainBefore[range.lowerBound])
  }

  func linkedByteCount(_ range: Range<Int>) -> Int {
    Int(linkedBefore[range.upperBound] - linkedBefore[range.lowerBound])
  }

  /// The blocks that begin in a range of nodes.
  /// - Complexity: O(log blocks).
  func blocks(in range: Range<Int>) -> ArraySlice<ContentBlock> {
    blocks[start(of: range.lowerBound)..<start(of: range.upperBound)]
  }

  /// Whether a range of nodes has something to fill in.
  func holdsControl(_ range: Range<Int>) -> Bool {
    controlsBefore[range.upperBound] > controlsBefore[range.lowerBound]
  }

  /// Whether a block that begins in a range of nodes has prose, code or a cell of a table.
  /// - Complexity: O(log blocks).
  func holdsTextBlock(_ range: Range<Int>) -> Bool {
    textBlocksBefore[start(of: range.upperBound)] > textBlocksBefore[start(of: range.lowerBound)]
  }

  /// The place of the first block that does not begin before a node.
  private func start(of node: Int) -> Int {
    var (low, high) = (0, blocks.count)
    while low < high {
      let middle = (low + high) / 2
      if blocks[middle].nodes.lowerBound < node { low = middle + 1 } else { high = middle }
    }
    return low
  }

  /// Measures a node without what is inside. Returns the node to go on with.
  private mutating func visit(_ index: Int, in tree: HTMLTree) -> Int {
    plainBefore[index + 1] = plainBefore[index]
    linkedBefore[index + 1] = linkedBefore[index]
    let node = tree.nodes[index]
    if node.tag == .text {
      note(index, node.range, in: tree)
      return index + 1
    }
    if node.tag == .title { return titleEnd(index, in: tree) }
    if HTMLVisibility.isHidden(index, in: tree) { return Int(node.end) }
    if node.tag == .br {
      lineBreakCount += 1
      if lineBreakCount > 1 { finishBlock() }
      return index + 1
    }
    hints[index] = ContentHint(index, in: tree)
    if let kind = ContentBlock.Kind(node.tag) {
      finishBlock()
      containers.append((index, Int(node.end), kind))
    } else if node.tag == .a || node.tag == .button || node.tag == .label {
      // What is pressed leads elsewhere as a link does.
      linkEnds.append(Int(node.end))
    }
    return index + 1
  }

  private func titleEnd(_ index: Int, in tree: HTMLTree) -> Int {
    let end = Int(tree.nodes[index].end)
    return (index + 1..<end).first { tree.nodes[$0].tag.isBlock } ?? end
  }

  private mutating func close(before index: Int) {
    while let last = containers.last, last.end <= index {
      containers.removeLast()
      finishBlock()
    }
    while let end = linkEnds.last, end <= index { linkEnds.removeLast() }
  }

  private mutating func note(_ index: Int, _ range: Range<Int>, in tree: HTMLTree) {
    let (byteCount, markCount) = Self.measure(tree.source, range)
    guard byteCount > 0 else { return }
    lineBreakCount = 0
    var block = current ?? newBlock(index)
    block.nodes = block.nodes.lowerBound..<index + 1
    block.markCount += markCount
    if !linkEnds.isEmpty {
      block.linkedByteCount += byteCount
      linkedBefore[index + 1] += Int32(byteCount)
    } else {
      block.plainByteCount += byteCount
      plainBefore[index + 1] += Int32(byteCount)
    }
    current = block
  }

  private func newBlock(_ index: Int) -> ContentBlock {
    ContentBlock(
      nodes: index..<index + 1, container: containers.last?.index ?? 0,
      kind: containers.last?.kind ?? .bare)
  }

  private mutating func finishBlock() {
    lineBreakCount = 0
    if let block = current { blocks.append(block) }
    current = nil
  }

  /// Counts a text's bytes without white space, and the marks in it that a blank follows.
  private static func measure(_ source: [UInt8], _ range: Range<Int>) -> (bytes: Int, marks: Int) {
    source.withUnsafeBufferPointer { bytes in
      var count = 0
      var marks = 0
      var previous: UInt8 = 0
      for byte in bytes[range] {
        if byte > 0x20 {
          count += 1
          // The lead of the ideographic marks U+3001, U+3002 and of the wide forms.
          if previous == 0xE3, byte == 0x80 { marks += 1 }
        } else if isMark(previous) {
          marks += 1
        }
        previous = byte
      }
      return (count, isMark(previous) ? marks + 1 : marks)
    }
  }

  private static func isMark(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: ".") || byte == UInt8(ascii: ",") || byte == UInt8(ascii: "!")
      || byte == UInt8(ascii: "?") || byte == UInt8(ascii: ";")
  }
}
