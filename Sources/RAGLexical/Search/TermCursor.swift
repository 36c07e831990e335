import RAGCore

/// The postings of a term in a segment, read forwards in blocks, each only when it is needed.
final class TermCursor {
  private let postings: TermPostings
  private let segment: LexicalSegment
  private let skips: PostingSkips?
  private let scoring: Scoring

  /// The last slot and the highest score of each block; scores may be less than that.
  private let lastSlots: [Int]
  private let limits: [Double]

  private let slots = Scratch<UInt32>(capacity: PostingBlock.capacity)
  private let frequencies = Scratch<UInt32>(capacity: PostingBlock.capacity)
  /// The number of blocks behind which all slots were passed.
  private var block = 0
  /// The block that was read last, -1 before the first, and where in it to go on.
  private var readBlock = -1
  private var readCount = 0
  private var position = 0

  /// What scores are made from.
  struct Scoring {
    let bm25: BM25
    let weight: Double
    let lengths: UnsafeBufferPointer<UInt32>
  }

  init(_ postings: TermPostings, in segment: LexicalSegment, _ scoring: Scoring) throws {
    self.postings = postings
    self.segment = segment
    self.scoring = scoring
    switch postings {
    case .file(let record):
      skips = try PostingSkips(record, in: segment)
      if let skips, skips.entries.count > 1 {
        lastSlots = skips.entries.map { Int($0.lastSlot) }
        limits = skips.entries.map { scoring.bm25.limit(scoring.weight, $0.bound) }
        return
      }
      // A block alone does not tell its last slot.
      if case .one(let slot, let frequency) = record.postings {
        slots.base[0] = slot
        frequencies.base[0] = frequency
        readCount = 1
      } else if let skips {
        readCount = try skips.decode(0, of: record, in: segment, slots.base, frequencies.base)
      }
      readBlock = 0
      var bound = PostingBound()
      for index in 0..<readCount {
        bound.include(
          frequency: frequencies.base[index], length: scoring.lengths[Int(slots.base[index])])
      }
      lastSlots = [Int(slots.base[readCount - 1])]
      limits = [scoring.bm25.limit(scoring.weight, bound)]
    case .list(let list):
      skips = nil
      var lastSlots: [Int] = []
      var limits: [Double] = []
      for start in stride(from: 0, to: list.slots.count, by: PostingBlock.capacity) {
        var bound = PostingBound()
        let end = min(start + PostingBlock.capacity, list.slots.count)
        for index in start..<end {
          bound.include(
            frequency: list.frequencies[index], length: scoring.lengths[Int(list.slots[index])])
        }
        lastSlots.append(Int(list.slots[end - 1]))
        limits.append(scoring.bm25.limit(scoring.weight, bound))
      }
      self.lastSlots = lastSlots
      self.limits = limits
    }
  }

  /// Passes all slots below one, and returns one that no other slot left is below, or `Int.max`
  /// behind the last. Slots are asked for in ascending order.
  func seek(_ slot: Int) -> Int {
    guard passBlocks(slot) else { return Int.max }
    if readBlock == block {
      passPostings(slot)
      return Int(slots.base[position])
    }
    return max(slot, block == 0 ? 0 : lastSlots[block - 1] + 1)
  }

  /// The highest score of a slot of a range, whose start was sought before.
  func limit(in range: Range<Int>) -> Double {
    guard block < lastSlots.count, seek(range.lowerBound) < range.upperBound else { return 0 }
    var limit = limits[block]
    var index = block
    while index + 1 < lastSlots.count, lastSlots[index] < range.upperBound - 1 {
      index += 1
      limit = max(limit, limits[index])
    }
    return limit
  }

  /// The highest score of the block that a slot would be in.
  func limit(at slot: Int) -> Double { passBlocks(slot) ? limits[block] : 0 }

  /// The score of a slot, or 0 when the term is not in it.
  func score(at slot: Int) throws -> Double {
    guard passBlocks(slot) else { return 0 }
    if readBlock != block { try read() }
    passPostings(slot)
    guard Int(slots.base[position]) == slot else { return 0 }
    return scoring.bm25.score(
      scoring.weight, frequency: frequencies.base[position], length: scoring.lengths[slot])
  }

  /// Adds the scores of the slots of a range to those of a window that begins with it, and passes
  /// them.
  func add(_ range: Range<Int>, to window: ScoreWindow) throws {
    let scoring = scoring
    let slots = slots.base
    let frequencies = frequencies.base
    let scores = window.scores.base
    let touched = window.touched.base
    guard let lengths = scoring.lengths.baseAddress else { return }
    while passBlocks(range.lowerBound),
      block == 0 || lastSlots[block - 1] + 1 < range.upperBound
    {
      if readBlock != block { try read() }
      passPostings(range.lowerBound)
      var index = position
      while index < readCount {
        let slot = Int(slots[index])
        guard slot < range.upperBound else {
          position = index
          return
        }
        let place = slot &- range.lowerBound
        scores[place] += scoring.bm25.score(
          scoring.weight, frequency: frequencies[index], length: lengths[slot])
        touched[place >> 6] |= 1 << UInt64(place & 63)
        index &+= 1
      }
      block += 1
    }
  }

  /// Moves to the block that holds the first slot not below one, if there is one.
  @inline(__always)
  private func passBlocks(_ slot: Int) -> Bool {
    var block = block
    while block < lastSlots.count, lastSlots[block] < slot { block &+= 1 }
    self.block = block
    return block < lastSlots.count
  }

  /// Moves to the first slot not below one, which the block that was read holds.
  @inline(__always)
  private func passPostings(_ slot: Int) {
    var index = position
    while index + 8 < readCount, Int(slots.base[index + 8]) < slot { index &+= 8 }
    while index < readCount - 1, Int(slots.base[index]) < slot { index &+= 1 }
    position = index
  }

  private func read() throws {
    switch postings {
    case .file(let record):
      // A term of one block was read already.
      guard let skips else { return }
      readCount = try skips.decode(block, of: record, in: segment, slots.base, frequencies.base)
    case .list(let list):
      let start = block * PostingBlock.capacity
      readCount = min(PostingBlock.capacity, list.slots.count - start)
      for index in 0..<readCount {
        slots.base[index] = list.slots[start + index]
        frequencies.base[index] = list.frequencies[start + index]
      }
    }
    readBlock = block
    position = 0
  }
}

/// The scores of some slots in a row.
///
/// All are zero, but for those whose bit is set.
final class ScoreWindow {
  static let count = 2048

  let scores = Scratch<Double>(capacity: count)
  let touched = Scratch<UInt64>(capacity: count / 64)

  init() {
    scores.base.initialize(repeating: 0, count: Self.count)
    touched.base.initialize(repeating: 0, count: Self.count / 64)
  }
}
