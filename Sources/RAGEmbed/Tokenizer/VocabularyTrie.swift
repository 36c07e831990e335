/// The pieces of a WordPiece vocabulary as two byte tries: those that start a word and those that
/// continue one.
///
/// Children live in one hash table keyed by parent and byte, so a step is one probe. UTF-8 keeps
/// pieces on scalar boundaries: a piece that starts on one ends on one.
final class VocabularyTrie: @unchecked Sendable {
  // Sendable: both buffers are written in `init` alone.

  /// The node before the first byte of a word.
  static let wordRoot: UInt32 = 0
  /// The node before the first byte of a piece inside a word.
  static let continuationRoot: UInt32 = 1

  /// `(parent << 8 | byte) + 1` in the high half, the child in the low half; 0 is a free slot.
  private let slots: UnsafeMutablePointer<UInt64>
  private let mask: Int
  /// The token that ends at a node, or -1.
  private let tokens: UnsafeMutablePointer<Int32>

  /// Builds the tries. `prefix` marks the pieces that continue a word (`##`). Of two equal pieces
  /// the later one counts.
  ///
  /// - Complexity: O(bytes of the vocabulary).
  init(_ pieces: [(text: String, token: Int32)], prefix: String) {
    let byteCount = pieces.reduce(2) { $0 + $1.text.utf8.count }
    var capacity = 16
    while capacity < byteCount * 2 { capacity *= 2 }
    slots = .allocate(capacity: capacity)
    slots.initialize(repeating: 0, count: capacity)
    mask = capacity - 1
    // No more nodes than bytes, and the two roots.
    tokens = .allocate(capacity: byteCount)
    tokens.initialize(repeating: -1, count: byteCount)
    var nodeCount: UInt32 = 2
    for piece in pieces {
      // By bytes: as characters, `##` and a combining mark are no prefix and rest.
      let continues = !prefix.isEmpty && piece.text.utf8.starts(with: prefix.utf8)
      let bytes = piece.text.utf8.dropFirst(continues ? prefix.utf8.count : 0)
      if bytes.isEmpty { continue }
      var node = continues ? Self.continuationRoot : Self.wordRoot
      for byte in bytes {
        let key = Self.key(node, byte)
        let slot = slot(of: key)
        if slots[slot] == 0 {
          slots[slot] = key << 32 | UInt64(nodeCount)
          nodeCount += 1
        }
        node = UInt32(truncatingIfNeeded: slots[slot])
      }
      tokens[Int(node)] = piece.token
    }
  }

  deinit {
    slots.deallocate()
    tokens.deallocate()
  }

  /// The longest piece that starts at `start` in a word, and where it ends; nil where none does.
  func longestMatch(
    in word: UnsafeBufferPointer<UInt8>, from start: Int
  ) -> (token: Int32, end: Int)? {
    var node = start == 0 ? Self.wordRoot : Self.continuationRoot
    var match: (token: Int32, end: Int)?
    for index in start..<word.count {
      let entry = slots[slot(of: Self.key(node, word[index]))]
      if entry == 0 { break }
      node = UInt32(truncatingIfNeeded: entry)
      let token = tokens[Int(node)]
      if token >= 0 { match = (token, index + 1) }
    }
    return match
  }

  private static func key(_ node: UInt32, _ byte: UInt8) -> UInt64 {
    UInt64(node << 8 | UInt32(byte)) + 1
  }

  /// The slot of a key, or the free one where it would go; at most half are taken.
  private func slot(of key: UInt64) -> Int {
    // Fibonacci hashing (Knuth, The Art of Computer Programming, vol. 3, section 6.4).
    var slot = Int(truncatingIfNeeded: (key &* 0x9E37_79B9_7F4A_7C15) >> 32) & mask
    while slots[slot] != 0, slots[slot] >> 32 != key { slot = (slot + 1) & mask }
    return slot
  }
}
