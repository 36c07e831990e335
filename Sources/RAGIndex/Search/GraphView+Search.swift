import CRAGKernels
import RAGCore

extension GraphView {
  /// Answers a query whose vector was prepared for the metric.
  func search(
    _ query: VectorQuery, vector: CodedQuery, queryLength: Float, allowed: SlotSet?,
    _ scratch: SearchScratch
  ) throws -> VectorSearchResult {
    let wanted = min(query.k, allowed?.count ?? count)
    guard wanted > 0 else {
      return VectorSearchResult(matches: [], statistics: SearchStatistics(plan: .scan))
    }
    var target = QueryTarget(view: self, query: vector)
    var matches: [Match]
    if query.effort.isExact {
      matches = try exactScan(&target, k: wanted, allowed: allowed, scratch)
    } else {
      let limits = limits(for: query.effort, k: wanted, queryLength: queryLength)
      matches = try approximate(&target, k: wanted, limits: limits, allowed: allowed, scratch)
    }
    if let minimum = query.minimumScore {
      matches.removeSubrange((matches.firstIndex { $0.score < minimum } ?? matches.endIndex)...)
    }
    return VectorSearchResult(matches: matches, statistics: target.statistics)
  }

  /// The plan: what is expected to cost less, a walk or a scan of all that may be a hit. A filtered
  /// walk that meets too few allowed nodes, and a walk that falls short of its number of hits for
  /// want of links, give way to the scan.
  private func approximate(
    _ target: inout QueryTarget, k: Int, limits: WalkLimits, allowed: SlotSet?,
    _ scratch: SearchScratch
  ) throws -> [Match] {
    let scanned = allowed?.count ?? count
    let plan = SearchCost(view: self, limits: limits, allowed: allowed?.count)
    guard entry != Self.none, plan.walkPays else {
      target.statistics.plan = .scan
      return try scan(&target, k: k, allowed: allowed, scratch)
    }
    let start = try descend(to: 0, &target, scratch)
    var limits = limits
    limits.margin = 2 * target.query.roundingError(vectors.terms(start.slot))
    let visited = scratch.visited(slotCount: slotCount)
    var pool = scratch.pool(capacity: limits.capacity, tieLimit: WalkLimits.anchor(k: k))
    if let allowed {
      let isWhole = try filteredWalk(
        &target, from: start, pool: &pool, limits: limits, allowed: allowed,
        budget: plan.walkBudget, visited: visited, scratch)
      if !isWhole {
        target.statistics.plan = .walkThenScan
        return try scan(&target, k: k, allowed: allowed, scratch)
      }
    } else {
      pool.insert(start.slot, score: start.score)
      target.statistics.hops += try walk(
        0, &target, pool: &pool, limits: limits, visited: visited, scratch)
    }
    guard pool.count >= min(k, scanned) else {
      target.statistics.plan = .walkThenScan
      return try scan(&target, k: k, allowed: allowed, scratch)
    }
    return try rerank(&target, pool, k: k, scratch)
  }

  /// The best `k` by all 11 bits, or by Float32, of the best few of a pool.
  private func rerank(
    _ target: inout QueryTarget, _ pool: borrowing CandidatePool, k: Int,
    _ scratch: SearchScratch
  ) throws -> [Match] {
    var count = min(pool.count, Self.rerankCount(k))
    // Among near copies the first pass hardly tells one from the other: all that its rounding may
    // have put behind the k-th are looked at again.
    let floor = rerankFloor(target, pool, k: k)
    while count < pool.count, pool[count].score >= floor { count += 1 }
    var matches: [Match] = []
    matches.reserveCapacity(count)
    var start = 0
    while start < count {
      let batch = min(SearchScratch.batch, count - start)
      for index in 0..<batch { scratch.slots[index] = pool[start + index].slot }
      try checkFine(scratch.slots, batch)
      vectors.fineScores(&target.query, scratch.slots, batch, into: scratch.scores)
      for index in 0..<batch {
        matches.append(
          Match(id: try id(scratch.slots[index]), score: scratch.scores[index]))
      }
      start += batch
    }
    target.statistics.reranked += count
    matches.sort(by: Match.precedes)
    matches.removeSubrange(min(k, count)...)
    return matches
  }

  /// How many of the best by coarse codes hold the best `k` (0.9997 of them, measured on text
  /// embeddings at k = 10).
  static func rerankCount(_ k: Int) -> Int { 2 * k + 10 }

  /// The coarse score that one of the best `k` may have.
  private func rerankFloor(
    _ target: QueryTarget, _ pool: borrowing CandidatePool, k: Int
  ) -> Float {
    guard pool.count > 0 else { return .infinity }
    let last = pool[min(k, pool.count) - 1]
    return last.score - 4 * target.query.roundingError(vectors.terms(last.slot))
  }

  /// The best `k` of all allowed nodes: a first pass over coarse codes, then the best few again.
  /// - Complexity: O(allowed · dimension).
  func scan(
    _ target: inout QueryTarget, k: Int, allowed: SlotSet?, _ scratch: SearchScratch
  ) throws -> [Match] {
    guard 4 * Self.rerankCount(k) < allowed?.count ?? count else {
      return try exactScan(&target, k: k, allowed: allowed, scratch)
    }
    var pool = scratch.pool(capacity: 2 * Self.rerankCount(k))
    try firstPass(&target, allowed: allowed, scratch) { slot, score in
      if score > pool.threshold { pool.insert(slot, score: score) }
    }
    let floor = rerankFloor(target, pool, k: k)
    guard pool.count == 2 * Self.rerankCount(k), pool[pool.count - 1].score >= floor else {
      return try rerank(&target, pool, k: k, scratch)
    }
    // More near copies than the pool holds: once more, and all that come near are looked at.
    var near = SlotSet(slotCount: slotCount)
    try firstPass(&target, allowed: allowed, scratch) { slot, score in
      if score >= floor { near.insert(slot) }
    }
    return try exactScan(&target, k: k, allowed: near, scratch)
  }

  /// Calls `body` with each allowed node and its coarse score.
  @inline(__always)
  private func firstPass(
    _ target: inout QueryTarget, allowed: SlotSet?, _ scratch: SearchScratch,
    _ body: (UInt32, Float) -> Void
  ) throws {
    try forEachBatch(allowed: allowed, scratch) { slots, batch in
      if let slots {
        try target.score(slots, batch.count, into: scratch.scores)
        for index in 0..<batch.count { body(slots[index], scratch.scores[index]) }
      } else {
        if let guarding, !guarding.isPassChecked { try guarding.checkCoarse(batch, in: vectors) }
        vectors.coarseScores(
          &target.query, first: batch.lowerBound, batch.count, into: scratch.scores)
        target.statistics.distances += batch.count
        for index in 0..<batch.count {
          body(UInt32(batch.lowerBound + index), scratch.scores[index])
        }
      }
    }
  }

  /// The best `k` of all allowed nodes by all that is kept of each.
  private func exactScan(
    _ target: inout QueryTarget, k: Int, allowed: SlotSet?, _ scratch: SearchScratch
  ) throws -> [Match] {
    if target.statistics.plan == .walk { target.statistics.plan = .scan }
    var best = BestMatches(limit: k)
    try forEachBatch(allowed: allowed, scratch) { slots, batch in
      if slots == nil {
        for index in 0..<batch.count { scratch.slots[index] = UInt32(batch.lowerBound + index) }
      }
      try checkFine(scratch.slots, batch.count)
      vectors.fineScores(&target.query, scratch.slots, batch.count, into: scratch.scores)
      target.statistics.reranked += batch.count
      for index in 0..<batch.count {
        best.offer(Match(id: try id(scratch.slots[index]), score: scratch.scores[index]))
      }
    }
    return best.sorted()
  }

  /// Calls `body` with the allowed nodes in batches: their slots in `scratch`, or nil and a range
  /// where they follow each other. Between batches it heeds a cancelled task.
  private func forEachBatch(
    allowed: SlotSet?, _ scratch: SearchScratch,
    _ body: (UnsafePointer<UInt32>?, Range<Int>) throws -> Void
  ) throws {
    if let set = allowed ?? live {
      var batched = 0
      var batches = 0
      try set.forEach { slot in
        scratch.slots[batched] = slot
        batched += 1
        if batched == SearchScratch.batch {
          try body(scratch.slots, 0..<batched)
          batched = 0
          batches += 1
          if batches % 64 == 0 { try Cancellation.check() }
        }
      }
      if batched > 0 { try body(scratch.slots, 0..<batched) }
    } else {
      for start in stride(from: 0, to: slotCount, by: SearchScratch.batch) {
        try body(nil, start..<min(start + SearchScratch.batch, slotCount))
        if start / SearchScratch.batch % 64 == 63 { try Cancellation.check() }
      }
    }
  }

  /// Algorithm 2 on level 0 with allowed nodes only in the pool, while all nodes lead on. False
  /// once it has scored more than `budget` nodes.
  private func filteredWalk(
    _ target: inout QueryTarget, from start: Candidate, pool: inout CandidatePool,
    limits: WalkLimits, allowed: SlotSet, budget: Int, visited: VisitedSet,
    _ scratch: SearchScratch
  ) throws -> Bool {
    let slots = scratch.slots
    let scores = scratch.scores
    let degree = degree(0)
    var frontier = Frontier()
    var budget = budget
    _ = visited.insert(start.slot)
    frontier.push(start)
    if allowed.contains(start.slot) { pool.insert(start.slot, score: start.score) }
    while let candidate = frontier.pop() {
      let floor = limits.floor(pool)
      if candidate.score < max(floor, pool.threshold) { break }
      target.statistics.hops += 1
      let links = try links(candidate.slot, 0)
      var fresh = 0
      for index in 0..<degree {
        let link = links[index]
        if link == Self.none { break }
        if visited.insert(link) {
          slots[fresh] = link
          fresh += 1
        }
      }
      try target.score(slots, fresh, into: scores)
      for index in 0..<fresh {
        let score = scores[index]
        guard score > pool.threshold, score >= floor else { continue }
        frontier.push(Candidate(score: score, slot: slots[index]))
        rag_prefetch(groundLinks + Int(slots[index]) &* degree)
        if allowed.contains(slots[index]) { pool.insert(slots[index], score: score) }
      }
      budget -= fresh
      if budget < 0 { return false }
    }
    return true
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
