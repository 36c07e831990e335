import RAGCore

extension MutableGraph {
  /// Links every node that no path on level 0 leads to from the entry, and returns how many there
  /// were. Choosing links anew can leave a node without any that lead to it.
  ///
  /// A link is only ever moved onto a path that takes it up again, so no node is lost by it.
  /// - Throws: ``RAGError`` of code `cancelled`, with some of them linked.
  /// - Complexity: O(count · m) and a search for each such node.
  @discardableResult
  public func linkUnreachable() throws -> Int {
    try changing.writing { try lock.writing { try linkUnreached() } }
  }

  /// The same, for a caller that has both locks.
  func linkUnreached() throws -> Int {
    guard entry != GraphView.none else { return 0 }
    var reached = SlotSet(slotCount: slotCount)
    var frontier: [UInt32] = []
    try reach(entry, &reached, &frontier)
    guard reached.count < live.count else { return 0 }
    var linked = 0
    for slot in slotsByID where !reached.contains(slot) {
      linkFromNearest(slot)
      linked += 1
      try reach(slot, &reached, &frontier)
    }
    return linked
  }

  /// Adds a node and all that can be reached from it.
  private func reach(_ start: UInt32, _ reached: inout SlotSet, _ frontier: inout [UInt32]) throws {
    reached.insert(start)
    frontier.append(start)
    while let slot = frontier.popLast() {
      if reached.count % 8_192 == 0 { try Cancellation.check() }
      for link in currentLinks(slot, 0) where !reached.contains(link) {
        reached.insert(link)
        frontier.append(link)
      }
    }
  }

  /// Makes a node reachable from the nearest reachable one that has room, else from the nearest.
  private func linkFromNearest(_ slot: UInt32) {
    scratches.withScratch { scratch in
      let view = view
      var target = NodeTarget(slot, byteCodes, view.vectors, scratch.query)
      var pool = scratch.pool(capacity: parameters.efConstruction)
      // From the entry on level 0: the levels above might lead to the node itself.
      scratch.slots[0] = entry
      target.score(scratch.slots, 1, into: scratch.scores)
      pool.insert(entry, score: scratch.scores[0])
      // In memory nothing is checked, so nothing is thrown.
      _ = try? view.walk(
        0, &target, pool: &pool, limits: .capacityOnly(parameters.efConstruction),
        visited: scratch.visited(slotCount: slotCount), scratch)
      for index in 0..<pool.count
      where currentLinks(pool[index].slot, 0).count < 2 * parameters.m {
        return splice(slot, after: pool[index].slot, 0)
      }
      splice(slot, after: pool[0].slot, 0)
    }
  }
}
