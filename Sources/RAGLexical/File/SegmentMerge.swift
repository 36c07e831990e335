import RAGCore

/// Writes the texts of several segments, by ascending id, as one.
struct SegmentMerge {
  private let sources: [Source]

  /// A segment, and what becomes of its slots.
  private struct Source {
    let segment: LexicalSegment
    let kept: KeptSlots?
    /// The new slot of its first text.
    let base: Int
    let lengths: UnsafeBufferPointer<UInt32>
  }

  /// - Throws: ``RAGError`` of code `corrupt`, or `invalidInput` where ids do not ascend.
  init(_ segments: [LexicalSegment], excluding: IDSet? = nil) throws {
    var sources: [Source] = []
    var base = 0
    var previous: Int64?
    for segment in segments {
      let ids = try segment.ids()
      for id in ids {
        if let previous, previous >= id {
          throw RAGError(
            .invalidInput, "texts are not in the order of their ids", path: segment.path)
        }
        previous = id
      }
      let kept = KeptSlots(ids, excluding: excluding)
      sources.append(
        Source(segment: segment, kept: kept, base: base, lengths: try segment.lengths()))
      base += kept?.count ?? segment.count
    }
    self.sources = sources
  }

  func write(to output: any BlockOutput, path: String? = nil) throws -> FileStamp {
    var count = 0
    var totalLength = 0
    try forEachText { source, slot in
      count += 1
      totalLength += Int(source.lengths[slot])
    }
    let analyses = sources.map(\.segment.header.analysis)
    var writer = try SegmentWriter(
      output, count: count, totalLength: totalLength,
      analysis: analyses.min() ?? LexicalAnalyzer.versions.upperBound, path: path)
    for source in sources {
      let ids = try source.segment.ids()
      for slot in ids.indices where source.kept?.contains(slot) ?? true {
        try writer.append(id: ids[slot])
      }
    }
    try writer.endColumn()
    try forEachText { source, slot in try writer.append(length: source.lengths[slot]) }
    try writer.endColumn()
    try writeTerms(to: &writer)
    return try writer.finish()
  }

  private func forEachText(_ body: (Source, Int) throws -> Void) throws {
    for source in sources {
      try Cancellation.check()
      for slot in 0..<source.segment.count where source.kept?.contains(slot) ?? true {
        try body(source, slot)
      }
    }
  }

  private func writeTerms(to writer: inout SegmentWriter) throws {
    var streams = try sources.map { try TermStream($0.segment) }
    var reader = PostingReader()
    var termCount = 0
    while true {
      termCount += 1
      if termCount % 256 == 0 { try Cancellation.check() }
      var least: UnsafeRawBufferPointer?
      for stream in streams {
        guard let term = stream.term else { continue }
        if let known = least, TermOrder.compare(known, term) <= 0 { continue }
        least = term
      }
      guard let least else { return }
      for index in streams.indices {
        guard let term = streams[index].term, TermOrder.compare(term, least) == 0 else { continue }
        try reader.start(streams[index].record, in: sources[index].segment)
        try append(&reader, of: sources[index], to: &writer)
        // The term's bytes stay where they are, in the segment.
        try streams[index].advance()
      }
      try writer.endTerm(least)
    }
  }

  private func append(
    _ reader: inout PostingReader, of source: Source, to writer: inout SegmentWriter
  ) throws {
    let base = UInt32(source.base)
    var blockCount = 0
    while try reader.nextBlock() {
      blockCount += 1
      if blockCount % 256 == 0 { try Cancellation.check() }
      for index in 0..<reader.count {
        let slot = Int(reader.slots.base[index])
        var rank = slot
        if let kept = source.kept {
          guard kept.contains(slot) else { continue }
          rank = kept.rank(slot)
        }
        try writer.append(
          slot: base + UInt32(rank), frequency: reader.frequencies.base[index],
          length: source.lengths[slot])
      }
    }
  }
}

/// The terms of a segment in order.
private struct TermStream {
  private let segment: LexicalSegment
  private var leaf = -1
  private var reader: LeafReader?
  private(set) var term: UnsafeRawBufferPointer?
  private(set) var record = TermRecord(count: 0, postings: .one(slot: 0, frequency: 0))

  init(_ segment: LexicalSegment) throws {
    self.segment = segment
    try advance()
  }

  mutating func advance() throws {
    let previous = term
    while true {
      if var open = reader {
        if let next = try segment.next(&open, leaf: leaf) {
          reader = open
          term = next.term
          record = next.record
          if let previous, TermOrder.compare(previous, next.term) >= 0 {
            throw segment.corrupt("its terms are out of order")
          }
          return
        }
      }
      leaf += 1
      guard leaf < segment.header.leafCount else {
        term = nil
        return
      }
      reader = try segment.leaf(leaf)
    }
  }
}

/// The slots that are left when some are removed, and their ranks.
struct KeptSlots {
  let count: Int
  private let words: [UInt64]
  private let ranks: [UInt32]

  /// Nil when none of the ids is excluded.
  init?(_ ids: UnsafeBufferPointer<Int64>, excluding: IDSet?) {
    var words = Array(repeating: UInt64.max, count: ids.count / 64 + 1)
    var removed = 0
    ids.forEachIndex(of: excluding) { slot in
      words[slot / 64] &= ~(1 << UInt64(slot % 64))
      removed += 1
    }
    guard removed > 0 else { return nil }
    var ranks: [UInt32] = []
    var rank: UInt32 = 0
    for word in words {
      ranks.append(rank)
      rank &+= UInt32(word.nonzeroBitCount)
    }
    self.words = words
    self.ranks = ranks
    count = ids.count - removed
  }

  @inline(__always)
  func contains(_ slot: Int) -> Bool { words[slot >> 6] >> UInt64(slot & 63) & 1 == 1 }

  /// The number of slots left before one.
  @inline(__always)
  func rank(_ slot: Int) -> Int {
    let below = words[slot >> 6] & ((1 << UInt64(slot & 63)) &- 1)
    return Int(ranks[slot >> 6]) + below.nonzeroBitCount
  }
}
