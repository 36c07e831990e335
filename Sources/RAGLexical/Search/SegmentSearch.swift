import RAGCore

/// The search for the best texts of one segment.
///
/// MaxScore (Turtle and Flood, Query evaluation: strategies and optimizations, 1995) with the
/// limits of blocks (Ding and Suel, Faster top-k document retrieval using block-max indexes, 2011),
/// in windows of slots: in each, the terms that alone cannot bring a text above the threshold are
/// looked up only for texts that the others bring close to it.
struct SegmentSearch {
  let segment: LexicalSegment
  let cursors: [TermCursor]
  let filter: SlotFilter?
  let window: ScoreWindow

  /// Offers the texts of the segment, whose ids are above those offered before.
  func run(_ top: inout TopMatches) throws {
    guard !cursors.isEmpty, segment.count > 0 else { return }
    if let slots = filter?.few {
      try visit(slots, &top)
    } else {
      try scan(&top)
    }
  }

  /// Scores some slots.
  private func visit(_ slots: [Int], _ top: inout TopMatches) throws {
    for (index, slot) in slots.enumerated() {
      if index % 256 == 0 { try Cancellation.check() }
      guard cursors.reduce(0, { $0 + $1.limit(at: slot) }) > top.threshold else { continue }
      var score = 0.0
      for cursor in cursors { score += try cursor.score(at: slot) }
      try offer(slot, score, &top)
    }
  }

  private func scan(_ top: inout TopMatches) throws {
    var ranked = cursors.map { (limit: 0.0, cursor: $0) }
    /// `sums[i]` is the limit of the first `i` together.
    var sums = Array(repeating: 0.0, count: cursors.count + 1)
    var start = 0
    var windowCount = 0
    while true {
      windowCount += 1
      if windowCount % 16 == 0 { try Cancellation.check() }
      start = cursors.reduce(Int.max) { min($0, $1.seek(start)) }
      guard start < segment.count else { return }
      let range = start..<min(start + ScoreWindow.count, segment.count)
      for index in ranked.indices { ranked[index].limit = ranked[index].cursor.limit(in: range) }
      sort(&ranked)
      for index in ranked.indices { sums[index + 1] = sums[index] + ranked[index].limit }
      let firstEssential = (sums.firstIndex { $0 > top.threshold } ?? ranked.count + 1) - 1
      if firstEssential < ranked.count {
        for index in firstEssential..<ranked.count {
          try ranked[index].cursor.add(range, to: window)
        }
        try collect(range, ranked[..<firstEssential], sums, &top)
      }
      start = range.upperBound
    }
  }

  /// Takes the texts out of a window that may be among the best, with the scores of the terms that
  /// were left out added.
  private func collect(
    _ range: Range<Int>, _ rest: ArraySlice<(limit: Double, cursor: TermCursor)>, _ sums: [Double],
    _ top: inout TopMatches
  ) throws {
    let scores = window.scores.base
    let touched = window.touched.base
    for word in 0..<(range.count + 63) / 64 {
      var bits = touched[word]
      touched[word] = 0
      while bits != 0 {
        let place = word &* 64 &+ bits.trailingZeroBitCount
        bits &= bits &- 1
        var score = scores[place]
        scores[place] = 0
        guard score + sums[rest.count] > top.threshold else { continue }
        let slot = range.lowerBound &+ place
        guard filter?.contains(slot) ?? true else { continue }
        var left = rest.count
        while left > 0, score + sums[left] > top.threshold {
          left -= 1
          score += try rest[left].cursor.score(at: slot)
        }
        guard left == 0 else { continue }
        try offer(slot, score, &top)
      }
    }
  }

  private func offer(_ slot: Int, _ score: Double, _ top: inout TopMatches) throws {
    guard score > top.threshold else { return }
    top.offer(Match(id: try segment.id(slot), score: Float(score)))
  }

  /// Insertion, as the order changes little from window to window.
  private func sort(_ ranked: inout [(limit: Double, cursor: TermCursor)]) {
    for end in ranked.indices.dropFirst() {
      var index = end
      while index > 0, ranked[index].limit < ranked[index - 1].limit {
        ranked.swapAt(index, index - 1)
        index -= 1
      }
    }
  }
}

/// The slots of a segment that may be answers.
struct SlotFilter {
  /// The slots in order, when there are few.
  private(set) var few: [Int]?
  private var words: [UInt64]

  @inline(__always)
  func contains(_ slot: Int) -> Bool { words[slot >> 6] >> UInt64(slot & 63) & 1 == 1 }

  /// Nil when all are allowed. Slots are listed when looking for them is less work than reading
  /// `postingCount` postings.
  init?(
    _ ids: UnsafeBufferPointer<Int64>, allowing: IDSet?, excluding: IDSet?, postingCount: Int
  ) {
    let wordCount = ids.count / 64 + 1
    var words = Array(repeating: allowing == nil ? UInt64.max : 0, count: wordCount)
    var allowedCount = 0
    var excludedCount = 0
    ids.forEachIndex(of: allowing) { slot in
      words[slot / 64] |= 1 << UInt64(slot % 64)
      allowedCount += 1
    }
    ids.forEachIndex(of: excluding) { slot in
      words[slot / 64] &= ~(1 << UInt64(slot % 64))
      excludedCount += 1
    }
    guard allowing != nil || excludedCount > 0 else { return nil }
    self.words = words
    guard allowing != nil, allowedCount < postingCount / 16 else { return }
    var few: [Int] = []
    for (index, word) in words.enumerated() {
      var bits = word
      while bits != 0 {
        few.append(index * 64 + bits.trailingZeroBitCount)
        bits &= bits - 1
      }
    }
    self.few = few
  }
}
