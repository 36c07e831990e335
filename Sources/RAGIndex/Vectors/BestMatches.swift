import RAGCore

/// The best `limit` of the matches offered, in the order of ``Match/precedes(_:_:)``.
///
/// A binary heap with the worst match at its root.
struct BestMatches {
  private var heap: [Match] = []
  private let limit: Int

  /// Precondition: `limit` is positive.
  init(limit: Int) {
    self.limit = limit
  }

  /// - Complexity: O(log limit), O(1) for a match that is not among the best.
  @inline(__always)
  mutating func offer(_ match: Match) {
    if heap.count < limit {
      heap.append(match)
      siftUp()
    } else if Match.precedes(match, heap[0]) {
      heap[0] = match
      siftDown()
    }
  }

  /// The matches, best first.
  func sorted() -> [Match] { heap.sorted(by: Match.precedes) }

  private mutating func siftUp() {
    var child = heap.count - 1
    while child > 0 {
      let parent = (child - 1) / 2
      guard Match.precedes(heap[parent], heap[child]) else { return }
      heap.swapAt(parent, child)
      child = parent
    }
  }

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
