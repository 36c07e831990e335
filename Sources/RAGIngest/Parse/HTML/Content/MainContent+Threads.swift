extension MainContent {
  /// Finds the lists of what readers wrote, in order: elements that are named so, hold two remarks
  /// or one that tells its author or time, and none of the anchors.
  ///
  /// A manual that is about comments has the names, too, but not a list of them.
  /// - Complexity: O(nodes).
  func findThreads(outside anchors: [Int]) -> Set<Int> {
    var lists: [Int] = []
    // Remarks, and what tells of their authors and times.
    var signs: [Int] = []
    var remarkEnd = 0
    for (index, hint) in measure.hints.enumerated() {
      let tag = tree.nodes[index].tag
      if hint.contains(.discussion), Self.canHoldRemarks(tag) {
        if hint.contains(.thread) {
          lists.append(index)
          // Answers stand in the remark that they answer.
          remarkEnd = index
        } else if index >= remarkEnd {
          signs.append(index)
          remarkEnd = Int(tree.nodes[index].end)
        }
      }
      if index < remarkEnd, tag == .time || hint.contains(.credit) { signs.append(index) }
    }
    var nextSign = 0
    var nextAnchor = 0
    lists.removeAll { list in
      let end = Int(tree.nodes[list].end)
      while nextSign < signs.count, signs[nextSign] < list { nextSign += 1 }
      while nextAnchor < anchors.count, anchors[nextAnchor] < list { nextAnchor += 1 }
      let holdsAnchor = nextAnchor < anchors.count && anchors[nextAnchor] < end
      return holdsAnchor || nextSign + 1 >= signs.count || signs[nextSign + 1] >= end
    }
    return Set(lists)
  }

  private static func canHoldRemarks(_ tag: HTMLTag) -> Bool {
    tag.isBlock && tag.headingLevel == nil && tag != .p && tag != .body && tag != .html
  }
}
