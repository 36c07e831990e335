/// Lays out the sections of a file behind its header, one after the other.
package struct SectionLayout {
  private var end = BlockFileKind.headerByteCount

  package init() {}

  /// Where a section of `rows` times `width` bytes lies; nil when sizes overflow.
  package mutating func add(_ rows: Int, _ width: Int) -> Range<Int>? {
    let (start, overflowed) = end.addingReportingOverflow(-end & 63)
    let (size, tooWide) = rows.multipliedReportingOverflow(by: width)
    let (stop, tooLong) = start.addingReportingOverflow(size)
    // What follows begins at a multiple of 64.
    guard !overflowed, !tooWide, !tooLong, stop <= Int.max - 63 else { return nil }
    end = stop
    return start..<stop
  }

  /// Where the table of the blocks of all sections so far lies; nil when sizes overflow.
  package mutating func addBlockTable() -> Range<Int>? {
    let body = end + (-end & 63) - BlockFileKind.headerByteCount
    let (blocks, rest) = body.quotientAndRemainder(dividingBy: BlockFileKind.blockByteCount)
    return add(blocks + (rest > 0 ? 1 : 0), MemoryLayout<UInt32>.size)
  }
}
