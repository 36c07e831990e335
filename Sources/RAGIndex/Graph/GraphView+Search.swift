import RAGCore

extension GraphView {
  /// The best matches that a walk of effort `ef` finds (K-NN-SEARCH, Algorithm 5), exactly
  /// min(k, allowed nodes) of them.
  ///
  /// The plan: without a filter, the graph. With a filter, an exact scan of the allowed nodes where
  /// that is expected to cost less than a walk, else a walk that collects allowed nodes only and
  /// gives way to the scan once it has scored as many nodes as the scan would. A walk that falls
  /// short of its number of hits, for want of links, gives way to the scan too.
  func search(
    _ query: UnsafePointer<Float>, k: Int, ef: Int, allowed: SlotSet?, _ scratch: SearchScratch
  ) -> [VectorMatch] {
    let wanted = min(k, allowed?.count ?? count)
    guard wanted > 0 else { return [] }
    let effort = min(max(ef, k), count)
    var found: [VectorMatch]
    if let allowed {
      guard walkPays(allowed: allowed.count, ef: effort) else {
        return scan(query, k: wanted, allowed: allowed, scratch)
      }
      found = filteredWalk(query, ef: effort, allowed: allowed, scratch) ?? []
    } else {
      let start = descend(to: 0, query: query, scratch)
      var pool = scratch.pool(capacity: effort)
      pool.insert(start.slot, score: start.score)
      walk(0, query: query, pool: &pool, scratch)
      found = matches(pool)
    }
    guard found.count >= wanted else { return scan(query, k: wanted, allowed: allowed, scratch) }
    found.sort(by: VectorMatch.precedes)
    found.removeSubrange(wanted...)
    return found
  }

  /// The best `k` nodes by scoring each allowed one.
  /// - Complexity: O(allowed · dimension).
  func scan(
    _ query: UnsafePointer<Float>, k: Int, allowed: SlotSet?, _ scratch: SearchScratch
  ) -> [VectorMatch] {
    var best = BestMatches(limit: k)
    var batched = 0
    func score() {
      self.score(query, scratch.slots, batched, into: scratch.scores)
      for index in 0..<batched {
        best.offer(VectorMatch(id: ids[Int(scratch.slots[index])], score: scratch.scores[index]))
      }
      batched = 0
    }
    func add(_ slot: UInt32) {
      scratch.slots[batched] = slot
      batched += 1
      if batched == SearchScratch.batch { score() }
    }
    if let allowed {
      allowed.forEach(add)
    } else {
      for slot in 0..<slotCount where levels[slot] != Self.freeLevel { add(UInt32(slot)) }
    }
    score()
    return best.sorted()
  }

  /// A walk scores about 12 nodes for each of the `ef` that it keeps, each at about twice the price of
  /// one in a scan (both measured on text embeddings),
  /// and has to keep `ef` allowed ones, hence `ef · count / allowed` in all. The scan scores
  /// `allowed`.
  private func walkPays(allowed: Int, ef: Int) -> Bool {
    Double(allowed) * Double(allowed) > 24 * Double(ef) * Double(count)
  }

  /// Algorithm 2 on level 0 with results of allowed nodes only; nil once it has scored more nodes
  /// than are allowed.
  private func filteredWalk(
    _ query: UnsafePointer<Float>, ef: Int, allowed: SlotSet, _ scratch: SearchScratch
  ) -> [VectorMatch]? {
    let start = descend(to: 0, query: query, scratch)
    var results = scratch.pool(capacity: ef)
    let visited = scratch.visited(slotCount: slotCount)
    var frontier = Frontier()
    var budget = allowed.count
    func meet(_ slot: UInt32, _ score: Float, _ results: inout CandidatePool) {
      guard score > results.threshold else { return }
      frontier.push(Candidate(score: score, slot: slot))
      if allowed.contains(slot) { results.insert(slot, score: score) }
    }
    _ = visited.insert(start.slot)
    meet(start.slot, start.score, &results)
    while let candidate = frontier.pop(), candidate.score >= results.threshold {
      let links = links(candidate.slot, 0)
      var fresh = 0
      for index in 0..<2 * m {
        let link = links[index]
        if link == Self.none { break }
        if visited.insert(link) {
          scratch.slots[fresh] = link
          fresh += 1
        }
      }
      score(query, scratch.slots, fresh, into: scratch.scores)
      for index in 0..<fresh { meet(scratch.slots[index], scratch.scores[index], &results) }
      budget -= fresh
      if budget < 0 { return nil }
    }
    return matches(results)
  }

  private func matches(_ pool: borrowing CandidatePool) -> [VectorMatch] {
    var matches: [VectorMatch] = []
    matches.reserveCapacity(pool.count)
    for index in 0..<pool.count {
      matches.append(VectorMatch(id: ids[Int(pool[index].slot)], score: pool[index].score))
    }
    return matches
  }
}

/// The nodes of a filtered walk whose links are not followed yet: a binary heap, best at the root.
private struct Frontier {
  private var heap: [Candidate] = []

  mutating func push(_ candidate: Candidate) {
    heap.append(candidate)
    var child = heap.count - 1
    while child > 0 {
      let parent = (child - 1) / 2
      guard heap[child].score > heap[parent].score else { return }
      heap.swapAt(parent, child)
      child = parent
    }
  }

  mutating func pop() -> Candidate? {
    guard let best = heap.first, let last = heap.popLast() else { return nil }
    guard !heap.isEmpty else { return best }
    heap[0] = last
    var parent = 0
    while 2 * parent + 1 < heap.count {
      var child = 2 * parent + 1
      if child + 1 < heap.count, heap[child + 1].score > heap[child].score { child += 1 }
      guard heap[child].score > heap[parent].score else { break }
      heap.swapAt(parent, child)
      parent = child
    }
    return best
  }
}
