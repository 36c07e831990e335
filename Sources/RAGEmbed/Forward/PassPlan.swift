/// One forward pass: some texts that follow each other, and the rows that a thread takes at a time.
package struct PassPlan: Sendable {
  package let texts: Range<Int>
  /// Of ``TokenRows``.
  package let rows: Range<Int>
  /// Parts of about equal work, relative to the first row of the pass.
  package let units: [Range<Int>]

  /// Rows of a thread beyond which a pass does not get faster, and the memory for it larger.
  package static let threadRowCount = 512
  /// Rows below which a thread is not worth waking.
  private static let smallestUnitRowCount = 8

  /// Cuts a batch into passes of about equal size. `isolatesTexts` gives each text a pass, done by
  /// one thread, for products whose rows depend on each other's number.
  package static func passes(
    of batch: TokenRows, threadCount: Int, isolatesTexts: Bool
  ) -> [PassPlan] {
    let limit = threadRowCount * threadCount
    let passCount = max(1, (batch.rowCount + limit - 1) / limit)
    let target = (batch.rowCount + passCount - 1) / passCount
    var passes: [PassPlan] = []
    var first = 0
    while first < batch.textCount {
      var end = first + 1
      let start = batch.starts[first]
      while !isolatesTexts, end < batch.textCount,
        // The text that is more within the pass than beyond it still belongs to it.
        (batch.starts[end] + batch.starts[end + 1]) / 2 - start <= target
      { end += 1 }
      let rows = start..<batch.starts[end]
      passes.append(
        PassPlan(
          texts: first..<end, rows: rows,
          units: isolatesTexts
            ? [0..<rows.count] : units(of: first..<end, in: batch, threadCount: threadCount)))
      first = end
    }
    return passes
  }

  private static func units(
    of texts: Range<Int>, in batch: TokenRows, threadCount: Int
  ) -> [Range<Int>] {
    let start = batch.starts[texts.lowerBound]
    let rowCount = batch.starts[texts.upperBound] - start
    // More units than threads, where they are large, even out what else runs on the cores.
    let wanted = rowCount >= threadCount * 128 ? 2 * threadCount : threadCount
    let unitCount = threadCount == 1 ? 1 : min(wanted, max(1, rowCount / smallestUnitRowCount))
    guard unitCount > 1 else { return [0..<rowCount] }
    // A row's attention costs as much as all else at a length of about 512.
    func cost(_ length: Int) -> Int { 512 + length }
    var left = texts.reduce(0) {
      let length = batch.rows(ofText: $1).count
      return $0 + length * cost(length)
    }
    var units: [Range<Int>] = []
    var first = 0
    var row = 0
    var taken = 0
    for text in texts {
      let length = batch.rows(ofText: text).count
      var remaining = length
      while remaining > 0 {
        let goal = left / (unitCount - units.count)
        let fitting = min(remaining, max(1, (goal - taken + cost(length) / 2) / cost(length)))
        row += fitting
        remaining -= fitting
        taken += fitting * cost(length)
        if taken + cost(length) / 2 >= goal, units.count < unitCount - 1 {
          units.append(first..<row)
          first = row
          left -= taken
          taken = 0
        }
      }
    }
    if first < rowCount { units.append(first..<rowCount) }
    return units
  }
}
