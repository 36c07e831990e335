import RAGCore

/// The pieces of a BPE tokenizer, as the bytes that they stand for.
struct BytePairVocabulary {
  let trie: PieceTrie
  /// Whether pieces are written in ``ByteAlphabet``.
  private let spellsBytes: Bool

  init(_ file: TokenizerFile, spellsBytes: Bool) {
    self.spellsBytes = spellsBytes
    guard spellsBytes else {
      trie = PieceTrie(file.pieces, tokens: file.tokens)
      return
    }
    var pieces = ByteStrings()
    var tokens: [Int32] = []
    for index in file.tokens.indices {
      // A piece of other characters than the alphabet's is never made of bytes.
      guard let bytes = ByteAlphabet.decode(file.pieces.bytes[file.pieces[index]]) else {
        continue
      }
      pieces.append(bytes)
      tokens.append(file.tokens[index])
    }
    trie = PieceTrie(pieces, tokens: tokens)
  }

  /// The token of a piece as it is written in the file.
  func token(of piece: [UInt8]) -> Int32? { decode(piece[...]).flatMap { trie.token(of: $0) } }

  private func decode(_ piece: ArraySlice<UInt8>) -> [UInt8]? {
    spellsBytes ? ByteAlphabet.decode(piece) : Array(piece)
  }

  /// The merges, and whether one joins `mark` to something else before it.
  func merges(
    _ halves: ByteStrings, mark: [UInt8], _ file: TokenizerFile
  ) throws -> (merges: MergeTable, crossesMark: Bool) {
    var merges: [(left: Int32, right: Int32, token: Int32)] = []
    merges.reserveCapacity(halves.count / 2)
    var crossesMark = false
    for index in stride(from: 0, to: halves.count - 1, by: 2) {
      guard let left = decode(halves.bytes[halves[index]]),
        let right = decode(halves.bytes[halves[index + 1]])
      else { continue }
      guard let leftToken = trie.token(of: left), let rightToken = trie.token(of: right),
        let token = trie.token(of: left + right)
      else { throw file.damaged("a merge names a piece that is not in the vocabulary") }
      merges.append((leftToken, rightToken, token))
      if right.starts(with: mark), !left.reversed().starts(with: mark.reversed()) {
        crossesMark = true
      }
    }
    return (MergeTable(merges), crossesMark)
  }

  /// The token of each byte: of the bytes of words, or of those of characters that are no pieces,
  /// named `<0x41>`; empty where characters are not spelt out.
  func byteTokens(_ file: TokenizerFile) throws -> [Int32] {
    if spellsBytes {
      return (UInt8.min...UInt8.max).map { trie.token(of: CollectionOfOne($0)) ?? -1 }
    }
    guard file.model["byte_fallback"]?.bool ?? false else { return [] }
    let tokens = (0..<256).map { trie.token(of: Self.name(ofByte: $0).utf8) ?? -1 }
    guard !tokens.contains(-1) else {
      throw file.unsupported("a BPE model with byte_fallback and without a token of each byte")
    }
    return tokens
  }

  private static func name(ofByte byte: Int) -> String {
    let digits = Array("0123456789ABCDEF")
    return "<0x\(digits[byte >> 4])\(digits[byte & 15])>"
  }
}
