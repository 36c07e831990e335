import RAGCore

extension WordPieceTokenizer {
  /// Reads the tokenizer of a model's directory without the model: `tokenizer.json`, or `vocab.txt`
  /// where there is none.
  ///
  /// - Throws: ``RAGError`` `notFound` without either, `unsupported` for another kind of
  ///   tokenizer, `corrupt` for a damaged file, `limitExceeded` for one beyond all use.
  public init(directory: String) throws {
    let loaded = try TokenizerLoader.load(directory: directory).tokenizer
    guard let tokenizer = loaded as? WordPieceTokenizer else {
      throw RAGError(.unsupported, "the tokenizer is not of WordPiece", path: directory)
    }
    self = tokenizer
  }

  private static func damaged(_ what: String, _ path: String) -> RAGError {
    RAGError(.corrupt, "\(what); fetch the model again (tools/model)", path: path)
  }

  // MARK: vocab.txt

  /// Reads a list of pieces, one a line.
  static func load(
    vocabulary path: String, options optionsPath: String
  ) throws -> TokenizerLoader.Loaded {
    let file = try MappedFile(path: path)
    guard file.bytes.count <= maximumTextByteCount else {
      throw RAGError(.limitExceeded, "has more than \(maximumTextByteCount) bytes", path: path)
    }
    guard String(validating: file.bytes, as: UTF8.self) != nil else {
      throw damaged("is not UTF-8", path)
    }
    let pieces = lines(of: file.bytes)
    let options = try JSONValue.read(ifPresent: optionsPath) ?? .object([:])
    let lowercases = options["do_lower_case"]?.bool ?? true
    let rules = BERTNormalization(
      cleansText: true, splitsChinese: options["tokenize_chinese_chars"]?.bool ?? true,
      stripsAccents: options["strip_accents"]?.bool ?? lowercases, lowercases: lowercases)
    let special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"].compactMap { text in
      pieces.lastIndex(of: text).map { (text: text, token: Int32(truncatingIfNeeded: $0)) }
    }
    func token(_ text: String) throws -> Int32 {
      guard let entry = special.first(where: { $0.text == text }) else {
        throw damaged("lacks \(text)", path)
      }
      return entry.token
    }
    let model = WordPieceModel(
      vocabulary: try vocabulary(
        pieces, tokens: pieces.places, prefix: "##", path), addedTokens: AddedTokens(special),
      normalization: rules, unknownToken: try token("[UNK]"), firstToken: try token("[CLS]"),
      lastToken: try token("[SEP]"), maximumWordLength: 100, tokenBound: pieces.count)
    let digest = WeightsDigest.sha256(file.bytes)
    let flags = [rules.lowercases, rules.stripsAccents, rules.splitsChinese]
    return TokenizerLoader.Loaded(
      tokenizer: WordPieceTokenizer(model: model),
      digest: digest + "/" + flags.map { $0 ? "1" : "0" }.joined(), scripts: KnownScripts(pieces),
      pairTokens: PairTokens(first: model.firstToken, last: model.lastToken))
  }

  /// A piece a line, numbered from 0; either kind of line end.
  private static func lines(of bytes: UnsafeRawBufferPointer) -> ByteStrings {
    var pieces = ByteStrings()
    pieces.reserve(bytes.count / 8, byteCount: bytes.count)
    var start = 0
    while start < bytes.count {
      let end = bytes[start...].firstIndex(of: UInt8(ascii: "\n")) ?? bytes.count
      var line = bytes[start..<end]
      if line.last == UInt8(ascii: "\r") { line.removeLast() }
      pieces.append(line)
      start = end + 1
    }
    return pieces
  }

  private static func vocabulary(
    _ pieces: ByteStrings, tokens: [Int32], prefix: String, _ path: String
  ) throws -> Vocabulary {
    guard pieces.bytes.count <= Vocabulary.maximumByteCount else {
      throw RAGError(
        .limitExceeded, "the pieces have more than \(Vocabulary.maximumByteCount) bytes", path: path
      )
    }
    return Vocabulary(pieces, tokens: tokens, prefix: prefix)
  }

  // MARK: tokenizer.json

  /// Makes the tokenizer that `tokenizer.json` describes.
  ///
  /// - Throws: ``RAGError`` `unsupported`, `corrupt` or `limitExceeded`.
  init(_ file: TokenizerFile) throws {
    let path = file.path
    func unsupported(_ what: String) -> RAGError {
      RAGError(.unsupported, "\(what); BERT's WordPiece tokenizers are read", path: path)
    }
    guard file.members["pre_tokenizer"]?["type"]?.string == "BertPreTokenizer" else {
      throw unsupported("words are not cut by BertPreTokenizer")
    }
    let rules = try Self.normalization(file.members["normalizer"], unsupported)
    let unknownText = file.model["unk_token"]?.string ?? "[UNK]"
    guard let unknown = file.pieces.lastIndex(of: unknownText).map({ file.tokens[$0] }) else {
      throw Self.damaged("the vocabulary lacks the unknown token", path)
    }
    let ends = try Self.specialTokens(file.members["post_processor"], path, unsupported)
    let added = try Self.addedTokens(
      file.members["added_tokens"], lowercases: rules.lowercases, path, unsupported)
    let last = max(
      file.tokens.max() ?? 0, added.map(\.token).max() ?? 0, ends.first, ends.last)
    let prefix = file.model["continuing_subword_prefix"]?.string ?? "##"
    let wordLength = file.model["max_input_chars_per_word"]?.integer ?? 100
    // No word fits into none, so every one is unknown.
    let hasWords = wordLength > 0
    let vocabulary = try Self.vocabulary(
      hasWords ? file.pieces : ByteStrings(), tokens: file.tokens, prefix: prefix, path)
    model = WordPieceModel(
      vocabulary: vocabulary, addedTokens: AddedTokens(added), normalization: rules,
      unknownToken: unknown, firstToken: ends.first, lastToken: ends.last,
      maximumWordLength: max(1, wordLength), tokenBound: Int(last) + 1)
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
    case "BertProcessing", "RobertaProcessing":
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
    _ value: JSONValue?, lowercases: Bool, _ path: String, _ unsupported: (String) -> RAGError
  ) throws -> [(text: String, token: Int32)] {
    try (value?.array ?? []).flatMap { entry in
      let text = entry["content"]?.string ?? ""
      let isNormalized = entry["normalized"]?.bool == true
      // White space beside a token is dropped anyway, so lstrip and rstrip change nothing.
      guard !isNormalized || entry["special"]?.bool == true, entry["single_word"]?.bool != true
      else {
        throw unsupported(
          "the added token \(text.prefix(40).debugDescription) is matched after normalisation or"
            + " as a whole word")
      }
      // A special token is looked for in normalised text in MPNet's files: then case is no matter.
      let spellings = isNormalized && lowercases ? [text.lowercased(), text.uppercased()] : []
      let token = try token(entry["id"]?.integer, path)
      return Set(spellings + [text]).sorted().map { ($0, token) }
    }
  }
}
