import RAGCore

extension LexicalSegment {
  /// Holds all of the file against its checksums, and its parts against each other: ids, terms and
  /// postings ascend, bounds are those of the postings, and all counts agree.
  ///
  /// - Throws: ``RAGError`` of code `corrupt` that names the place, or `cancelled`.
  func check() throws {
    try checkBlocks()
    let ids = try ids()
    for index in ids.indices.dropFirst() where ids[index - 1] >= ids[index] {
      throw corrupt("its ids are out of order")
    }
    let lengths = try lengths()
    // No sum overflows: there are fewer than 2^32 of both.
    guard lengths.reduce(0, { $0 + Int($1) }) == header.totalLength else {
      throw corrupt("the lengths of its texts contradict its header")
    }
    var found = Array(repeating: 0, count: count)
    var termCount = 0
    var previous: [UInt8] = []
    var reader = PostingReader()
    for leaf in 0..<header.leafCount {
      try Cancellation.check()
      var terms = try self.leaf(leaf)
      while let (term, record) = try next(&terms, leaf: leaf) {
        guard previous.withUnsafeBytes({ TermOrder.compare($0, term) }) < 0 else {
          throw corrupt("its terms are out of order")
        }
        previous = Array(term)
        termCount += 1
        try checkPostings(record, lengths: lengths, reader: &reader, found: &found)
      }
    }
    guard termCount == header.termCount else { throw corrupt("terms are missing") }
    for slot in 0..<count where found[slot] != Int(lengths[slot]) {
      throw corrupt("the length of text \(ids[slot]) contradicts its terms")
    }
  }

  private func checkPostings(
    _ record: TermRecord, lengths: UnsafeBufferPointer<UInt32>, reader: inout PostingReader,
    found: inout [Int]
  ) throws {
    try reader.start(record, in: self)
    while try reader.nextBlock() {
      var bound = PostingBound()
      for index in 0..<reader.count {
        let slot = Int(reader.slots.base[index])
        let frequency = reader.frequencies.base[index]
        bound.include(frequency: frequency, length: lengths[slot])
        let (sum, overflowed) = found[slot].addingReportingOverflow(Int(frequency))
        guard !overflowed, frequency > 0 else { throw corrupt("a frequency is out of range") }
        found[slot] = sum
      }
      guard record.count == 1 || bound == reader.bound else {
        throw corrupt("the bound of a block contradicts its postings")
      }
    }
  }
}
