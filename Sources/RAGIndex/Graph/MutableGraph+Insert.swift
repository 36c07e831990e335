import CRAGKernels
import RAGCore

extension MutableGraph {
  /// Vectors that are inserted at once: each is searched for in the graph as it was before the
  /// batch, and compared with all others of the batch, so that threads need not wait for each
  /// other and do not change the outcome (in the manner of ParlayANN, arXiv:2305.04359).
  private static let batchSize = 1_024
  /// Equal vectors among the candidates for a node's links.
  private static let tieLimit = 8
  /// With fewer vectors in the first insertion their mean tells little of those to come.
  private static let smallestSample = 256

  /// Adds a vector (INSERT, Algorithm 1).
  ///
  /// - Throws: ``RAGError`` of code `dimensionMismatch` or `invalidInput` for a vector that cannot
  ///   be compared or an id that is there already, `limitExceeded` for one vector too many. The
  ///   graph is then as it was.
  /// - Complexity: about O(efConstruction · log(count) · dimension).
  public func insert(id: Int64, vector: [Float]) throws {
    try insert(ids: [id], vectors: vector, threads: 1)
  }

  /// Adds vectors, `[ids.count, dimension]` row by row, on `threads` threads. The graph does not
  /// depend on the number of threads.
  ///
  /// - Throws: As ``insert(id:vector:)``, before anything is added; `cancelled` when the task was,
  ///   with a part of the vectors added.
  /// - Complexity: about O(efConstruction · log(count) · dimension) for each.
  public func insert(ids newIDs: [Int64], vectors: [Float], threads: Int) throws {
    try changing.writing {
      try check(newIDs, vectors)
      guard !newIDs.isEmpty else { return }
      let prepared = PreparedVectors(vectors, metric, dimension: dimension)
      lock.writing {
        if live.count == 0, newIDs.count >= Self.smallestSample {
          coder = VectorCoder(metric: metric, layout: layout, centre: prepared.mean())
        }
        reserve(slotCount - freeSlots.count + newIDs.count)
      }
      // In an order without meaning: vectors that come in the order of documents would link within
      // their neighbourhood first, and the early graph would lead nowhere else.
      let order = newIDs.indices.sorted { a, b in
        let (x, y) = (mixed(UInt64(bitPattern: newIDs[a])), mixed(UInt64(bitPattern: newIDs[b])))
        return x != y ? x < y : newIDs[a] < newIDs[b]
      }
      for start in stride(from: 0, to: order.count, by: Self.batchSize) {
        try Cancellation.check()
        let batch = order[start..<min(start + Self.batchSize, order.count)]
        let slots = lock.writing { addNodes(batch.map { newIDs[$0] }) }
        code(batch, of: prepared, into: slots, threads: threads)
        let choices: [Choice]
        do { choices = try choose(slots, threads: threads) } catch {
          lock.writing { slots.forEach(free) }
          throw error
        }
        lock.writing {
          largestLength = max(largestLength, prepared.largestLength(of: batch))
          commit(slots, choices, threads: threads)
        }
      }
      // For few vectors in a large graph this waits until the graph is written.
      if 16 * newIDs.count >= live.count { try lock.writing { _ = try linkUnreached() } }
    }
  }

  /// Checks everything that could refuse a vector.
  private func check(_ newIDs: [Int64], _ vectors: [Float]) throws {
    guard vectors.count == newIDs.count * dimension else {
      throw RAGError(
        .dimensionMismatch,
        newIDs.count == 1
          ? "a vector of \(vectors.count) dimensions was given to an index of \(dimension)"
          : "\(vectors.count) elements are not \(newIDs.count) vectors of \(dimension) dimensions")
    }
    guard live.count + newIDs.count < Int(GraphView.none) else {
      throw RAGError(.limitExceeded, "an index holds fewer than \(GraphView.none) vectors")
    }
    var seen = Set<Int64>(minimumCapacity: newIDs.count)
    for id in newIDs where slotOfID[id] != nil || !seen.insert(id).inserted {
      throw RAGError(.invalidInput, "the index has a vector of id \(id) already; delete it first")
    }
    for start in stride(from: 0, to: vectors.count, by: dimension) {
      try metric.check(vectors[start..<(start + dimension)])
    }
  }

  /// Makes room for `count` nodes in all, so that adding them moves nothing.
  func reserve(_ count: Int) {
    coarse.reserve(count * layout.coarseStride)
    fine.reserve(count * layout.fineStride)
    terms.reserve(count)
    bytes.reserve(count * layout.byteStride)
    byteSums.reserve(count)
    byteLengths.reserve(count)
    ids.reserve(count)
    levels.reserve(count)
    groundLinks.reserve(count * 2 * parameters.m)
    upperRows.reserve(count)
    slotOfID.reserveCapacity(count)
  }

  /// Gives slots to new nodes, without links and not yet live.
  private func addNodes(_ newIDs: [Int64]) -> [UInt32] {
    let slots = newIDs.map { id in
      let slot = freeSlots.popLast() ?? UInt32(slotCount)
      slotCount = max(slotCount, Int(slot) + 1)
      let level = parameters.level(of: id)
      ids.base[Int(slot)] = id
      levels.base[Int(slot)] = UInt8(level)
      upperRows.base[Int(slot)] = level == 0 ? 0 : takeUpperRows(level)
      for current in 0...level { setLinks(slot, current, []) }
      slotOfID[id] = slot
      return slot
    }
    live.grow(slotCount: slotCount)
    return slots
  }

  private func takeUpperRows(_ length: Int) -> UInt32 {
    if let row = freeUpperRows[length]?.popLast() { return row }
    let row = upperRowCount
    upperRowCount += length
    upperLinks.reserve(upperRowCount * parameters.m)
    return UInt32(row)
  }

  /// What a new node links to, level by level from 0.
  private typealias Choice = [[UInt32]]

  /// Chooses links for new nodes from the graph and from the batch.
  private func choose(_ slots: [UInt32], threads: Int) throws -> [Choice] {
    let view = view
    let codes = byteCodes
    return try parallelMap(count: slots.count, threads: threads) { index in
      scratches.withScratch { scratch in
        choose(for: slots[index], among: slots, view, codes, scratch)
      }
    }
  }

  private func choose(
    for slot: UInt32, among slots: [UInt32], _ view: GraphView, _ codes: ByteCodes,
    _ scratch: SearchScratch
  ) -> Choice {
    var choice = Choice(repeating: [], count: Int(levels.base[Int(slot)]) + 1)
    var selection = scratch.selection
    defer { scratch.selection = selection }
    var target = NodeTarget(slot, codes, view.vectors, scratch.query)
    var pool = scratch.pool(
      capacity: parameters.efConstruction, tieLimit: Self.tieLimit)
    let limits = WalkLimits.capacityOnly(parameters.efConstruction)
    var isStarted = false
    for level in choice.indices.reversed() {
      if entry != GraphView.none, level <= topLevel {
        // In memory nothing is checked, so nothing is thrown.
        if !isStarted, let start = try? view.descend(to: level, &target, scratch) {
          pool.insert(start.slot, score: start.score)
          isStarted = true
        }
        pool.restart()
        _ = try? view.walk(
          level, &target, pool: &pool, limits: limits,
          visited: scratch.visited(slotCount: slotCount), scratch)
      }
      selection.candidates.removeAll(keepingCapacity: true)
      selection.append(pool.count, near: slot, codes, scratch) { pool[$0].slot }
      appendPeers(of: slot, level, slots, &target, codes, &selection, scratch)
      let degree = view.degree(level)
      selection.select(limit: degree, minimum: degree / 2, codes: codes, ids: view.ids)
      // A batch of vectors that are all near each other must not link to itself alone.
      if pool.count > 0, !selection.chosen.contains(where: live.contains) {
        selection.add(pool[0].slot, limit: degree)
      }
      choice[level] = selection.chosen
    }
    return choice
  }

  /// Adds the nearest of the others of a batch that reach up to a level.
  private func appendPeers(
    of slot: UInt32, _ level: Int, _ slots: [UInt32], _ target: inout NodeTarget,
    _ codes: ByteCodes, _ selection: inout LinkSelection, _ scratch: SearchScratch
  ) {
    // As many as a node can link to.
    var pool = scratch.peerPool(capacity: 2 * parameters.m, tieLimit: Self.tieLimit)
    var next = 0
    while next < slots.count {
      var batched = 0
      while next < slots.count, batched < SearchScratch.batch {
        let peer = slots[next]
        next += 1
        guard peer != slot, Int(levels.base[Int(peer)]) >= level else { continue }
        scratch.slots[batched] = peer
        batched += 1
      }
      target.score(scratch.slots, batched, into: scratch.scores)
      for index in 0..<batched { pool.insert(scratch.slots[index], score: scratch.scores[index]) }
    }
    selection.append(pool.count, near: slot, codes, scratch) { pool[$0].slot }
  }

  /// Makes new nodes part of the graph: their links, the links back to them, the entry.
  private func commit(_ slots: [UInt32], _ choices: [Choice], threads: Int) {
    for (slot, choice) in zip(slots, choices) {
      for (level, links) in choice.enumerated() { setLinks(slot, level, links) }
      live.insert(slot)
    }
    var backLinks: [BackLink] = []
    for (slot, choice) in zip(slots, choices) {
      for (level, links) in choice.enumerated() {
        for link in links { backLinks.append(BackLink(target: link, level: level, source: slot)) }
      }
    }
    link(back: backLinks, threads: threads)
    for slot in slots {
      let level = Int(levels.base[Int(slot)])
      if entry == GraphView.none || level > topLevel {
        entry = slot
        topLevel = level
      }
    }
    // A node whose links back were all refused would not be found.
    for (slot, choice) in zip(slots, choices) where slot != entry {
      for (level, links) in choice.enumerated() where !links.isEmpty {
        if !links.contains(where: { currentLinks($0, level).contains(slot) }) {
          splice(slot, after: links[0], level)
        }
      }
    }
  }

  /// Makes a node reachable from another: where that has no room, the node takes the place of the
  /// other's last link and leads on to what that link led to, so nothing becomes unreachable.
  func splice(_ slot: UInt32, after other: UInt32, _ level: Int) {
    let degree = level == 0 ? 2 * parameters.m : parameters.m
    let otherLinks = mutableLinks(other, level)
    let last = currentLinks(other, level).count
    if currentLinks(other, level).contains(slot) { return }
    if last < degree {
      otherLinks[last] = slot
      return
    }
    let displaced = otherLinks[degree - 1]
    otherLinks[degree - 1] = slot
    let links = currentLinks(slot, level)
    guard displaced != slot, !links.contains(displaced) else { return }
    mutableLinks(slot, level)[min(links.count, degree - 1)] = displaced
  }
}

/// A link from a target back to the node that chose it.
private struct BackLink: Sendable {
  var target: UInt32
  var level: Int
  var source: UInt32
}

extension MutableGraph {
  /// Adds links; a list that overflows is chosen anew from the old links and the new ones. Targets
  /// are worked on side by side, each by one thread.
  private func link(back backLinks: [BackLink], threads: Int) {
    let sorted = backLinks.sorted { a, b in
      (a.target, a.level, a.source) < (b.target, b.level, b.source)
    }
    let starts = sorted.indices.filter { index in
      index == 0 || sorted[index].target != sorted[index - 1].target
        || sorted[index].level != sorted[index - 1].level
    }
    let codes = byteCodes
    parallelFor(count: starts.count, threads: threads, stride: 32) { range, _ in
      scratches.withScratch { scratch in
        for index in range {
          let end = index + 1 < starts.count ? starts[index + 1] : sorted.count
          add(sorted[starts[index]..<end], codes, scratch)
        }
      }
    }
  }

  /// Adds the links back to one target on one level.
  private func add(
    _ backLinks: ArraySlice<BackLink>, _ codes: ByteCodes, _ scratch: SearchScratch
  ) {
    guard let first = backLinks.first else { return }
    let (target, level) = (first.target, first.level)
    let degree = level == 0 ? 2 * parameters.m : parameters.m
    var links = Array(currentLinks(target, level))
    let known = links.count
    let sources = backLinks.lazy.map(\.source).filter { !links[..<known].contains($0) }
    if known == degree {
      links += sources.filter { !isCovered($0, by: links[..<known], target, codes, scratch) }
      guard links.count > known else { return }
    } else {
      links += Array(sources)
    }
    if links.count > degree {
      scratch.selection.candidates.removeAll(keepingCapacity: true)
      scratch.selection.append(links.count, near: target, codes, scratch) { links[$0] }
      scratch.selection.select(limit: degree, minimum: degree / 2, codes: codes, ids: ids.base)
      links = scratch.selection.chosen
    }
    setLinks(target, level, links)
  }

  /// Whether a choice among links and one more is sure to leave that one out: a link that is nearer
  /// to the target is so near to it that both rounds of the choice prune it.
  private func isCovered(
    _ source: UInt32, by links: ArraySlice<UInt32>, _ target: UInt32, _ codes: ByteCodes,
    _ scratch: SearchScratch
  ) -> Bool {
    var own = source
    var distance: Float = 0
    codes.scores(of: target, &own, 1, into: &distance)
    var start = links.startIndex
    while start < links.endIndex {
      let group = links[start..<min(start + 8, links.endIndex)]
      start += group.count
      for (index, link) in group.enumerated() { scratch.slots[index] = link }
      codes.scores(of: source, scratch.slots, group.count, into: scratch.scores)
      var near = 0
      for index in 0..<group.count where LinkSelection.prunes(scratch.scores[index], distance) {
        scratch.slots[near] = scratch.slots[index]
        near += 1
      }
      codes.scores(of: target, scratch.slots, near, into: scratch.scores)
      if (0..<near).contains(where: { scratch.scores[$0] > distance }) { return true }
    }
    return false
  }
}
