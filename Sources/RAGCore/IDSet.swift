/// A set of ids, for filters and deletions.
public struct IDSet: Sendable, Hashable {
  /// The ids, ascending, each once.
  public let sorted: [Int64]

  /// Makes a set of ids in any order.
  /// - Complexity: O(n) when they ascend already, else O(n log n).
  public init(_ ids: some Sequence<Int64>) {
    var ids = Array(ids)
    if !Self.ascends(ids) {
      ids.sort()
      var kept = 0
      for index in ids.indices where index == 0 || ids[index] != ids[index - 1] {
        ids[kept] = ids[index]
        kept += 1
      }
      ids.removeSubrange(kept...)
    }
    sorted = ids
  }

  /// The number of ids.
  public var count: Int { sorted.count }

  package static func ascends(_ ids: [Int64]) -> Bool {
    for index in ids.indices.dropFirst() where ids[index] <= ids[index - 1] { return false }
    return true
  }
}

extension UnsafeBufferPointer<Int64> {
  /// Calls `body` with the index of each id of a set that is among these, which ascend.
  /// - Complexity: O(ids.count), and O(log) of the gap to each that is not next.
  @inlinable @inline(__always)
  package func forEachIndex(of ids: IDSet?, _ body: (Int) -> Void) {
    guard let ids = ids?.sorted, let first, let last else { return }
    if last &- first == Int64(count - 1) {
      // Without gaps, an id tells its index.
      for id in ids where id >= first && id <= last { body(Int(id &- first)) }
      return
    }
    var index = 0
    for id in ids {
      index = firstIndex(notBelow: id, from: index)
      if index == count { return }
      if self[index] == id { body(index) }
    }
  }

  /// The first index at or behind `start` whose id is not below `id`: galloping, then bisection.
  @inlinable
  package func firstIndex(notBelow id: Int64, from start: Int) -> Int {
    var low = start
    var step = 1
    while low + step <= count, self[low + step - 1] < id {
      low += step
      step *= 2
    }
    var high = Swift.min(low + step, count)
    while low < high {
      let middle = (low + high) / 2
      if self[middle] < id { low = middle + 1 } else { high = middle }
    }
    return low
  }
}
