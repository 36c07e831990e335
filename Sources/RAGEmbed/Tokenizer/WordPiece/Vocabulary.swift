/// The pieces of a WordPiece vocabulary, to be looked up as whole words and as parts of words.
final class Vocabulary: Sendable {
  /// The pieces of few bytes, which are nearly all.
  let pieces: PieceTable
  /// The others.
  private let longPieces: VocabularyTrie

  /// Vocabularies of more bytes are not taken.
  static let maximumByteCount = VocabularyTrie.maximumByteCount / 2

  /// Takes the pieces, of at most ``maximumByteCount`` bytes together; `prefix` marks those that
  /// continue a word (`##`). Of two equal pieces the later one counts.
  ///
  /// - Complexity: O(bytes of the vocabulary).
  init(_ list: ByteStrings, tokens: [Int32], prefix: String) {
    let prefix = Array(prefix.utf8)
    // A word that begins with punctuation is that alone, so what is longer is never looked up.
    let isEitherOr = prefix.first.map(ASCIITable.isPunctuation) ?? false
    var pieces = PieceTable(count: list.count * (isEitherOr ? 1 : 2))
    let longByteCount = (0..<list.count).lazy.map { list[$0].count }
      .filter { $0 > PieceTable.maximumLength }.reduce(0, +)
    var longPieces = VocabularyTrie(byteCount: 2 * longByteCount)
    for index in 0..<list.count {
      list.bytes.withUnsafeBytes { bytes in
        let piece = bytes[list[index]]
        guard let first = piece.first else { return }
        let token = tokens[index]
        if piece.count == 1 || !ASCIITable.isPunctuation(first) {
          Self.insert(piece, continues: false, token, &pieces, &longPieces)
        }
        if piece.count > prefix.count, piece.starts(with: prefix) {
          let rest = piece.dropFirst(prefix.count)
          Self.insert(rest, continues: true, token, &pieces, &longPieces)
        }
      }
    }
    self.pieces = pieces
    self.longPieces = longPieces
  }

  private static func insert(
    _ piece: Slice<UnsafeRawBufferPointer>, continues: Bool, _ token: Int32,
    _ pieces: inout PieceTable, _ longPieces: inout VocabularyTrie
  ) {
    let piece = UnsafeRawBufferPointer(rebasing: piece)
    pieces.insert(piece, continues: continues, token: token)
    if piece.count > PieceTable.maximumLength {
      longPieces.insert(piece, continues: continues, token: token)
    }
  }

  /// The longest piece that starts at `start` in a word, and where it ends; the token is -1 where
  /// none does. There must be 16 bytes to read behind `start`, whatever they are.
  ///
  /// - Complexity: O(bytes of the longest piece).
  @inline(__always)
  func longestMatch(
    in word: UnsafePointer<UInt8>, from start: Int, to end: Int
  ) -> (token: Int32, end: Int) {
    let raw = UnsafeRawPointer(word + start)
    let low = UInt64(littleEndian: raw.loadUnaligned(as: UInt64.self))
    let high = UInt64(littleEndian: raw.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
    let continues = start > 0
    var lengths = pieces.possibleLengths(low, count: end &- start, continues: continues)
    if lengths & 1 != 0 {
      let match = longPieces.longestMatch(in: word, from: start, to: end)
      if match.token >= 0 { return match }
      lengths &= ~1
    }
    while lengths != 0 {
      let length = 31 &- lengths.leadingZeroBitCount
      let key = PieceTable.Key(low: low, high: high, length: length, continues: continues)
      let token = pieces.token(of: key)
      if token >= 0 { return (token, start &+ length) }
      lengths ^= 1 &<< UInt32(length)
    }
    return (-1, start)
  }
}
