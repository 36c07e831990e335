import CRAGKernels

/// Scores nodes against what a walk looks for.
protocol WalkTarget {
  /// `scores[i]` for `slots[i]`; higher is nearer.
  mutating func score(
    _ slots: UnsafePointer<UInt32>, _ count: Int, into scores: UnsafeMutablePointer<Float>
  ) throws
}

/// A query, by coarse codes.
struct QueryTarget: WalkTarget {
  let view: GraphView
  var query: CodedQuery
  var statistics = SearchStatistics(plan: .walk)

  @inline(__always)
  mutating func score(
    _ slots: UnsafePointer<UInt32>, _ count: Int, into scores: UnsafeMutablePointer<Float>
  ) throws {
    try view.checkCoarse(slots, count)
    view.vectors.coarseScores(&query, slots, count, into: scores)
    statistics.distances &+= count
  }
}

/// A node of the graph itself, by its byte code and the others' coarse codes: scores are about the
/// negated squared distance.
struct NodeTarget: WalkTarget {
  private let vectors: CodedVectors
  private var query: CodedQuery
  private(set) var distances = 0

  func roundingError(_ other: UInt32) -> Float { query.roundingError(vectors.terms(other)) }

  /// `room` holds the target's code as long as it is used.
  init(_ node: UInt32, _ codes: ByteCodes, _ vectors: CodedVectors, _ room: QueryRoom) {
    self.vectors = vectors
    query = codes.query(node, room)
  }

  @inline(__always)
  mutating func score(
    _ slots: UnsafePointer<UInt32>, _ count: Int, into scores: UnsafeMutablePointer<Float>
  ) {
    vectors.coarseScores(&query, slots, count, into: scores)
    distances &+= count
  }
}

extension GraphView {
  /// Goes down from the entry to the level above `level` and gives the node nearest to the target
  /// that greedy steps reach there (Algorithm 5, lines 3-5; Algorithm 2 with ef = 1).
  ///
  /// Precondition: the graph is not empty.
  func descend<Target: WalkTarget>(
    to level: Int, _ target: inout Target, _ scratch: SearchScratch
  ) throws -> Candidate {
    scratch.slots[0] = entry
    try target.score(scratch.slots, 1, into: scratch.scores)
    var best = Candidate(score: scratch.scores[0], slot: entry)
    var current = topLevel
    while current > level {
      var improved = false
      let links = try links(best.slot, current)
      var linkCount = 0
      while linkCount < m, links[linkCount] != Self.none { linkCount += 1 }
      try target.score(links, linkCount, into: scratch.scores)
      for index in 0..<linkCount where scratch.scores[index] > best.score {
        best = Candidate(score: scratch.scores[index], slot: links[index])
        improved = true
      }
      if !improved { current -= 1 }
    }
    return best
  }

  /// Follows links on one level from the nodes in the pool, best first, until the pool holds no
  /// node of interest whose links are not followed (SEARCH-LAYER, Algorithm 2; ef is the pool's
  /// capacity). Returns how many nodes' links were followed.
  @inline(__always)
  func walk<Target: WalkTarget>(
    _ level: Int, _ target: inout Target, pool: inout CandidatePool, limits: WalkLimits,
    visited: VisitedSet, _ scratch: SearchScratch
  ) throws -> Int {
    let degree = degree(level)
    let slots = scratch.slots
    let scores = scratch.scores
    for index in 0..<pool.count { _ = visited.insert(pool[index].slot) }
    var hops = 0
    while let candidate = pool.next() {
      let floor = limits.floor(pool)
      if candidate.score < floor { break }
      hops &+= 1
      let links = try links(candidate.slot, level)
      var fresh = 0
      for index in 0..<degree {
        let link = links[index]
        if link == Self.none { break }
        if visited.insert(link) {
          slots[fresh] = link
          fresh &+= 1
        }
      }
      try target.score(slots, fresh, into: scores)
      for index in 0..<fresh {
        let score = scores[index]
        guard score > pool.threshold, score >= floor else { continue }
        if pool.insert(slots[index], score: score) { prefetchLinks(slots[index], level) }
      }
      if let upcoming = pool.upcoming { prefetchLinks(upcoming, level) }
    }
    return hops
  }

  /// Two lines hold the links of a node with the customary m of 16.
  @inline(__always)
  private func prefetchLinks(_ slot: UInt32, _ level: Int) {
    guard level == 0 else { return }
    let links = UnsafeRawPointer(groundLinks + Int(slot) &* (2 &* m))
    rag_prefetch(links)
    rag_prefetch(links + 64)
  }
}
