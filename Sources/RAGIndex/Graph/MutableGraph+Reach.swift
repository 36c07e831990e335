extension MutableGraph {
  /// Links every node that no path on level 0 leads to from the entry, and returns how many there
  /// were. Choosing links anew can leave a node without any that lead to it.
  ///
  /// A link is only ever moved onto a path that takes it up again, so no node is lost by it.
  /// - Complexity: O(count · m) and a search for each such node.
  @discardableResult
  public func linkUnreachable() -> Int {
    guard entry != GraphView.none else { return 0 }
    var reached = SlotSet(slotCount: slotCount)
    var frontier: [UInt32] = []
    reach(entry, &reached, &frontier)
    var linked = 0
    guard reached.count < count else { return 0 }
    for slot in slotsByID where !reached.contains(slot) {
      linkFromNearest(slot)
      linked += 1
      reach(slot, &reached, &frontier)
    }
    return linked
  }

  /// Adds a node and all that can be reached from it.
  private func reach(_ start: UInt32, _ reached: inout SlotSet, _ frontier: inout [UInt32]) {
    let view = view
    reached.insert(start)
    frontier.append(start)
    while let slot = frontier.popLast() {
      let links = view.links(slot, 0)
      for index in 0..<view.degree(0) {
        let link = links[index]
        if link == GraphView.none { break }
        if !reached.contains(link) {
          reached.insert(link)
          frontier.append(link)
        }
      }
    }
  }

  /// Makes a node reachable from the nearest reachable one that has room, else from the nearest.
  private func linkFromNearest(_ slot: UInt32) {
    let view = view
    let degree = view.degree(0)
    var pool = scratch.pool(capacity: parameters.efConstruction)
    // From the entry on level 0: the levels above might lead to the node itself.
    pool.insert(entry, score: view.score(entry, slot))
    view.walk(0, query: view.vector(slot), pool: &pool, scratch)
    for index in 0..<pool.count
    where view.links(pool[index].slot, 0)[degree - 1] == GraphView.none {
      return splice(slot, after: pool[index].slot, 0)
    }
    splice(slot, after: pool[0].slot, 0)
  }
}
