import RAGCore

/// The best k matches so far: a heap with the worst on top.
struct TopMatches {
  private var heap: [Match] = []
  private let k: Int

  init(k: Int) {
    self.k = k
    heap.reserveCapacity(min(k, 1024))
  }

  /// A text that does not score above this cannot get in, if its id is above those before.
  private(set) var threshold: Double = 0

  mutating func offer(_ match: Match) {
    if heap.count < k {
      heap.append(match)
      var child = heap.count - 1
      while child > 0, Match.precedes(heap[(child - 1) / 2], heap[child]) {
        heap.swapAt(child, (child - 1) / 2)
        child = (child - 1) / 2
      }
    } else if let worst = heap.first, Match.precedes(match, worst) {
      heap[0] = match
      siftDown()
    }
    if heap.count == k, let worst = heap.first { threshold = Double(worst.score) }
  }

  /// The best first.
  func sorted() -> [Match] { heap.sorted(by: Match.precedes) }

  private mutating func siftDown() {
    var parent = 0
    while 2 * parent + 1 < heap.count {
      var child = 2 * parent + 1
      if child + 1 < heap.count, Match.precedes(heap[child], heap[child + 1]) { child += 1 }
      guard Match.precedes(heap[parent], heap[child]) else { return }
      heap.swapAt(parent, child)
      parent = child
    }
  }
}
