/// The tokens that are found in a text as they stand, before it is normalised (`[SEP]`).
struct AddedTokens: Sendable, Hashable {
  private struct Entry: Sendable, Hashable {
    var bytes: [UInt8]
    var token: Int32
  }

  /// The longest first, so that the first match is the longest.
  private let entries: [Entry]

  init(_ tokens: [(text: String, token: Int32)]) {
    entries = tokens.map { Entry(bytes: Array($0.text.utf8), token: $0.token) }
      .filter { !$0.bytes.isEmpty }
      .sorted { $0.bytes.count > $1.bytes.count }
  }

  /// The bytes that a token begins with.
  var firstBytes: Set<UInt8> { Set(entries.map { $0.bytes[0] }) }

  /// The longest token that stands at an offset.
  func match(
    in text: UnsafeBufferPointer<UInt8>, at offset: Int
  ) -> (token: Int32, end: Int)? {
    for entry in entries where entry.bytes.count <= text.count - offset {
      let isEqual = entry.bytes.indices.allSatisfy { entry.bytes[$0] == text[offset + $0] }
      if isEqual { return (entry.token, offset + entry.bytes.count) }
    }
    return nil
  }
}
