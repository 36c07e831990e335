import Testing

@testable import RAGStore

@Suite("A fold policy")
struct FoldPolicyTests {
  private let policy = foldPolicy(tailLimit: 10, capacity: 1_000)

  private func sizes(_ counts: (Int, Int)...) -> [FoldPolicy.Size] {
    counts.map { .init(chunkCount: $0.0, removedCount: $0.1) }
  }

  private func next(_ sizes: [FoldPolicy.Size], tail: Int, removed: Int = 0) -> FoldPolicy.Due? {
    policy.next(sizes, tail: .init(chunkCount: tail, removedCount: removed))
  }

  @Test("makes a tail a delta, and folds a delta that has outgrown a tenth into the body")
  func bodyAndDelta() {
    #expect(next([], tail: 10) == nil)
    #expect(next([], tail: 11) == .init(generations: 0..<0, takesTail: true))
    #expect(next(sizes((500, 0)), tail: 11) == .init(generations: 1..<1, takesTail: true))
    #expect(next(sizes((500, 0), (30, 0)), tail: 11) == .init(generations: 1..<2, takesTail: true))
    #expect(next(sizes((500, 0), (40, 0)), tail: 11) == .init(generations: 0..<2, takesTail: true))
    #expect(next(sizes((500, 51)), tail: 0) == .init(generations: 0..<1, takesTail: true))
    #expect(next([], tail: 11, removed: 11) == .init(generations: 0..<0, takesTail: true))
  }

  @Test("begins a new body where the old one is full, and writes a full one anew for its removed")
  func full() {
    #expect(next(sizes((990, 0)), tail: 11) == .init(generations: 1..<1, takesTail: true))
    #expect(
      next(sizes((990, 0), (40, 0)), tail: 11) == .init(generations: 1..<2, takesTail: true))
    #expect(next(sizes((990, 99), (950, 0)), tail: 5) == nil)
    #expect(
      next(sizes((990, 100), (950, 0)), tail: 5) == .init(generations: 0..<1, takesTail: false))
    #expect(
      next(sizes((990, 5), (600, 60), (990, 0)), tail: 5) == nil)
    #expect(
      next(sizes((400, 0), (600, 0), (990, 0)), tail: 5)
        == .init(generations: 0..<2, takesTail: false))
  }

  @Test("takes no more than its capacity at once, ends, and leaves few generations")
  func bounds() {
    var random = TestRandom(seed: 7)
    var index = Index(policy: policy)
    for round in 0..<3_000 {
      let isGrowing = round / 500 % 2 == 0
      index.tail.chunkCount += Int.random(in: 0..<(round % 97 == 0 ? 3_000 : 30), using: &random)
      for place in index.generations.indices
      where !isGrowing || Int.random(in: 0..<8, using: &random) == 0 {
        let size = index.generations[place]
        index.generations[place].removedCount = min(
          size.chunkCount, size.removedCount + Int.random(in: 0..<40, using: &random))
      }
      let ends = index.foldAll()
      #expect(ends)
      #expect(index.generations.count <= 2 * index.liveCount / policy.capacity + 2)
      // Removed chunks that files hold count with the others.
      if index.generations.reduce(index.tail.chunkCount, { $0 + $1.chunkCount })
        <= policy.capacity
      {
        #expect(index.generations.count <= 2)
      }
      #expect(index.tail.liveCount <= policy.tailLimit)
    }
    let live = index.liveCount
    var done = 0
    while let due = policy.nextCompaction(index.generations, from: done, tail: index.tail) {
      let count = index.generations.count
      index.apply(due)
      if index.generations.count > count - due.generations.count { done += 1 }
    }
    #expect(index.tail == .init(chunkCount: 0, removedCount: 0))
    #expect(index.generations.allSatisfy { $0.removedCount == 0 })
    #expect(index.liveCount == live)
    #expect(index.generations.count <= 2 * live / policy.capacity + 1)
  }

  @Test(
    "leaves a body and a delta at most of an index that never holds more than its capacity",
    arguments: 1...5)
  func twoGenerations(seed: UInt64) {
    var random = TestRandom(seed: seed)
    let policies = [
      FoldPolicy(), foldPolicy(tailLimit: 10, capacity: 1_000),
      foldPolicy(tailLimit: 3, capacity: 100),
    ]
    for policy in policies {
      var index = Index(policy: policy)
      var counts: Set<Int> = []
      for round in 0..<2_000 {
        let most = round % 50 == 0 ? policy.capacity : 2 * policy.tailLimit
        let added = Int.random(in: 0...most, using: &random)
        index.tail.chunkCount += min(added, policy.capacity - index.liveCount)
        // Near the capacity for half of the time.
        if round / 200 % 2 == 0 || Int.random(in: 0..<4, using: &random) == 0 {
          index.remove(upTo: 3 * policy.tailLimit, using: &random)
        }
        let ends = index.foldAll()
        #expect(ends)
        counts.insert(index.generations.count)
        #expect(index.generations.count <= 2, "round \(round)")
        #expect(index.tail.liveCount <= policy.tailLimit, "round \(round)")
      }
      #expect(counts.contains(1) && counts.contains(2))
    }
  }
}

/// What a policy sees of an index that it folds.
private struct Index {
  let policy: FoldPolicy
  var generations: [FoldPolicy.Size] = []
  var tail = FoldPolicy.Size(chunkCount: 0, removedCount: 0)

  var liveCount: Int { generations.reduce(tail.liveCount) { $0 + $1.liveCount } }

  init(policy: FoldPolicy) { self.policy = policy }

  mutating func apply(_ due: FoldPolicy.Due) {
    let folded = generations[due.generations].reduce(0) { $0 + $1.liveCount }
    let taken = due.takesTail ? min(tail.liveCount, policy.capacity) : 0
    #expect(folded + taken <= policy.capacity)
    #expect(!due.takesTail || due.generations.upperBound == generations.count)
    let made = FoldPolicy.Size(chunkCount: folded + taken, removedCount: 0)
    generations.replaceSubrange(due.generations, with: made.chunkCount > 0 ? [made] : [])
    if due.takesTail { tail = .init(chunkCount: tail.liveCount - taken, removedCount: 0) }
  }

  /// Does what is due.
  /// - Returns: whether there was an end to it.
  mutating func foldAll() -> Bool {
    for _ in 0..<100 {
      guard let due = policy.next(generations, tail: tail) else { return true }
      apply(due)
    }
    return false
  }

  /// Removes some chunks of the tail and of each generation.
  mutating func remove(upTo count: Int, using random: inout TestRandom) {
    func removed(of size: FoldPolicy.Size) -> Int {
      min(size.chunkCount, size.removedCount + Int.random(in: 0...count, using: &random))
    }
    tail.removedCount = removed(of: tail)
    for index in generations.indices {
      generations[index].removedCount = removed(of: generations[index])
    }
  }
}
