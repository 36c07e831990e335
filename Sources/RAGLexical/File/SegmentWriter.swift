import RAGCore

/// Writes the bytes of a lexical file from first to last: ids, lengths, then terms in ascending
/// order with their postings, of which no more than a block is kept.
struct SegmentWriter {
  private let path: String?
  private let count: Int
  private let totalLength: Int
  private let analysis: UInt32
  private var blocks: BlockWriter
  private var streamStart = 0
  private var termCount = 0

  private var leaf: [UInt8] = []
  private var leafTermCount = 0
  private var leaves: [LeafEntry] = []

  private let slots: Scratch<UInt32>
  private let frequencies: Scratch<UInt32>
  private var pending = 0
  private var bound = PostingBound()
  private var written = 0
  private var previous = -1
  private var termStart = 0
  private var skips: [SkipEntry] = []
  private var encoded: [UInt8] = []

  /// Begins a file of `count` texts with `totalLength` terms of an analysis.
  init(
    _ output: any BlockOutput, count: Int, totalLength: Int,
    analysis: UInt32 = LexicalAnalyzer.versions.upperBound, path: String? = nil
  ) throws {
    guard count < Int(UInt32.max) else {
      throw RAGError(.limitExceeded, "there are too many texts for a lexical file", path: path)
    }
    self.path = path
    self.count = count
    self.totalLength = totalLength
    self.analysis = analysis
    blocks = BlockWriter(output)
    slots = Scratch(capacity: PostingBlock.capacity)
    frequencies = Scratch(capacity: PostingBlock.capacity)
  }

  /// Adds the id of the next text; all come before the first length.
  mutating func append(id: Int64) throws { try blocks.append(id) }

  /// Adds the length of the next text; all come before the first term.
  mutating func append(length: UInt32) throws { try blocks.append(length) }

  /// Ends ids, or lengths.
  mutating func endColumn() throws {
    try blocks.pad()
    streamStart = blocks.offset
  }

  /// Adds a posting to the term that ``endTerm(_:)`` will name; slots ascend.
  @inline(__always)
  mutating func append(slot: UInt32, frequency: UInt32, length: UInt32) throws {
    slots.base[pending] = slot
    frequencies.base[pending] = frequency
    bound.include(frequency: frequency, length: length)
    pending &+= 1
    if pending == PostingBlock.capacity { try writeBlock() }
  }

  /// Ends a term; one without postings is left out.
  mutating func endTerm(_ term: UnsafeRawBufferPointer) throws {
    let count = written + pending
    defer {
      pending = 0
      written = 0
      previous = -1
      bound = PostingBound()
      skips.removeAll(keepingCapacity: true)
    }
    guard count > 0 else { return }
    let postings: TermRecord.Postings
    if count == 1 {
      postings = .one(slot: slots.base[0], frequency: frequencies.base[0])
    } else {
      if pending > 0 { try writeBlock() }
      if count > PostingBlock.capacity {
        encoded.removeAll(keepingCapacity: true)
        for skip in skips { skip.append(to: &encoded) }
        try blocks.append(encoded)
      }
      let range = (termStart - streamStart)..<(blocks.offset - streamStart)
      postings =
        count > PostingBlock.capacity ? .blocks(range) : .block(range, bound: skips[0].bound)
    }
    TermRecord(count: count, postings: postings).append(term: term, to: &leaf)
    termCount += 1
    leafTermCount += 1
    if leafTermCount == LexicalFileHeader.leafTermCount { try writeLeaf() }
  }

  /// Writes what comes behind the terms, and the header last.
  mutating func finish() throws -> FileStamp {
    if leafTermCount > 0 { try writeLeaf() }
    try blocks.append([UInt8](repeating: 0, count: LexicalFileHeader.streamPadding))
    var header = LexicalFileHeader(
      count: count, totalLength: totalLength, termCount: termCount,
      streamByteCount: blocks.offset - streamStart, leafCount: leaves.count, analysis: analysis)
    try blocks.pad()
    for leaf in leaves {
      try blocks.append(UInt64(leaf.offset))
      try blocks.append(UInt32(leaf.byteCount))
      try blocks.append(UInt32(leaf.termCount))
    }
    try blocks.pad()
    guard let layout = header.layout, layout.blockTable.lowerBound == blocks.offset else {
      throw RAGError(.limitExceeded, "the texts are too many for a lexical file", path: path)
    }
    return try blocks.finish { checksum in
      header.tableChecksum = checksum
      return header.encoded(fileByteCount: layout.byteCount)
    }
  }

  private mutating func writeBlock() throws {
    if written == 0 { termStart = blocks.offset }
    encoded.removeAll(keepingCapacity: true)
    PostingBlock.encode(
      UnsafeBufferPointer(start: slots.base, count: pending),
      UnsafeBufferPointer(start: frequencies.base, count: pending), after: previous, to: &encoded)
    try blocks.append(encoded)
    let last = slots.base[pending - 1]
    guard let end = UInt32(exactly: blocks.offset - termStart) else {
      throw RAGError(.limitExceeded, "a term is in too many texts for a lexical file", path: path)
    }
    skips.append(SkipEntry(lastSlot: last, end: end, bound: bound))
    previous = Int(last)
    written += pending
    pending = 0
    bound = PostingBound()
  }

  private mutating func writeLeaf() throws {
    leaves.append(
      LeafEntry(
        offset: blocks.offset - streamStart, byteCount: leaf.count, termCount: leafTermCount))
    try blocks.append(leaf)
    leaf.removeAll(keepingCapacity: true)
    leafTermCount = 0
  }
}

/// Memory for values without an initial value.
final class Scratch<Element: BitwiseCopyable> {
  let base: UnsafeMutablePointer<Element>

  init(capacity: Int) { base = .allocate(capacity: max(capacity, 1)) }

  deinit { base.deallocate() }
}
