import RAGCore

/// Reads the tokenizer of a model's directory, whatever its kind.
package enum TokenizerLoader {
  /// Reads `tokenizer.json`, or `vocab.txt` where there is none; gives the tokenizer, the digest
  /// of what decides its tokens, and the scripts it knows.
  ///
  /// - Throws: ``RAGError`` `notFound` without either, `unsupported`, which names what is not read,
  ///   `corrupt` for a damaged file.
  package static func load(
    directory: String
  ) throws -> (tokenizer: any ModelTokenizer, digest: String, scripts: KnownScripts) {
    let path = directory + "/tokenizer.json"
    if fileExists(path) {
      let file = try TokenizerFile(path: path)
      switch file.kind {
      case "Unigram":
        return (try UnigramModel.tokenizer(file), file.digest, KnownScripts(file.pieces))
      // Its pieces are spelt in an alphabet of bytes.
      case "BPE": return (try BytePairModel.tokenizer(file), file.digest, KnownScripts())
      case "WordPiece":
        return (try WordPieceTokenizer(file), file.digest, KnownScripts(file.pieces))
      case let name: throw file.unsupported("a \(name.prefix(40)) model")
      }
    }
    let vocabulary = directory + "/vocab.txt"
    guard fileExists(vocabulary) else {
      let others = ["sentencepiece.bpe.model", "spiece.model", "merges.txt", "vocab.json"]
      if let other = others.first(where: { fileExists(directory + "/" + $0) }) {
        throw RAGError(
          .unsupported, "is not read; save the tokenizer as tokenizer.json",
          path: directory + "/" + other)
      }
      throw RAGError(
        .notFound, "has neither tokenizer.json nor vocab.txt; fetch the model again (tools/model)",
        path: directory)
    }
    return try WordPieceTokenizer.load(
      vocabulary: vocabulary, options: directory + "/tokenizer_config.json")
  }
}
