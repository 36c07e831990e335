import RAGCore

extension UnigramModel {
  /// Reads a Unigram tokenizer.
  ///
  /// - Throws: ``RAGError`` `unsupported`, which names what is not read, or `corrupt`.
  static func tokenizer(_ file: TokenizerFile) throws -> SubwordTokenizer<UnigramModel> {
    guard file.listsScores else { throw file.damaged("a Unigram model without a list of scores") }
    guard let unknown = file.model["unk_id"]?.integer else {
      throw file.unsupported("a Unigram model without an unknown token")
    }
    guard file.tokens.indices.contains(unknown) else {
      throw file.damaged("the unknown token is not in the vocabulary")
    }
    let trie = PieceTrie(file.pieces, tokens: file.tokens)
    let model = UnigramModel(
      trie: trie, scores: file.scores, unknownToken: file.tokens[unknown],
      spellsBytes: file.model["byte_fallback"]?.bool ?? false, words: try words(file))
    return try SubwordTokenizer(
      file, model: model, tokenOf: { trie.token(of: $0) }, parts: model.words.parts(at:))
  }

  private static func words(_ file: TokenizerFile) throws -> MetaspaceWords {
    var words = MetaspaceWords()
    if let value = file.members["pre_tokenizer"], value != .null {
      try add(value, to: &words, file)
    }
    return words
  }

  private static func add(
    _ value: JSONValue, to words: inout MetaspaceWords, _ file: TokenizerFile
  ) throws {
    switch value["type"]?.string {
    case "Sequence":
      for step in value["pretokenizers"]?.array ?? [] { try add(step, to: &words, file) }
    case "WhitespaceSplit":
      // After a mark is in, its place is not that of a space any more.
      guard words.mark.isEmpty else {
        throw file.unsupported("the pre-tokenizer WhitespaceSplit after Metaspace")
      }
      words.splitsAtWhiteSpace = true
    case "Metaspace":
      guard words.mark.isEmpty else { throw file.unsupported("a second Metaspace") }
      words.mark = try MetaspaceWords.mark(value, file)
      words.splitsAtMarks = value["split"]?.bool ?? true
      words.prefixing = try MetaspaceWords.Prefixing(value, file)
    case let name: throw file.unsupported("the pre-tokenizer \(name.quoted) of a Unigram model")
    }
  }
}

extension MetaspaceWords {
  /// The mark of a Metaspace step.
  static func mark(_ value: JSONValue, _ file: TokenizerFile) throws -> [UInt8] {
    let mark = value["replacement"]?.string ?? "▁"
    guard mark.unicodeScalars.count == 1, mark != " " else {
      throw file.damaged("the mark of Metaspace is not one character")
    }
    return Array(mark.utf8)
  }
}

extension MetaspaceWords.Prefixing {
  /// Reads `prepend_scheme`, or `add_prefix_space` in older files.
  init(_ value: JSONValue, _ file: TokenizerFile) throws {
    let scheme = value["prepend_scheme"]?.string
    if value["add_prefix_space"]?.bool == false {
      guard scheme == nil || scheme == "never" else {
        throw file.damaged("Metaspace contradicts itself on prefixes")
      }
      self = .never
      return
    }
    switch scheme {
    case "always", nil: self = .always
    case "first": self = .first
    case "never": self = .never
    case let name: throw file.unsupported("the prepend_scheme \(name.quoted)")
    }
  }
}
