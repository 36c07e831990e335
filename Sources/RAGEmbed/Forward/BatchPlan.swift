/// Cuts a batch of texts into groups of about equal work, each one forward pass.
struct BatchPlan {
  /// Rows beyond which products do not get faster.
  static let groupRowCount = 512
  /// Rows below which products are slow, so that fewer threads are better.
  static let minimumRowCount = 32

  /// Indices of texts, those of similar length together, the longest first.
  let groups: [[Int]]

  init(lengths: [Int], threadCount: Int) {
    let order = lengths.indices.sorted {
      (lengths[$1], $0) < (lengths[$0], $1)
    }
    let total = lengths.reduce(0, +)
    let threads = max(1, threadCount)
    let wanted = (total + Self.groupRowCount - 1) / Self.groupRowCount
    let groupCount = max(1, (wanted + threads - 1) / threads * threads)
    let target = max(Self.minimumRowCount, (total + groupCount - 1) / groupCount)
    var groups: [[Int]] = []
    var rows = 0
    for index in order {
      if groups.isEmpty || rows + lengths[index] / 2 > target {
        groups.append([])
        rows = 0
      }
      groups[groups.count - 1].append(index)
      rows += lengths[index]
    }
    self.groups = groups
  }
}
