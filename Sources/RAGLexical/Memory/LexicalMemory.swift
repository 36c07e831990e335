import RAGCore

/// An inverted index of a few texts in memory.
///
/// A value: copies share what they have in common, and appending to one leaves the others as they
/// are. The texts lie in runs, each in the form of a file; a run that is not well below the one
/// before it is merged with that, so that n texts lie in O(log n) runs and each was merged O(log n)
/// times.
package struct LexicalMemory: Sendable {
  private(set) var runs: [LexicalSegment] = []
  private var lastID: Int64?

  /// Builders of this size become runs.
  private static let builderByteLimit = 64 << 20

  package init() {}

  /// The number of texts.
  package var count: Int { runs.reduce(0) { $0 + $1.count } }

  /// The bytes of memory in use.
  package var byteCount: Int { runs.reduce(0) { $0 + $1.layout.byteCount } }

  /// Adds texts until there is none, whose ids ascend and are above those before. Many at once take
  /// less time than one by one. When it throws, nothing was added.
  ///
  /// - Throws: ``RAGError`` of code `invalidInput` where ids do not ascend, or `cancelled`; what `next`
  ///   throws.
  package mutating func append(_ next: () throws -> (id: Int64, text: String)?) throws {
    var copy = self
    var builder = LexicalBuilder()
    while let (id, text) = try next() {
      if let lastID = copy.lastID, lastID >= id {
        throw RAGError(.invalidInput, "texts are not in the order of their ids")
      }
      try Cancellation.check()
      try builder.append(id: id, text: text)
      copy.lastID = id
      if builder.byteCount > Self.builderByteLimit {
        try copy.add(builder)
        builder = LexicalBuilder()
      }
    }
    if !builder.isEmpty { try copy.add(builder) }
    self = copy
  }

  /// As above, of a sequence.
  package mutating func append(_ texts: some Sequence<(id: Int64, text: String)>) throws {
    var remaining = texts.makeIterator()
    try append { remaining.next() }
  }

  /// Adds a text, whose id is above those before.
  ///
  /// - Throws: ``RAGError`` of code `invalidInput`, or `cancelled`.
  package mutating func append(id: Int64, text: String) throws {
    try append(CollectionOfOne((id: id, text: text)))
  }

  private mutating func add(_ builder: LexicalBuilder) throws {
    runs.append(try builder.segment())
    while runs.count > 1, runs[runs.count - 2].count < 2 * runs[runs.count - 1].count {
      let output = MemoryOutput()
      _ = try SegmentMerge(Array(runs.suffix(2))).write(to: output)
      runs.removeLast(2)
      runs.append(try LexicalSegment(output))
    }
  }
}
