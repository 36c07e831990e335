extension GraphView {
  /// Goes down from the entry to the level above `level` and gives the node nearest to the query
  /// that greedy steps reach there (Algorithm 5, lines 3-5; Algorithm 2 with ef = 1).
  ///
  /// Precondition: the graph is not empty.
  func descend(
    to level: Int, query: UnsafePointer<Float>, _ scratch: SearchScratch
  ) -> Candidate {
    var best = Candidate(score: kernel.pair(query, vector(entry), dimension), slot: entry)
    var current = topLevel
    while current > level {
      var improved = false
      let links = links(best.slot, current)
      var linkCount = 0
      while linkCount < m, links[linkCount] != Self.none { linkCount += 1 }
      score(query, links, linkCount, into: scratch.scores)
      for index in 0..<linkCount where scratch.scores[index] > best.score {
        best = Candidate(score: scratch.scores[index], slot: links[index])
        improved = true
      }
      if !improved { current -= 1 }
    }
    return best
  }

  /// Follows links on one level from the nodes in the pool, best first, until the pool holds no
  /// node whose links are not followed (SEARCH-LAYER, Algorithm 2; ef is the pool's capacity).
  func walk(
    _ level: Int, query: UnsafePointer<Float>, pool: inout CandidatePool,
    _ scratch: SearchScratch
  ) {
    let visited = scratch.visited(slotCount: slotCount)
    let degree = degree(level)
    for index in 0..<pool.count { _ = visited.insert(pool[index].slot) }
    while let slot = pool.next() {
      let links = links(slot, level)
      var fresh = 0
      for index in 0..<degree {
        let link = links[index]
        if link == Self.none { break }
        if visited.insert(link) {
          scratch.slots[fresh] = link
          fresh += 1
        }
      }
      score(query, scratch.slots, fresh, into: scratch.scores)
      for index in 0..<fresh { pool.insert(scratch.slots[index], score: scratch.scores[index]) }
    }
  }
}
