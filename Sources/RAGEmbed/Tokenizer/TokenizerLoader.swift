import RAGCore

/// Reads the tokenizer of a model's directory, whatever its kind.
package enum TokenizerLoader {
  /// What a model's directory says of its tokenizer.
  package struct Loaded {
    package let tokenizer: any ModelTokenizer
    /// Of what decides the tokens.
    package let digest: String
    package let scripts: KnownScripts
    /// Nil where the model is given no pairs of texts, or in a way that is not known.
    package let pairTokens: PairTokens?
  }

  /// Reads `tokenizer.json`, or `vocab.txt` where there is none.
  ///
  /// - Throws: ``RAGError`` `notFound` without either, `unsupported`, which names what is not read,
  ///   `corrupt` for a damaged file.
  package static func load(directory: String) throws -> Loaded {
    let path = directory + "/tokenizer.json"
    if fileExists(path) { return try load(file: path) }
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

  /// Reads a file such as `tokenizer.json`.
  ///
  /// - Throws: ``RAGError`` `unsupported`, which names what is not read, `corrupt` for a damaged
  ///   file, and what ``MappedFile`` throws.
  static func load(file path: String) throws -> Loaded {
    let file = try TokenizerFile(path: path)
    func loaded(_ tokenizer: any ModelTokenizer, _ scripts: KnownScripts) throws -> Loaded {
      Loaded(
        tokenizer: tokenizer, digest: file.digest, scripts: scripts,
        pairTokens: try PairTokens(file))
    }
    switch file.kind {
    case "Unigram": return try loaded(UnigramModel.tokenizer(file), KnownScripts(file.pieces))
    // Its pieces may be spelt in an alphabet of bytes.
    case "BPE": return try loaded(BytePairModel.tokenizer(file), KnownScripts())
    case "WordPiece": return try loaded(WordPieceTokenizer(file), KnownScripts(file.pieces))
    case let name: throw file.unsupported("a \(name.prefix(40)) model")
    }
  }
}
