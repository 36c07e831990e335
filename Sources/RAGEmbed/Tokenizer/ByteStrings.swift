/// Byte strings in one buffer, for vocabularies of hundreds of thousands of pieces.
struct ByteStrings: Sendable, Hashable {
  private(set) var bytes: [UInt8] = []
  /// Where each piece ends.
  private var ends: [Int] = []

  var count: Int { ends.count }

  /// The numbers of the pieces, from 0.
  var places: [Int32] { (0..<count).map { Int32(truncatingIfNeeded: $0) } }

  /// Where a piece lies in ``bytes``.
  subscript(index: Int) -> Range<Int> { (index == 0 ? 0 : ends[index - 1])..<ends[index] }

  /// Adds what `write` appends as one piece.
  mutating func append<Failure: Error>(
    _ write: (inout [UInt8]) throws(Failure) -> Void
  ) throws(Failure) {
    try write(&bytes)
    ends.append(bytes.count)
  }

  mutating func append(_ piece: some Sequence<UInt8>) {
    bytes.append(contentsOf: piece)
    ends.append(bytes.count)
  }

  /// Prepares for about as many pieces.
  mutating func reserve(_ count: Int, byteCount: Int) {
    bytes.reserveCapacity(byteCount)
    ends.reserveCapacity(count)
  }

  /// The place of a piece; of two equal ones, the later.
  /// - Complexity: O(number of pieces).
  func lastIndex(of piece: String) -> Int? {
    let length = piece.utf8.count
    return (0..<count).last {
      self[$0].count == length && bytes[self[$0]].elementsEqual(piece.utf8)
    }
  }

  /// A piece as text, for messages and comparisons; damaged UTF-8 is repaired.
  func text(at index: Int) -> String { String(decoding: bytes[self[index]], as: UTF8.self) }
}
