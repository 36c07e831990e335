import RAGCore

extension BytePairModel {
  /// Reads a BPE tokenizer.
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
    if let dropout = file.model["dropout"]?.number, dropout != 0 {
      throw file.unsupported("a BPE model with dropout")
    }
    var words = try WordCutter(file)
    let vocabulary = BytePairVocabulary(file, spellsBytes: words.isByteLevel)
    var unknown: Int32 = -1
    if let name = file.model["unk_token"]?.string {
      guard let token = vocabulary.token(of: Array(name.utf8)) else {
        throw file.damaged("the vocabulary lacks the unknown token")
      }
      unknown = token
    }
    let ignoresMerges = file.model["ignore_merges"]?.bool ?? false
    let mark = words.metaspace?.mark ?? Array("▁".utf8)
    let (merges, crossesMark) = try vocabulary.merges(halves, mark: mark, file)
    let hasMark = vocabulary.token(of: mark) != nil
    if !words.isByteLevel, !ignoresMerges, !crossesMark, hasMark { words.seam = mark }
    let model = BytePairModel(
      trie: vocabulary.trie, merges: merges, byteTokens: try vocabulary.byteTokens(file),
      unknownToken: unknown, joinsUnknown: file.model["fuse_unk"]?.bool ?? false,
      ignoresMerges: ignoresMerges, words: words,
      trimsRanges: try SpecialTokens(file).trimsRanges)
    return try SubwordTokenizer(
      file, model: model, tokenOf: vocabulary.token(of:), parts: words.parts(at:))
  }
}
