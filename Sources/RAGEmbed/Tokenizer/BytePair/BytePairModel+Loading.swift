import RAGCore

extension BytePairModel {
  /// Reads a byte-level BPE tokenizer.
  ///
  /// - Throws: ``RAGError`` `unsupported`, which names what is not read, or `corrupt`.
  static func tokenizer(_ file: TokenizerFile) throws -> SubwordTokenizer<BytePairModel> {
    guard let halves = file.merges, !file.listsScores else {
      throw file.damaged("a BPE model without merges or without a vocabulary")
    }
    for key in ["continuing_subword_prefix", "end_of_word_suffix"]
    where file.model[key]?.string?.isEmpty == false {
      throw file.unsupported("a BPE model with \(key)")
    }
    if file.model["byte_fallback"]?.bool == true {
      throw file.unsupported("a BPE model with byte_fallback")
    }
    if let dropout = file.model["dropout"]?.number, dropout != 0 {
      throw file.unsupported("a BPE model with dropout")
    }
    let level = try ByteLevel(file)
    let vocabulary = Vocabulary(file)
    var unknown: Int32 = -1
    if let name = file.model["unk_token"]?.string {
      guard let token = vocabulary.token(of: Array(name.utf8)) else {
        throw file.damaged("the vocabulary lacks the unknown token")
      }
      unknown = token
    }
    let model = BytePairModel(
      trie: vocabulary.trie, merges: try vocabulary.merges(halves, file),
      byteTokens: (UInt8.min...UInt8.max).map {
        vocabulary.trie.token(of: CollectionOfOne($0)) ?? -1
      }, unknownToken: unknown, joinsUnknown: file.model["fuse_unk"]?.bool ?? false,
      ignoresMerges: file.model["ignore_merges"]?.bool ?? false, addsSpace: level.addsSpace,
      splits: level.splits, trimsRanges: try SpecialTokens(file).trimsRanges)
    return try SubwordTokenizer(file, model: model, tokenOf: vocabulary.token(of:)) { separator in
      level.splits && (separator == [0x20] || separator == [0x0A])
    }
  }

  /// What the pre-tokenizer says.
  private struct ByteLevel {
    var addsSpace = false
    var splits = false

    init(_ file: TokenizerFile) throws {
      var value = file.members["pre_tokenizer"]
      if value?["type"]?.string == "Sequence", let steps = value?["pretokenizers"]?.array,
        steps.count == 1
      {
        value = steps[0]
      }
      guard let value, value["type"]?.string == "ByteLevel" else {
        let name = value?["type"]?.string
        throw file.unsupported("the pre-tokenizer \(name.quoted) of a BPE model")
      }
      addsSpace = value["add_prefix_space"]?.bool ?? true
      splits = value["use_regex"]?.bool ?? true
    }
  }

  /// The pieces, as the bytes that they stand for.
  private struct Vocabulary {
    let trie: PieceTrie

    init(_ file: TokenizerFile) {
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
    func token(of piece: [UInt8]) -> Int32? {
      ByteAlphabet.decode(piece).flatMap { trie.token(of: $0) }
    }

    func merges(_ halves: ByteStrings, _ file: TokenizerFile) throws -> MergeTable {
      var merges: [(left: Int32, right: Int32, token: Int32)] = []
      merges.reserveCapacity(halves.count / 2)
      for index in stride(from: 0, to: halves.count - 1, by: 2) {
        guard let left = ByteAlphabet.decode(halves.bytes[halves[index]]),
          let right = ByteAlphabet.decode(halves.bytes[halves[index + 1]])
        else { continue }
        guard let leftToken = trie.token(of: left), let rightToken = trie.token(of: right),
          let token = trie.token(of: left + right)
        else { throw file.damaged("a merge names a piece that is not in the vocabulary") }
        merges.append((leftToken, rightToken, token))
      }
      return MergeTable(merges)
    }
  }
}
