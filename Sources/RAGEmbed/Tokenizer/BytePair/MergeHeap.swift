/// Merges that may be done, the one of the least rank first, the leftmost of those.
struct MergeHeap {
  /// Rank and place, in the order of the heap.
  private var entries: [UInt64] = []

  mutating func removeAll() { entries.removeAll(keepingCapacity: true) }

  mutating func insert(rank: UInt32, place: UInt32) {
    var index = entries.count
    let entry = UInt64(rank) << 32 | UInt64(place)
    entries.append(entry)
    while index > 0, entries[(index - 1) / 2] > entry {
      entries[index] = entries[(index - 1) / 2]
      index = (index - 1) / 2
    }
    entries[index] = entry
  }

  mutating func popLeast() -> (rank: UInt32, place: UInt32)? {
    guard let least = entries.first, let last = entries.popLast() else { return nil }
    if !entries.isEmpty {
      var index = 0
      while true {
        var child = 2 * index + 1
        if child >= entries.count { break }
        if child + 1 < entries.count, entries[child + 1] < entries[child] { child += 1 }
        if entries[child] >= last { break }
        entries[index] = entries[child]
        index = child
      }
      entries[index] = last
    }
    return (
      UInt32(truncatingIfNeeded: least >> 32), UInt32(truncatingIfNeeded: least)
    )
  }
}
