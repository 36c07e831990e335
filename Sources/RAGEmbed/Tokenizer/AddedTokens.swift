/// The tokens that are found in a text as they stand, before it is normalised (`[SEP]`).
struct AddedTokens: Sendable, Hashable {
  private struct Entry: Sendable, Hashable {
    var bytes: [UInt8]
    var token: Int32
  }

  /// The longest first, so that the first match is the longest.
  private let entries: [Entry]
  private let startsEntry: [Bool]

  init(_ tokens: [(text: String, token: Int32)]) {
    entries = tokens.map { Entry(bytes: Array($0.text.utf8), token: $0.token) }
      .filter { !$0.bytes.isEmpty }
      .sorted { $0.bytes.count > $1.bytes.count }
    var starts = [Bool](repeating: false, count: 256)
    for entry in entries { starts[Int(entry.bytes[0])] = true }
    startsEntry = starts
  }

  /// The first match at or after an offset.
  /// - Complexity: O(bytes up to the match).
  func firstMatch(
    in text: UnsafeBufferPointer<UInt8>, from start: Int
  ) -> (token: Int32, range: Range<Int>)? {
    startsEntry.withUnsafeBufferPointer { startsEntry in
      var offset = start
      while offset < text.count {
        if startsEntry[Int(text[offset])], let entry = entry(in: text, at: offset) {
          return (entry.token, offset..<(offset + entry.bytes.count))
        }
        offset += 1
      }
      return nil
    }
  }

  private func entry(in text: UnsafeBufferPointer<UInt8>, at offset: Int) -> Entry? {
    entries.first { entry in
      entry.bytes.count <= text.count - offset
        && entry.bytes.indices.allSatisfy { entry.bytes[$0] == text[offset + $0] }
    }
  }
}
