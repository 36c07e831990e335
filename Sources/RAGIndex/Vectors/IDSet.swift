/// A set of vector ids, for filters and deletions.
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

  private static func ascends(_ ids: [Int64]) -> Bool {
    for index in ids.indices.dropFirst() where ids[index] <= ids[index - 1] { return false }
    return true
  }
}
