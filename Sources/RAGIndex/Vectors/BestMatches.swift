/// The best `limit` of the matches offered, in the order of ``VectorMatch/precedes(_:_:)``.
///
/// A binary heap with the worst match at its root.
struct BestMatches {
  private var heap: [VectorMatch] = []
  private let limit: Int

  /// Precondition: `limit` is positive.
  init(limit: Int) {
    self.limit = limit
  }

  /// - Complexity: O(log limit), O(1) for a match that is not among the best.
  @inline(__always)
  mutating func offer(_ match: VectorMatch) {
    if heap.count < limit {
      heap.append(match)
      siftUp()
    } else if VectorMatch.precedes(match, heap[0]) {
      heap[0] = match
      siftDown()
    }
  }

  /// The matches, best first.
  func sorted() -> [VectorMatch] { heap.sorted(by: VectorMatch.precedes) }

  private mutating func siftUp() {
    var child = heap.count - 1
    while child > 0 {
      let parent = (child - 1) / 2
      guard VectorMatch.precedes(heap[parent], heap[child]) else { return }
      heap.swapAt(parent, child)
      child = parent
    }
  }

  private mutating func siftDown() {
    var parent = 0
    while 2 * parent + 1 < heap.count {
      var child = 2 * parent + 1
      if child + 1 < heap.count, VectorMatch.precedes(heap[child], heap[child + 1]) { child += 1 }
      guard VectorMatch.precedes(heap[parent], heap[child]) else { return }
      heap.swapAt(parent, child)
      parent = child
    }
  }
}
