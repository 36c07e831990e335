import RAGCore

/// Reads the postings of a term, block after block.
struct PostingReader {
  let slots = Scratch<UInt32>(capacity: PostingBlock.capacity)
  let frequencies = Scratch<UInt32>(capacity: PostingBlock.capacity)
  /// The number of postings of the current block.
  private(set) var count = 0
  /// What the file says of the current block.
  private(set) var bound = PostingBound()

  private var segment: LexicalSegment?
  private var record = TermRecord(count: 0, postings: .one(slot: 0, frequency: 0))
  private var skips: PostingSkips?
  private var block = 0

  /// Begins with a term of a segment.
  mutating func start(_ record: TermRecord, in segment: LexicalSegment) throws {
    self.segment = segment
    self.record = record
    block = 0
    skips = try PostingSkips(record, in: segment)
  }

  /// Goes on to the next block, if there is one.
  mutating func nextBlock() throws -> Bool {
    guard let segment, block < record.blockCount else { return false }
    if case .one(let slot, let frequency) = record.postings {
      slots.base[0] = slot
      frequencies.base[0] = frequency
      count = 1
    } else if let skips {
      count = try skips.decode(block, of: record, in: segment, slots.base, frequencies.base)
      bound = skips.entries[block].bound
    }
    block += 1
    return true
  }
}

/// The ends and bounds of a term's blocks of postings, held against each other and the segment.
struct PostingSkips {
  /// Where the blocks begin in the stream.
  let start: Int
  /// The last slots ascend up to the number of texts and the ends to that of all blocks. Of a
  /// single block, the last slot is not known: it is 0.
  let entries: [SkipEntry]

  /// Nil for a term of one text, which has no blocks.
  init?(_ record: TermRecord, in segment: LexicalSegment) throws {
    switch record.postings {
    case .one: return nil
    case .block(let range, let bound):
      guard let end = UInt32(exactly: range.count) else {
        throw segment.corrupt("the postings of a term are out of range")
      }
      start = range.lowerBound
      entries = [SkipEntry(lastSlot: 0, end: end, bound: bound)]
    case .blocks(let range):
      let blockCount = record.blockCount
      // The leaf was held against this.
      let table = (range.upperBound - blockCount * SkipEntry.byteCount)..<range.upperBound
      let size = table.lowerBound - range.lowerBound
      guard let base = try segment.stream(table).baseAddress else { return nil }
      var previousEnd: UInt32 = 0
      var previousSlot = -1
      start = range.lowerBound
      entries = try Array(unsafeUninitializedCapacity: blockCount) { buffer, count in
        while count < blockCount {
          let entry = SkipEntry(base + count * SkipEntry.byteCount)
          guard entry.end > previousEnd, Int(entry.lastSlot) > previousSlot else {
            throw segment.corrupt("the postings of a term are out of order")
          }
          previousEnd = entry.end
          previousSlot = Int(entry.lastSlot)
          buffer[count] = entry
          count += 1
        }
      }
      guard previousEnd == size, previousSlot < segment.count else {
        throw segment.corrupt("the postings of a term are out of range")
      }
    }
  }

  /// Reads a block and returns the number of its postings, whose slots ascend below the number of
  /// texts.
  func decode(
    _ block: Int, of record: TermRecord, in segment: LexicalSegment,
    _ slots: UnsafeMutablePointer<UInt32>, _ frequencies: UnsafeMutablePointer<UInt32>
  ) throws -> Int {
    let lower = start + (block == 0 ? 0 : Int(entries[block - 1].end))
    let previous = block == 0 ? -1 : Int(entries[block - 1].lastSlot)
    let count = min(PostingBlock.capacity, record.count - block * PostingBlock.capacity)
    let bytes = try segment.stream(lower..<(start + Int(entries[block].end)))
    let last = PostingBlock.decode(
      bytes, count: count, after: previous, slots: slots, frequencies: frequencies)
    let isExpected =
      entries.count == 1
      ? last.map { $0 < segment.count } ?? false : last == Int(entries[block].lastSlot)
    guard isExpected else { throw segment.corrupt("a block of postings contradicts its term") }
    return count
  }
}
