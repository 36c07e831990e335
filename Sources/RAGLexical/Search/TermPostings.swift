import RAGCore

/// What a segment holds of a term of a query.
enum TermPostings {
  case file(TermRecord)
  /// What the terms of one prefix hold together.
  case list(PostingList)

  /// The number of texts.
  var count: Int {
    switch self {
    case .file(let record): record.count
    case .list(let list): list.slots.count
    }
  }
}

/// Postings in memory: slots ascend.
final class PostingList: Sendable {
  let slots: [UInt32]
  let frequencies: [UInt32]

  /// The sums of the postings of all terms that begin with a prefix.
  ///
  /// - Complexity: O(postings), of few besides their sorting.
  init(prefix: UnsafeRawBufferPointer, in segment: LexicalSegment) throws {
    var records: [TermRecord] = []
    var count = 0
    try segment.forEach(prefix: prefix) { record in
      records.append(record)
      count += record.count
    }
    (slots, frequencies) =
      count < segment.count / Self.sparseness
      ? try Self.sorted(records, in: segment, count: count)
      : try Self.counted(records, in: segment)
  }

  /// With fewer postings than one in so many texts, sorting them is less work than to look at every
  /// text.
  private static let sparseness = 16

  private static func sorted(
    _ records: [TermRecord], in segment: LexicalSegment, count: Int
  ) throws -> (slots: [UInt32], frequencies: [UInt32]) {
    // The slot in the high half: pairs sort by it.
    var pairs: [UInt64] = []
    pairs.reserveCapacity(count)
    try forEachPosting(of: records, in: segment) { slot, frequency in
      pairs.append(UInt64(slot) << 32 | UInt64(frequency))
    }
    pairs.sort()
    var slots: [UInt32] = []
    var frequencies: [UInt32] = []
    for pair in pairs {
      let (slot, frequency) = (UInt32(pair >> 32), UInt32(truncatingIfNeeded: pair))
      if slots.last == slot {
        frequencies[frequencies.count - 1] = sum(frequencies[frequencies.count - 1], frequency)
      } else {
        slots.append(slot)
        frequencies.append(frequency)
      }
    }
    return (slots, frequencies)
  }

  private static func counted(
    _ records: [TermRecord], in segment: LexicalSegment
  ) throws -> (slots: [UInt32], frequencies: [UInt32]) {
    guard !records.isEmpty else { return ([], []) }
    var sums: [UInt32] = Array(repeating: 0, count: segment.count)
    try forEachPosting(of: records, in: segment) { slot, frequency in
      sums[Int(slot)] = sum(sums[Int(slot)], frequency)
    }
    var slots: [UInt32] = []
    var frequencies: [UInt32] = []
    for (slot, sum) in sums.enumerated() where sum > 0 {
      slots.append(UInt32(slot))
      frequencies.append(sum)
    }
    return (slots, frequencies)
  }

  @inline(__always)
  private static func forEachPosting(
    of records: [TermRecord], in segment: LexicalSegment, _ body: (UInt32, UInt32) -> Void
  ) throws {
    var reader = PostingReader()
    for record in records {
      try Cancellation.check()
      try reader.start(record, in: segment)
      while try reader.nextBlock() {
        for index in 0..<reader.count {
          body(reader.slots.base[index], reader.frequencies.base[index])
        }
      }
    }
  }

  private static func sum(_ one: UInt32, _ other: UInt32) -> UInt32 {
    let (sum, overflowed) = one.addingReportingOverflow(other)
    return overflowed ? .max : sum
  }
}

extension LexicalSegment {
  /// Prefixes whose postings are kept, as large as all that they hold.
  private static let prefixLimit = 4

  /// What the terms that begin with a prefix hold together.
  private func postings(prefix: [UInt8]) throws -> PostingList {
    if let known = prefixes.withLock({ $0.first { $0.bytes == prefix } }) { return known.postings }
    let postings = try prefix.withUnsafeBytes { try PostingList(prefix: $0, in: self) }
    prefixes.withLock {
      $0.insert((prefix, postings), at: 0)
      if $0.count > Self.prefixLimit { $0.removeLast() }
    }
    return postings
  }

  /// What this segment holds of a term, if anything.
  func postings(_ term: LexicalQuery.Term) throws -> TermPostings? {
    guard !term.isPrefix else {
      let list = try postings(prefix: term.bytes)
      return list.slots.isEmpty ? nil : .list(list)
    }
    return try term.bytes.withUnsafeBytes { try find($0).map { .file($0) } }
  }
}
