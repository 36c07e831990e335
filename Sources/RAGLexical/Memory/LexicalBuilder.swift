import RAGCore

/// Collects texts and makes a segment of them.
struct LexicalBuilder {
  private let analyzer = LexicalAnalyzer()
  private var table = TermTable()
  private var ids: [Int64] = []
  private var lengths: [UInt32] = []
  /// The terms of each text with their frequencies, text after text.
  private var entries: [Entry] = []
  private var ends: [Int] = []
  /// For each term, its frequency in the current text.
  private var frequencies: [UInt32] = []

  private struct Entry {
    var term: UInt32
    var frequency: UInt32
  }

  private struct Posting {
    var slot: UInt32
    var frequency: UInt32
  }

  /// About how much memory is in use.
  var byteCount: Int { entries.count * MemoryLayout<Entry>.stride + table.count * 48 }

  var isEmpty: Bool { ids.isEmpty }

  /// Adds a text, whose id is above those before.
  mutating func append(id: Int64, text: String) throws {
    if let last = ids.last, last >= id {
      throw RAGError(.invalidInput, "texts are not in the order of their ids")
    }
    let first = entries.count
    var length = 0
    analyzer.analyze(text) { term, _ in
      let number = table.number(of: term)
      if number == frequencies.count { frequencies.append(0) }
      if frequencies[number] == 0 {
        entries.append(Entry(term: UInt32(number), frequency: 0))
      }
      frequencies[number] += 1
      length += 1
    }
    for index in first..<entries.count {
      let number = Int(entries[index].term)
      entries[index].frequency = frequencies[number]
      frequencies[number] = 0
    }
    ids.append(id)
    lengths.append(UInt32(clamping: length))
    ends.append(entries.count)
  }

  /// The texts as a segment.
  func segment() throws -> LexicalSegment {
    let output = MemoryOutput()
    var writer = try SegmentWriter(
      output, count: ids.count, totalLength: lengths.reduce(0) { $0 + Int($1) })
    for id in ids { try writer.append(id: id) }
    try writer.endColumn()
    for length in lengths { try writer.append(length: length) }
    try writer.endColumn()
    let (postings, starts) = postingsByTerm()
    for number in table.sorted() {
      for posting in postings[starts[number]..<starts[number + 1]] {
        try writer.append(
          slot: posting.slot, frequency: posting.frequency, length: lengths[Int(posting.slot)])
      }
      try table.withTerm(number) { try writer.endTerm($0) }
    }
    _ = try writer.finish()
    return try LexicalSegment(output)
  }

  /// The postings of term `i` are `starts[i]..<starts[i + 1]`, their slots ascending.
  private func postingsByTerm() -> (postings: [Posting], starts: [Int]) {
    var starts = Array(repeating: 0, count: table.count + 1)
    for entry in entries { starts[Int(entry.term) + 1] += 1 }
    for index in 0..<table.count { starts[index + 1] += starts[index] }
    // An array made in place writes its count, and all that are empty share one place for it.
    guard !entries.isEmpty else { return ([], starts) }
    var next = starts
    let postings = [Posting](unsafeUninitializedCapacity: entries.count) { buffer, count in
      var index = 0
      for (slot, end) in ends.enumerated() {
        while index < end {
          let entry = entries[index]
          buffer[next[Int(entry.term)]] = Posting(
            slot: UInt32(slot), frequency: entry.frequency)
          next[Int(entry.term)] += 1
          index += 1
        }
      }
      count = entries.count
    }
    return (postings, starts)
  }
}
