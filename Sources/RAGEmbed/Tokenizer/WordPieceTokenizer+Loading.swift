import RAGCore

extension WordPieceTokenizer {
  /// A tokenizer read from a model's directory, and the digest of what decides its tokens.
  package struct Loaded: Sendable {
    package let tokenizer: WordPieceTokenizer
    /// SHA-256 in hexadecimal.
    package let digest: String
  }

  /// Reads `tokenizer.json`, or `vocab.txt` where there is none.
  ///
  /// - Throws: ``RAGError`` `notFound` without either, `unsupported` for another kind of
  ///   tokenizer, `corrupt` for a damaged file.
  package static func load(directory: String) throws -> Loaded {
    let path = directory + "/tokenizer.json"
    if fileExists(path) { return try load(json: path) }
    let vocabulary = directory + "/vocab.txt"
    guard fileExists(vocabulary) else {
      throw RAGError(
        .notFound, "has neither tokenizer.json nor vocab.txt; fetch the model again (tools/model)",
        path: directory)
    }
    return try load(vocabulary: vocabulary, options: directory + "/tokenizer_config.json")
  }

  private static func damaged(_ what: String, _ path: String) -> RAGError {
    RAGError(.corrupt, "\(what); fetch the model again (tools/model)", path: path)
  }

  // MARK: vocab.txt

  private static func load(vocabulary path: String, options optionsPath: String) throws -> Loaded {
    let file = try MappedFile(path: path)
    guard file.bytes.count <= maximumTextByteCount else {
      throw RAGError(.limitExceeded, "has more than \(maximumTextByteCount) bytes", path: path)
    }
    guard let text = String(validating: file.bytes, as: UTF8.self) else {
      throw damaged("is not UTF-8", path)
    }
    var lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    if lines.last == "" { lines.removeLast() }
    let pieces = lines.enumerated().map { index, line in
      (text: String(line.last == "\r" ? line.dropLast() : line), token: Int32(index))
    }
    let options = try JSONValue.read(ifPresent: optionsPath) ?? .object([:])
    let lowercases = options["do_lower_case"]?.bool ?? true
    let rules = BERTNormalization(
      cleansText: true, splitsChinese: options["tokenize_chinese_chars"]?.bool ?? true,
      stripsAccents: options["strip_accents"]?.bool ?? lowercases, lowercases: lowercases)
    let special = Set(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"])
    let named = Dictionary(
      pieces.filter { special.contains($0.text) }.map { ($0.text, $0.token) },
      uniquingKeysWith: { $1 })
    guard let unknown = named["[UNK]"], let first = named["[CLS]"], let last = named["[SEP]"] else {
      throw damaged("lacks [UNK], [CLS] or [SEP]", path)
    }
    let model = WordPieceModel(
      vocabulary: VocabularyTrie(pieces, prefix: "##"),
      addedTokens: AddedTokens(named.map { (text: $0.key, token: $0.value) }),
      normalization: rules, ascii: .init(rules), unknownToken: unknown, firstToken: first,
      lastToken: last, maximumWordLength: 100, tokenBound: pieces.count)
    let digest = WeightsDigest.sha256(file.bytes)
    let flags = [rules.lowercases, rules.stripsAccents, rules.splitsChinese]
    return Loaded(
      tokenizer: .init(model: model),
      digest: digest + "/" + flags.map { $0 ? "1" : "0" }.joined())
  }

  // MARK: tokenizer.json

  /// The parts of `tokenizer.json` that matter; truncation and padding are the caller's.
  private struct Description {
    var pieces: [(text: String, token: Int32)] = []
    var model: [String: JSONValue] = [:]
    var members: [String: JSONValue] = [:]
  }

  private static func load(json path: String) throws -> Loaded {
    let file = try MappedFile(path: path)
    let description = try withJSON(file.bytes, path: path) { try describe(&$0, path: path) }
    func unsupported(_ what: String) -> RAGError {
      RAGError(.unsupported, "\(what); BERT's WordPiece tokenizers are read", path: path)
    }
    guard description.model["type"]?.string ?? "WordPiece" == "WordPiece" else {
      throw unsupported("the model is \(description.model["type"]?.string?.prefix(40) ?? "")")
    }
    guard description.members["pre_tokenizer"]?["type"]?.string == "BertPreTokenizer" else {
      throw unsupported("words are not cut by BertPreTokenizer")
    }
    let rules = try normalization(description.members["normalizer"], unsupported)
    let tokens = Dictionary(
      description.pieces.map { ($0.text, $0.token) }, uniquingKeysWith: { $1 })
    guard let unknown = tokens[description.model["unk_token"]?.string ?? "[UNK]"] else {
      throw damaged("the vocabulary lacks the unknown token", path)
    }
    let ends = try specialTokens(description.members["post_processor"], path, unsupported)
    let added = try addedTokens(description.members["added_tokens"], path, unsupported)
    let all = description.pieces.map(\.token) + added.map(\.token) + [ends.first, ends.last]
    let model = WordPieceModel(
      vocabulary: VocabularyTrie(
        description.pieces,
        prefix: description.model["continuing_subword_prefix"]?.string ?? "##"),
      addedTokens: AddedTokens(added), normalization: rules, ascii: .init(rules),
      unknownToken: unknown, firstToken: ends.first, lastToken: ends.last,
      maximumWordLength: max(
        0, description.model["max_input_chars_per_word"]?.integer ?? 100),
      tokenBound: Int(all.max() ?? 0) + 1)
    return Loaded(
      tokenizer: .init(model: model), digest: WeightsDigest.sha256(file.bytes))
  }

  private static func describe(
    _ reader: inout JSONReader, path: String
  ) throws -> Description {
    var description = Description()
    try reader.object { key, reader in
      guard key == "model" else {
        description.members[key] = try reader.value()
        return
      }
      try reader.object { key, reader in
        // Other kinds of model have lists here; what they are is said once all is read.
        guard key == "vocab", reader.isAtObject() else {
          description.model[key] = try reader.value()
          return
        }
        try reader.object { piece, reader in
          description.pieces.append((piece, try token(reader.integer(), path)))
        }
      }
    }
    try reader.end()
    return description
  }

  private static func token(_ number: Int?, _ path: String) throws -> Int32 {
    guard let number, (0..<16_000_000).contains(number) else {
      throw damaged("a token's number is not from 0 to 16 million", path)
    }
    return Int32(number)
  }

  private static func normalization(
    _ value: JSONValue?, _ unsupported: (String) -> RAGError
  ) throws -> BERTNormalization {
    guard let value, value["type"]?.string == "BertNormalizer" else {
      throw unsupported("text is not normalised by BertNormalizer")
    }
    let lowercases = value["lowercase"]?.bool ?? true
    return BERTNormalization(
      cleansText: value["clean_text"]?.bool ?? true,
      splitsChinese: value["handle_chinese_chars"]?.bool ?? true,
      stripsAccents: value["strip_accents"]?.bool ?? lowercases, lowercases: lowercases)
  }

  /// The tokens that the post-processor puts around one text.
  private static func specialTokens(
    _ value: JSONValue?, _ path: String, _ unsupported: (String) -> RAGError
  ) throws -> (first: Int32, last: Int32) {
    switch value?["type"]?.string {
    case "BertProcessing":
      let first = value?["cls"]?.array?.last?.integer
      let last = value?["sep"]?.array?.last?.integer
      return (try token(first, path), try token(last, path))
    case "TemplateProcessing":
      let parts = value?["single"]?.array ?? []
      let ids = parts.map { part -> Int? in
        guard let name = part["SpecialToken"]?["id"]?.string else { return nil }
        return value?["special_tokens"]?[name]?["ids"]?.array?.first?.integer
      }
      guard parts.count == 3, parts[1]["Sequence"] != nil, let first = ids[0], let last = ids[2]
      else { throw unsupported("texts do not stand between two special tokens") }
      return (try token(first, path), try token(last, path))
    default: throw unsupported("the post-processor is not BERT's")
    }
  }

  private static func addedTokens(
    _ value: JSONValue?, _ path: String, _ unsupported: (String) -> RAGError
  ) throws -> [(text: String, token: Int32)] {
    try (value?.array ?? []).map { entry in
      let text = entry["content"]?.string ?? ""
      // White space beside a token is dropped anyway, so lstrip and rstrip change nothing.
      guard entry["normalized"]?.bool != true, entry["single_word"]?.bool != true else {
        throw unsupported(
          "the added token \(text.prefix(40).debugDescription) is matched after normalisation or"
            + " as a whole word")
      }
      return (text, try token(entry["id"]?.integer, path))
    }
  }
}
