extension MainContent {
  /// Leaves out, where the text is made of paragraphs, what is not in one before the first and
  /// behind the last: captions of a gallery, the author's portrait, a notice.
  mutating func dropEdges(_ blocks: [ContentBlock]) {
    let kept = blocks.filter { !isDropped[$0.nodes.lowerBound] }
    let isText = { (block: ContentBlock) in block.kind == .paragraph && block.isProse }
    guard let first = kept.firstIndex(where: isText), let last = kept.lastIndex(where: isText)
    else { return }
    let all = kept.reduce(0) { $0 + max($1.value, 0) }
    let inParagraphs = kept.reduce(0) { $0 + (isText($1) ? $1.value : 0) }
    guard inParagraphs * 5 >= all * 4 else { return }
    // A single one is an introduction.
    let lead = kept[..<first].filter { $0.kind == .bare }
    if lead.count > 2 { for block in lead { drop(block.nodes) } }
    let quoted = quotations()
    var next = 0
    for block in kept[(last + 1)...] where block.kind == .bare {
      let start = block.nodes.lowerBound
      while next < quoted.count, quoted[next].upperBound <= start { next += 1 }
      if next < quoted.count, quoted[next].contains(start) { continue }
      drop(block.nodes)
    }
  }

  /// Leaves out the captions of several pictures that stand together, without text of their own.
  mutating func dropGalleries(_ blocks: [ContentBlock]) {
    var run: [Range<Int>] = []
    for block in blocks where !isDropped[block.nodes.lowerBound] {
      if let caption = caption(around: block) {
        if run.last != caption { run.append(caption) }
      } else if block.isProse || block.kind == .heading {
        if run.count > 2 { run.forEach { drop($0) } }
        run = []
      }
    }
    if run.count > 2 { run.forEach { drop($0) } }
  }

  /// The caption that a block is in.
  private func caption(around block: ContentBlock) -> Range<Int>? {
    guard tree.nodes[block.container].tag == .figcaption else { return nil }
    return range(of: block.container)
  }
}
