import RAGCore

extension MutableGraph {
  /// Adds a vector (INSERT, Algorithm 1).
  ///
  /// - Throws: ``RAGError`` of code `dimensionMismatch` or `invalidInput` for a vector that cannot
  ///   be compared or an id that is there already, `limitExceeded` for one vector too many. The
  ///   graph is then as it was.
  /// - Complexity: about O(efConstruction · log(count) · dimension).
  public func insert(id: Int64, vector: [Float]) throws {
    let prepared = try metric.prepare(vector, dimension: dimension)
    guard slotOfID[id] == nil else {
      throw RAGError(.invalidInput, "the index has a vector of id \(id) already; delete it first")
    }
    guard slotCount < Int(GraphView.none) else {
      throw RAGError(.limitExceeded, "an index holds at most \(GraphView.none) vectors")
    }
    let level = parameters.level(of: id)
    let slot = addNode(id: id, vector: prepared, level: level)
    if entry == GraphView.none {
      entry = slot
      topLevel = level
    } else {
      link(slot, levels: level)
      if level > topLevel {
        entry = slot
        topLevel = level
      }
    }
  }

  /// Gives a node its links on its levels, and links back to it.
  private func link(_ slot: UInt32, levels level: Int) {
    let query = view.vector(slot)
    var pool = scratch.pool(capacity: parameters.efConstruction)
    let start = view.descend(to: min(level, topLevel), query: query, scratch)
    pool.insert(start.slot, score: start.score)
    for current in (0...min(level, topLevel)).reversed() {
      pool.restart()
      view.walk(current, query: query, pool: &pool, scratch)
      connect(slot, current, to: pool)
    }
  }

  /// Gives a node its links on a level, chosen among the nodes of a pool, and links back to it.
  func connect(_ slot: UInt32, _ level: Int, to pool: borrowing CandidatePool) {
    selection.candidates.removeAll(keepingCapacity: true)
    for index in 0..<pool.count where pool[index].slot != slot {
      selection.candidates.append(pool[index])
    }
    selection.select(limit: parameters.m, minimum: parameters.m / 2, in: view)
    let chosen = selection.chosen
    setLinks(slot, level, chosen)
    var isReachable = false
    for neighbour in chosen where addLink(neighbour, to: slot, level) { isReachable = true }
    if !isReachable, let nearest = chosen.first { splice(slot, after: nearest, level) }
  }

  /// Adds a link to a node; when its list is full, its links are chosen anew from the old ones and
  /// the new one. Returns whether the link was kept.
  private func addLink(_ slot: UInt32, to target: UInt32, _ level: Int) -> Bool {
    let links = mutableLinks(slot, level)
    let degree = view.degree(level)
    var count = 0
    while count < degree, links[count] != GraphView.none {
      if links[count] == target { return true }
      count += 1
    }
    if count < degree {
      links[count] = target
      return true
    }
    let view = view
    scratch.slots[0] = target
    for index in 0..<degree { scratch.slots[index + 1] = links[index] }
    view.score(view.vector(slot), scratch.slots, degree + 1, into: scratch.scores)
    selection.candidates.removeAll(keepingCapacity: true)
    for index in 0...degree {
      selection.candidates.append(
        Candidate(score: scratch.scores[index], slot: scratch.slots[index]))
    }
    selection.select(limit: degree, minimum: degree / 2, in: view)
    setLinks(slot, level, selection.chosen)
    return selection.chosen.contains(target)
  }

  /// Makes a node reachable from another that has no room for it: the node takes the place of the
  /// other's last link and leads on to what that link led to, so nothing becomes unreachable.
  func splice(_ slot: UInt32, after other: UInt32, _ level: Int) {
    let degree = view.degree(level)
    let otherLinks = mutableLinks(other, level)
    var last = 0
    while last < degree, otherLinks[last] != GraphView.none { last += 1 }
    if last < degree {
      otherLinks[last] = slot
      return
    }
    let displaced = otherLinks[degree - 1]
    otherLinks[degree - 1] = slot
    let links = mutableLinks(slot, level)
    var end = 0
    while end < degree, links[end] != GraphView.none {
      if links[end] == displaced { return }
      end += 1
    }
    links[min(end, degree - 1)] = displaced
  }

  /// Writes a list of links, ended where it is not full.
  func setLinks(_ slot: UInt32, _ level: Int, _ targets: [UInt32]) {
    let links = mutableLinks(slot, level)
    for (index, target) in targets.enumerated() { links[index] = target }
    let degree = view.degree(level)
    (links + targets.count).update(repeating: GraphView.none, count: degree - targets.count)
  }

  /// Stores a vector in a slot without links.
  private func addNode(id: Int64, vector: [Float], level: Int) -> UInt32 {
    let slot: UInt32
    if let free = freeSlots.popLast() {
      slot = free
    } else {
      slot = UInt32(slotCount)
      slotCount += 1
      vectors.reserve(slotCount * stride)
      ids.reserve(slotCount)
      levels.reserve(slotCount)
      groundLinks.reserve(slotCount * 2 * parameters.m)
      upperRows.reserve(slotCount)
    }
    // What lies behind the vector up to the stride stays zero.
    (vectors.base + Int(slot) * stride).update(from: vector, count: dimension)
    ids.base[Int(slot)] = id
    levels.base[Int(slot)] = UInt8(level)
    upperRows.base[Int(slot)] = level == 0 ? 0 : takeUpperRows(level)
    for current in 0...level { setLinks(slot, current, []) }
    slotOfID[id] = slot
    return slot
  }

  private func takeUpperRows(_ length: Int) -> UInt32 {
    if let row = freeUpperRows[length]?.popLast() { return row }
    let row = upperRowCount
    upperRowCount += length
    upperLinks.reserve(upperRowCount * parameters.m)
    return UInt32(row)
  }
}
