extension MainContent {
  /// Leaves out, inside the root of an article, what is not the text: the title said again, lists
  /// of links, what stands before and after.
  mutating func refine() {
    let root = range(of: root)
    if let heading = titleHeading, root.contains(heading) { drop(range(of: heading)) }
    let blocks = measure.blocks.filter { root.contains($0.nodes.lowerBound) }
    dropParts(in: root, before: blocks.first { $0.isProse && !isDropped[$0.nodes.lowerBound] })
    dropLinkedBlocks(blocks)
    dropGalleries(blocks)
    dropEdges(blocks)
    dropTail(blocks)
    dropEmptySections(blocks)
  }

  private mutating func dropParts(in root: Range<Int>, before prose: ContentBlock?) {
    let lead = prose?.nodes.lowerBound ?? 0
    var index = root.lowerBound + 1
    while index < root.upperBound {
      let range = range(of: index)
      if !isDropped[index], isSidePart(index, range, isLead: index < lead) {
        drop(range)
        index = range.upperBound
      } else {
        index += 1
      }
    }
  }

  private func isSidePart(_ index: Int, _ range: Range<Int>, isLead: Bool) -> Bool {
    let tag = tree.nodes[index].tag
    switch tag {
    // The picture over an article: what it shows is said below.
    case .figcaption where isLead: return true
    case .form where value(range) < 200: return true
    case .ul, .ol, .div, .section, .figure, .figcaption, .dl, .menu, .form, .header, .table:
      let linked = measure.linkedByteCount(range)
      let all = linked + measure.plainByteCount(range)
      if tag == .header, let titleHeading, range.contains(titleHeading) { return true }
      return all > 0 && linked * 4 > all * 3
    default: return false
    }
  }

  private mutating func dropLinkedBlocks(_ blocks: [ContentBlock]) {
    for block in blocks where block.kind != .heading && block.kind != .cell {
      let isLong = block.kind != .paragraph || block.byteCount >= 12
      if isLong, block.linkedByteCount * 5 > block.byteCount * 4 { drop(block.nodes) }
    }
  }

  /// Leaves out short lines after the last sentence, and those that tell where to write and whom to
  /// follow.
  private mutating func dropTail(_ blocks: [ContentBlock]) {
    var quoted = quotations()
    for block in blocks.reversed() where !isDropped[block.nodes.lowerBound] {
      let start = block.nodes.lowerBound
      while let last = quoted.last, last.lowerBound > start { quoted.removeLast() }
      let isQuoted = quoted.last?.contains(start) ?? false
      let isContact = block.byteCount < 250 && block.linkedByteCount * 4 > block.byteCount
      let isLabel =
        !block.isProse && block.markCount == 0 && (block.kind == .bare || block.kind == .heading)
      guard !isQuoted, isContact || isLabel else { return }
      drop(block.nodes)
    }
  }

  /// Where the root quotes, outermost first.
  func quotations() -> [Range<Int>] {
    var ranges: [Range<Int>] = []
    for index in range(of: root) {
      guard tree.nodes[index].tag == .blockquote || measure.hints[index].contains(.note),
        index >= ranges.last?.upperBound ?? 0
      else { continue }
      ranges.append(range(of: index))
    }
    return ranges
  }

  /// Leaves out headings over nothing: all that stood below them is left out.
  private mutating func dropEmptySections(_ blocks: [ContentBlock]) {
    var lostSince = false
    var pending: ContentBlock?
    for block in blocks {
      if block.kind == .heading, !isDropped[block.nodes.lowerBound] {
        if lostSince, let heading = pending { drop(heading.nodes) }
        pending = block
        lostSince = false
      } else if isDropped[block.nodes.lowerBound] {
        lostSince = true
      } else {
        pending = nil
        lostSince = false
      }
    }
    if lostSince, let heading = pending { drop(heading.nodes) }
  }
}
