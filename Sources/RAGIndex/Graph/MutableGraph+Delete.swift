extension MutableGraph {
  /// Removes a vector, if it is there.
  /// - Complexity: O(count), as for many at once.
  @discardableResult
  public func delete(id: Int64) -> Bool { delete(IDSet([id])) == 1 }

  /// Removes the vectors of these ids, repairs the links around them and frees their slots for
  /// later insertions. Returns how many were there.
  ///
  /// A node that linked to removed ones chooses its links anew, from those that it keeps and from
  /// the nodes on the far side of the removed ones (after FreshDiskANN, arXiv:2105.09613,
  /// Algorithm 4).
  /// - Complexity: O(count · m) and the repair of the nodes concerned.
  @discardableResult
  public func delete(_ doomed: IDSet) -> Int {
    var dead = SlotSet(slotCount: slotCount)
    for id in doomed.sorted { if let slot = slotOfID[id] { dead.insert(slot) } }
    guard dead.count > 0 else { return 0 }
    if dead.count == count {
      removeAll()
      return dead.count
    }

    var bereft: [(slot: UInt32, level: Int)] = []
    for slot in slotsByID where !dead.contains(slot) {
      for current in 0...Int(levels.base[Int(slot)]) where !repair(slot, current, dead) {
        bereft.append((slot, current))
      }
    }
    dead.forEach(free)
    freeSlots.sort(by: >)
    if dead.contains(entry) { chooseEntry() }
    // The entry first: the others are searched for from there.
    for (slot, level) in bereft where slot == entry { relink(slot, level) }
    for (slot, level) in bereft where slot != entry { relink(slot, level) }
    return dead.count
  }

  /// Chooses the links of a node anew if some lead to dead nodes. Returns false when none is left
  /// to choose, though there were some.
  private func repair(_ slot: UInt32, _ level: Int, _ dead: borrowing SlotSet) -> Bool {
    let view = view
    let links = view.links(slot, level)
    let degree = view.degree(level)
    var linkCount = 0
    var isTouched = false
    while linkCount < degree, links[linkCount] != GraphView.none {
      isTouched = isTouched || dead.contains(links[linkCount])
      linkCount += 1
    }
    guard isTouched else { return true }

    var frontier: [UInt32] = []
    selection.candidates.removeAll(keepingCapacity: true)
    let visited = scratch.visited(slotCount: slotCount)
    _ = visited.insert(slot)
    for index in 0..<linkCount {
      _ = visited.insert(links[index])
      if dead.contains(links[index]) {
        frontier.append(links[index])
      } else {
        selection.candidates.append(candidate(links[index], near: slot))
      }
    }
    // Through the dead nodes, nearest rows first, to the living ones behind them: enough for a
    // choice, however large the dead region is.
    let enough = selection.candidates.count + 4 * degree
    var next = 0
    while next < frontier.count, selection.candidates.count < enough {
      let beyond = view.links(frontier[next], level)
      next += 1
      for index in 0..<degree {
        let link = beyond[index]
        if link == GraphView.none { break }
        guard visited.insert(link) else { continue }
        if dead.contains(link) {
          frontier.append(link)
        } else {
          selection.candidates.append(candidate(link, near: slot))
        }
      }
    }
    selection.select(limit: degree, minimum: degree / 2, in: view)
    setLinks(slot, level, selection.chosen)
    return !selection.chosen.isEmpty
  }

  private func candidate(_ slot: UInt32, near other: UInt32) -> Candidate {
    Candidate(score: view.score(slot, other), slot: slot)
  }

  /// Searches links for a node that lost all of them on a level.
  ///
  /// The walk starts from the entry, since the way down might end at the node itself. The entry
  /// finds its links by scoring all nodes.
  private func relink(_ slot: UInt32, _ level: Int) {
    let view = view
    let query = view.vector(slot)
    var pool = scratch.pool(capacity: parameters.efConstruction)
    if slot == entry {
      for other in 0..<UInt32(slotCount) where other != slot && view.has(other, level) {
        pool.insert(other, score: view.score(slot, other))
      }
    } else {
      pool.insert(entry, score: view.score(slot, entry))
      view.walk(level, query: query, pool: &pool, scratch)
    }
    connect(slot, level, to: pool)
  }

  private func free(_ slot: UInt32) {
    let level = Int(levels.base[Int(slot)])
    slotOfID[ids.base[Int(slot)]] = nil
    levels.base[Int(slot)] = GraphView.freeLevel
    if level > 0 { freeUpperRows[level, default: []].append(upperRows.base[Int(slot)]) }
    freeSlots.append(slot)
  }

  /// Makes the highest node the entry; among several that of the lowest id.
  private func chooseEntry() {
    var best: (level: UInt8, id: Int64, slot: UInt32)?
    for slot in 0..<slotCount where levels.base[slot] != GraphView.freeLevel {
      let level = levels.base[slot]
      let id = ids.base[slot]
      if let current = best, (current.level, id) > (level, current.id) { continue }
      best = (level, id, UInt32(slot))
    }
    entry = best?.slot ?? GraphView.none
    topLevel = Int(best?.level ?? 0)
  }

  private func removeAll() {
    slotOfID.removeAll()
    slotCount = 0
    freeSlots.removeAll()
    upperRowCount = 0
    freeUpperRows.removeAll()
    entry = GraphView.none
    topLevel = 0
  }
}
