public import RAGCore

extension MutableGraph {
  /// Removes a vector, if it is there.
  /// - Throws: ``RAGError`` of code `cancelled`, with nothing removed.
  /// - Complexity: O(count), as for many at once.
  @discardableResult
  public func delete(id: Int64) throws -> Bool { try delete(IDSet([id])) == 1 }

  /// Removes the vectors of these ids, repairs the links around them and frees their slots for
  /// later insertions. Returns how many were there. The graph does not depend on the number of
  /// threads.
  ///
  /// A node that linked to removed ones chooses its links anew, from those that it keeps and from
  /// the nodes on the far side of the removed ones (after FreshDiskANN, arXiv:2105.09613,
  /// Algorithm 4).
  /// - Throws: ``RAGError`` of code `cancelled`, with nothing removed.
  /// - Complexity: O(count · m) and the repair of the nodes concerned.
  @discardableResult
  public func delete(_ doomed: IDSet, threads: Int = 1) throws -> Int {
    try changing.writing {
      var dead = SlotSet(slotCount: slotCount)
      for id in doomed.sorted { if let slot = slotOfID[id] { dead.insert(slot) } }
      guard dead.count > 0 else { return 0 }
      if dead.count == live.count {
        lock.writing { removeAll() }
        return dead.count
      }
      let survivors = slotsByID.filter { !dead.contains($0) }
      let repairs = try repairs(of: survivors, around: dead, threads: threads)
      lock.writing {
        for repair in repairs { setLinks(repair.slot, repair.level, repair.links) }
        dead.forEach(free)
        freeSlots.sort(by: >)
        if dead.contains(entry) { chooseEntry() }
        // The entry first: the others are searched for from there.
        let bereft = repairs.filter(\.links.isEmpty)
        for repair in bereft where repair.slot == entry { relink(repair.slot, repair.level) }
        for repair in bereft where repair.slot != entry { relink(repair.slot, repair.level) }
      }
      return dead.count
    }
  }

  /// The new links of a node on a level.
  private struct Repair {
    var slot: UInt32
    var level: Int
    var links: [UInt32]
  }

  private func repairs(
    of survivors: [UInt32], around dead: SlotSet, threads: Int
  ) throws -> [Repair] {
    let codes = byteCodes
    return try parallelMap(count: survivors.count, threads: threads) { index in
      let slot = survivors[index]
      var repairs: [Repair] = []
      for level in 0...Int(levels.base[Int(slot)])
      where currentLinks(slot, level).contains(where: dead.contains) {
        let links = scratches.withScratch { repairedLinks(slot, level, dead, codes, $0) }
        repairs.append(Repair(slot: slot, level: level, links: links))
      }
      return repairs
    }.flatMap { $0 }
  }

  /// Links for a node some of whose links lead to dead nodes; none when nothing is left to choose.
  private func repairedLinks(
    _ slot: UInt32, _ level: Int, _ dead: SlotSet, _ codes: ByteCodes, _ scratch: SearchScratch
  ) -> [UInt32] {
    let degree = level == 0 ? 2 * parameters.m : parameters.m
    var frontier: [UInt32] = []
    var candidates: [UInt32] = []
    let visited = scratch.visited(slotCount: slotCount)
    _ = visited.insert(slot)
    for link in currentLinks(slot, level) {
      _ = visited.insert(link)
      if dead.contains(link) { frontier.append(link) } else { candidates.append(link) }
    }
    // Through the dead nodes, nearest rows first, to the living ones behind them: enough for a
    // choice, however large the dead region is.
    let enough = candidates.count + 4 * degree
    var next = 0
    while next < frontier.count, candidates.count < enough {
      for link in currentLinks(frontier[next], level) where visited.insert(link) {
        if dead.contains(link) { frontier.append(link) } else { candidates.append(link) }
      }
      next += 1
    }
    scratch.selection.candidates.removeAll(keepingCapacity: true)
    scratch.selection.append(candidates.count, near: slot, codes, scratch) { candidates[$0] }
    scratch.selection.select(limit: degree, minimum: degree / 2, codes: codes, ids: ids.base)
    return scratch.selection.chosen
  }

  /// Searches links for a node that lost all of them on a level.
  ///
  /// The walk starts from the entry, since the way down might end at the node itself. The entry
  /// finds its links by scoring all nodes.
  private func relink(_ slot: UInt32, _ level: Int) {
    scratches.withScratch { scratch in
      let view = view
      let codes = byteCodes
      var target = NodeTarget(slot, codes, view.vectors, scratch.query)
      var pool = scratch.pool(capacity: parameters.efConstruction)
      if slot == entry {
        live.forEach { other in
          guard other != slot, Int(levels.base[Int(other)]) >= level else { return }
          scratch.slots[0] = other
          target.score(scratch.slots, 1, into: scratch.scores)
          pool.insert(other, score: scratch.scores[0])
        }
      } else {
        scratch.slots[0] = entry
        target.score(scratch.slots, 1, into: scratch.scores)
        pool.insert(entry, score: scratch.scores[0])
        // In memory nothing is checked, so nothing is thrown.
        _ = try? view.walk(
          level, &target, pool: &pool, limits: .capacityOnly(parameters.efConstruction),
          visited: scratch.visited(slotCount: slotCount), scratch)
      }
      scratch.selection.candidates.removeAll(keepingCapacity: true)
      let others = (0..<pool.count).map { pool[$0].slot }.filter { $0 != slot }
      scratch.selection.append(others.count, near: slot, codes, scratch) { others[$0] }
      let degree = view.degree(level)
      scratch.selection.select(limit: degree, minimum: degree / 2, codes: codes, ids: ids.base)
      let links = scratch.selection.chosen
      setLinks(slot, level, links)
      if let nearest = links.first { splice(slot, after: nearest, level) }
    }
  }

  /// Takes a node that nothing leads to out of the graph.
  func free(_ slot: UInt32) {
    let level = Int(levels.base[Int(slot)])
    slotOfID[ids.base[Int(slot)]] = nil
    live.remove(slot)
    if level > 0 { freeUpperRows[level, default: []].append(upperRows.base[Int(slot)]) }
    freeSlots.append(slot)
  }

  /// Makes the highest node the entry; among several that of the lowest id.
  private func chooseEntry() {
    var best: (level: UInt8, id: Int64, slot: UInt32)?
    live.forEach { slot in
      let level = levels.base[Int(slot)]
      let id = ids.base[Int(slot)]
      if let current = best, (current.level, id) > (level, current.id) { return }
      best = (level, id, slot)
    }
    entry = best?.slot ?? GraphView.none
    topLevel = Int(best?.level ?? 0)
  }

  private func removeAll() {
    slotOfID.removeAll()
    slotCount = 0
    live = SlotSet(slotCount: 0)
    freeSlots.removeAll()
    upperRowCount = 0
    freeUpperRows.removeAll()
    entry = GraphView.none
    topLevel = 0
    largestLength = 0
    coder = VectorCoder(
      metric: metric, layout: layout, centre: Array(repeating: 0, count: dimension))
    calibration = .standard
  }
}
