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
final class PostingList {
  let slots: [UInt32]
  let frequencies: [UInt32]

  /// The sums of the postings of all terms that begin with a prefix.
  ///
  /// - Complexity: O(number of texts of the segment + number of postings).
  init(prefix: UnsafeRawBufferPointer, in segment: LexicalSegment) throws {
    var sums: [UInt32] = []
    var reader = PostingReader()
    try segment.forEach(prefix: prefix) { record in
      try Cancellation.check()
      if sums.isEmpty { sums = Array(repeating: 0, count: segment.count) }
      try reader.start(record, in: segment)
      while try reader.nextBlock() {
        for index in 0..<reader.count {
          let slot = Int(reader.slots.base[index])
          let (sum, overflowed) = sums[slot].addingReportingOverflow(reader.frequencies.base[index])
          sums[slot] = overflowed ? .max : sum
        }
      }
    }
    var slots: [UInt32] = []
    var frequencies: [UInt32] = []
    for (slot, sum) in sums.enumerated() where sum > 0 {
      slots.append(UInt32(slot))
      frequencies.append(sum)
    }
    self.slots = slots
    self.frequencies = frequencies
  }
}

extension LexicalSegment {
  /// What this segment holds of a term, if anything.
  func postings(_ term: LexicalQuery.Term) throws -> TermPostings? {
    try term.bytes.withUnsafeBytes { bytes in
      guard term.isPrefix else { return try find(bytes).map { .file($0) } }
      let list = try PostingList(prefix: bytes, in: self)
      return list.slots.isEmpty ? nil : .list(list)
    }
  }
}
