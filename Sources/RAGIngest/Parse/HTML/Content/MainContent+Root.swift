extension MainContent {
  /// Finds the element that holds the main content and little else.
  mutating func findRoot() {
    let whole = mostValuable()
    let total = value(range(of: whole))
    keptTotal = total
    if let body = runningText(total: total) {
      isArticle = true
      root = body
    } else if let article = headlined() {
      root = descend(from: article)
      // A class of that name says less than the element.
      isArticle =
        isArticle || tree.nodes[article].tag == .article || isRunningText(paragraphCount: 1)
    } else {
      let element = mainElement(total: total)
      root = descend(from: element ?? whole)
      isArticle = isArticle || (!isNamed(element) && looksLikeArticle())
      if !isArticle, let element { root = element }
    }
  }

  /// The element of the highest value, of equal ones the outermost.
  private func mostValuable() -> Int {
    var best = 0
    for index in tree.nodes.indices
    where tree.nodes[index].tag != .text && value(range(of: index)) > value(range(of: best)) {
      best = index
    }
    return best
  }

  /// Whether an element for the content tells it from the rest of the page.
  private func isNamed(_ element: Int?) -> Bool {
    guard let element, tree.nodes[element].tag != .article else { return false }
    return byteCount(range(of: element)) * 10 < byteCount(0..<tree.nodes.count) * 9
  }

  private func byteCount(_ range: Range<Int>) -> Int {
    measure.plainByteCount(range) + measure.linkedByteCount(range)
  }

  /// Whether the root is an article among other things: running text with a good part of the page
  /// around it, and no table of contents.
  private func looksLikeArticle() -> Bool {
    isRunningText(paragraphCount: 3)
      && byteCount(range(of: root)) * 8 < byteCount(0..<tree.nodes.count) * 7
      && !hasContents()
  }

  /// Whether the page links to several of its own sections, as manuals do.
  private func hasContents() -> Bool {
    var count = 0
    for (index, node) in tree.nodes.enumerated() where node.tag == .a {
      guard let target = tree.attributeBytes(.href, of: index), target.count > 1,
        target.first == UInt8(ascii: "#")
      else { continue }
      count += 1
      if count > 3 { return true }
    }
    return false
  }

  /// Whether the root holds paragraphs of prose and little code, tables or other text.
  private func isRunningText(paragraphCount: Int) -> Bool {
    let root = range(of: root)
    var prose = 0
    var count = 0
    var other = 0
    for block in measure.blocks
    where root.contains(block.nodes.lowerBound) && !isDropped[block.nodes.lowerBound] {
      if block.kind == .paragraph, block.isProse {
        prose += block.plainByteCount
        count += 1
      } else if block.kind == .code || block.kind == .cell || block.isProse {
        other += block.byteCount
      }
    }
    return prose >= 500 && count >= paragraphCount && other * 4 < prose
  }

  /// The element that calls itself the text of the article; where several share it, the one around
  /// them.
  private func runningText(total: Int) -> Int? {
    if let article = headlined() {
      let scope = range(of: article)
      if let text = runningText(in: scope, total: value(scope)) { return text }
    }
    return runningText(in: 0..<tree.nodes.count, total: total)
  }

  private func runningText(in scope: Range<Int>, total: Int) -> Int? {
    var best: Int?
    var sum = 0
    var counted = 0
    for index in scope where measure.hints[index].contains(.body) {
      guard !isDropped[index], Self.canHoldText(tree.nodes[index].tag) else { continue }
      let range = range(of: index)
      let own = value(range)
      if index >= counted {
        sum += max(own, 0)
        counted = range.upperBound
      }
      guard own >= Self.leastValue, own * 10 >= total * 3 else { continue }
      guard let known = best else {
        best = index
        continue
      }
      // Of nested ones the inner, where it holds nearly all; of others the larger.
      let other = value(self.range(of: known))
      let isInner = self.range(of: known).contains(index)
      if isInner ? own * 20 >= other * 19 : own > other { best = index }
    }
    guard let best, value(range(of: best)) * 10 < sum * 9 else { return best }
    return (0..<best).last { index in
      range(of: index).contains(best) && value(range(of: index)) * 10 >= sum * 9
    } ?? best
  }

  private static func canHoldText(_ tag: HTMLTag) -> Bool {
    (tag.isBlock || tag == .other) && tag != .body && tag != .html && tag != .p
  }

  /// The innermost article around the heading that says the page's title.
  private func headlined() -> Int? {
    guard let heading = titleHeading else { return nil }
    var found: Int?
    for index in 0..<heading where range(of: index).contains(heading) {
      guard measure.hints[index].contains(.article), tree.nodes[index].tag != .body,
        tree.nodes[index].tag != .html, value(range(of: index)) >= 150
      else { continue }
      found = index
    }
    return found
  }

  /// An `article` that holds nearly all, else the element for the content.
  private func mainElement(total: Int) -> Int? {
    let article = tree.nodes.indices.first { index in
      tree.nodes[index].tag == .article && !isDropped[index]
        && value(range(of: index)) * 20 >= total * 17
    }
    return article
      ?? tree.nodes.indices.first { index in
        measure.hints[index].contains(.main) && value(range(of: index)) * 2 >= total
      }
  }

  /// Goes down while one element inside holds nearly all of the value, and no prose stands beside
  /// it.
  private func descend(from start: Int) -> Int {
    let total = value(range(of: start))
    var root = start
    while let child = heavyChild(of: root, total: total) { root = child }
    return root
  }

  private func heavyChild(of parent: Int, total: Int) -> Int? {
    var heavy: Int?
    var beside = 0
    var index = parent + 1
    while index < Int(tree.nodes[parent].end) {
      let node = tree.nodes[index]
      let own = value(range(of: index))
      if node.tag == .text || Self.isLeaf(node.tag) {
        beside += max(own, 0)
      } else if own * 100 >= total * (isBelowTitle(index) ? 60 : 85) {
        heavy = index
      }
      index = Int(node.end)
    }
    return beside * 100 >= total * 3 ? nil : heavy
  }

  /// Whether an element holds the heading that says the title: what is beside it is something else.
  private func isBelowTitle(_ index: Int) -> Bool {
    titleHeading.map { range(of: index).contains($0) } ?? false
  }

  /// Whether an element's parts mean nothing by themselves.
  private static func isLeaf(_ tag: HTMLTag) -> Bool {
    switch tag {
    case .p, .pre, .blockquote, .ul, .ol, .dl, .li, .h1, .h2, .h3, .h4, .h5, .h6, .a, .tr, .tbody:
      true
    default: false
    }
  }
}
