extension MainContent {
  /// Leaves out what the names of elements call boilerplate, unless it holds what the page is
  /// about.
  mutating func dropBoilerplate() {
    let anchors = anchors()
    let keepsDiscussion = isDiscussion()
    if !keepsDiscussion { threads = findThreads(outside: anchors) }
    dropBoilerplate(in: 0..<tree.nodes.count, anchors: anchors) { content, index in
      content.isBoilerplate(index, keepsDiscussion: keepsDiscussion)
    }
  }

  /// Leaves out what a rule calls boilerplate, unless an anchor is in it.
  mutating func dropBoilerplate(
    in nodes: Range<Int>, anchors: [Int], where isBoilerplate: (MainContent, Int) -> Bool
  ) {
    var nextAnchor = 0
    var index = nodes.lowerBound
    while index < nodes.upperBound {
      while nextAnchor < anchors.count, anchors[nextAnchor] < index { nextAnchor += 1 }
      let range = range(of: index)
      let holdsAnchor = nextAnchor < anchors.count && range.contains(anchors[nextAnchor])
      if !holdsAnchor, isBoilerplate(self, index) {
        drop(range)
        index = range.upperBound
      } else {
        index += 1
      }
    }
  }

  /// The elements that are content whatever is around them says, in order.
  private func anchors() -> [Int] {
    measure.hints.indices.filter { index in
      if index == titleHeading { return true }
      let hint = measure.hints[index]
      guard hint.contains(.main) || hint.contains(.body) else { return false }
      return value(range(of: index)) * 10 >= total * 3
    }
  }

  /// Whether a page is made of what readers wrote, as a forum's: there is more of it than of all
  /// else, and no article.
  private func isDiscussion() -> Bool {
    guard !isArticle else { return false }
    var discussed = 0
    var index = 0
    while index < tree.nodes.count {
      let hint = measure.hints[index]
      let range = range(of: index)
      let tag = tree.nodes[index].tag
      if hint.contains(.discussion), tag.isBlock, tag != .body, tag != .html {
        discussed += value(range)
        index = range.upperBound
        continue
      }
      let isText = hint.contains(.body) || tag == .article
      if isText, value(range) >= Self.leastValue, tag != .body, !holdsDiscussion(range) {
        return false
      }
      index += 1
    }
    let rest = total - discussed
    return discussed > rest * 2 && rest < 400
  }

  /// Whether what readers wrote begins right inside of a part.
  private func holdsDiscussion(_ range: Range<Int>) -> Bool {
    measure.hints[range.prefix(64)].contains { $0.contains(.discussion) }
  }

  private func isBoilerplate(_ index: Int, keepsDiscussion: Bool) -> Bool {
    let tag = tree.nodes[index].tag
    var hint = measure.hints[index].intersection(.boilerplate)
    if keepsDiscussion { hint.subtract([.discussion, .credit]) }
    guard !hint.isEmpty, tag.isBlock || tag == .other, tag != .html, tag != .body else {
      return false
    }
    let range = range(of: index)
    let share = value(range)
    if measure.hints[index].contains(.semantic) { return share * 4 < total * 3 }
    if hint.contains(.discussion), tag != .p { return true }
    // One name says little of a large part.
    if hint == .credit { return measure.plainByteCount(range) < 600 && share < 300 }
    if tag == .p || tag == .td { return share < 200 }
    return share * 5 < total * 2
  }
}
