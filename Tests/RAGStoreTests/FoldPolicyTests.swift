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
    var (sizes, tail): ([FoldPolicy.Size], FoldPolicy.Size) = (
      [], .init(chunkCount: 0, removedCount: 0)
    )
    func apply(_ due: FoldPolicy.Due) {
      let folded = sizes[due.generations].reduce(0) { $0 + $1.liveCount }
      let taken = due.takesTail ? min(tail.liveCount, policy.capacity) : 0
      #expect(folded + taken <= policy.capacity)
      #expect(!due.takesTail || due.generations.upperBound == sizes.count)
      let made = FoldPolicy.Size(chunkCount: folded + taken, removedCount: 0)
      sizes.replaceSubrange(due.generations, with: made.chunkCount > 0 ? [made] : [])
      if due.takesTail { tail = .init(chunkCount: tail.liveCount - taken, removedCount: 0) }
    }
    for round in 0..<3_000 {
      let isGrowing = round / 500 % 2 == 0
      tail.chunkCount += Int.random(in: 0..<(round % 97 == 0 ? 3_000 : 30), using: &random)
      for index in sizes.indices where !isGrowing || Int.random(in: 0..<8, using: &random) == 0 {
        let removed = Int.random(in: 0..<40, using: &random)
        sizes[index].removedCount = min(
          sizes[index].chunkCount, sizes[index].removedCount + removed)
      }
      var steps = 0
      while let due = policy.next(sizes, tail: tail) {
        apply(due)
        steps += 1
        guard steps < 100 else { break }
      }
      #expect(steps < 100)
      let live = sizes.reduce(tail.liveCount) { $0 + $1.liveCount }
      #expect(sizes.count <= 2 * live / policy.capacity + 3)
      #expect(tail.liveCount <= policy.tailLimit)
    }
    let live = sizes.reduce(tail.liveCount) { $0 + $1.liveCount }
    var done = 0
    while let due = policy.nextCompaction(sizes, from: done, tail: tail) {
      let count = sizes.count
      apply(due)
      if sizes.count > count - due.generations.count { done += 1 }
    }
    #expect(tail == .init(chunkCount: 0, removedCount: 0))
    #expect(sizes.allSatisfy { $0.removedCount == 0 })
    #expect(sizes.reduce(0) { $0 + $1.liveCount } == live)
    #expect(sizes.count <= 2 * live / policy.capacity + 1)
  }
}
