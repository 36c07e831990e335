@_exported public import RAGCore

/// A sentence encoder of the BERT family, read from a Hugging Face directory.
///
/// Useful for: sentence-transformers models with `model_type` `bert`, `roberta`, `xlm-roberta`,
/// `camembert`, `distilbert` or `mpnet`. Not for: other architectures, such as decoders and those
/// with rotary positions.
///
/// A text's vector has the same bits alone, in any batch and with any number of threads.
public final class BERTEncoder: Embedder {
  /// What a host may choose.
  public struct Options: Sendable, Hashable {
    /// Put before each query; nil takes the model's own, from `config_sentence_transformers.json`.
    public var queryPrefix: String?
    /// Put before each passage; nil takes the model's own.
    public var passagePrefix: String?
    /// Keeps only so many of a vector's first components, which models that were trained for it
    /// (Matryoshka) bear; nil leaves it to the model.
    public var dimensions: Int?
    /// The numbers of the matrix products; vectors of one precision are comparable.
    public var precision: EncoderPrecision
    /// Threads that encode at a time, up to 256; nil takes as many as there are cores.
    public var threadCount: Int?
    /// Hashes the weights even where the digest of the unchanged file is remembered.
    public var verifiesDigest: Bool
    /// Keeps the weights in the user's cache directory as they are used, which takes as much space
    /// again and lets the next start map them.
    public var cachesWeights: Bool

    /// The model's own choices, on all cores.
    public init(
      queryPrefix: String? = nil, passagePrefix: String? = nil, dimensions: Int? = nil,
      precision: EncoderPrecision = .int8, threadCount: Int? = nil,
      verifiesDigest: Bool = false, cachesWeights: Bool = true
    ) {
      self.queryPrefix = queryPrefix
      self.passagePrefix = passagePrefix
      self.dimensions = dimensions
      self.precision = precision
      self.threadCount = threadCount
      self.verifiesDigest = verifiesDigest
      self.cachesWeights = cachesWeights
    }
  }

  /// Names weights, tokenizer, architecture, pooling, length limit, prefixes and precision.
  public let fingerprint: String
  /// The name of the directory.
  public let name: String
  /// The length of every vector.
  public var dimension: Int { network.dimension }
  /// The most tokens a passage may have, special tokens and the passage prefix taken off.
  public let maximumTokenCount: Int
  private let scripts: KnownScripts
  /// Cuts text into this model's tokens.
  package let tokenizer: any ModelTokenizer
  /// Counts tokens as this model does.
  public var tokenCounter: any TokenCounter { tokenizer }
  /// How this encoder computes on this machine.
  public let report: EncoderReport

  let network: EncoderNetwork
  let maximumLength: Int
  /// How many tokens at the start of a text are the prefix's, the first special token included;
  /// nothing for a role without one.
  let promptTokenCounts: [EmbeddingRole: Int]
  private let prefixes: [EmbeddingRole: String]

  /// Opens the encoder in a directory.
  ///
  /// - Throws: ``RAGError`` `notFound` (the message names `tools/model`), `unsupported` for
  ///   another kind of model or a missing OpenBLAS, `corrupt` for damaged files, `invalidInput`
  ///   for a prefix that leaves no room for text or more dimensions than there are,
  ///   `limitExceeded` where there is not so much memory.
  public convenience init(directory: String, options: Options = .init()) throws {
    try self.init(
      directory: directory, options: options, EncoderBackend(options.precision))
  }

  /// The same with kernels of a level and weights from a cache of choice.
  package init(
    directory: String, options: Options, _ backend: EncoderBackend, cache: WeightCache? = nil
  ) throws {
    let model = try ModelDirectory(path: directory)
    let loaded = try model.transformer.tokenizer()
    let query = options.queryPrefix ?? model.queryPrefix
    let passage = options.passagePrefix ?? model.passagePrefix
    let textRoom = model.maximumLength - loaded.tokenizer.specialTokenCount
    let room = textRoom - loaded.tokenizer.tokenCount(of: passage)
    guard room > 0, loaded.tokenizer.tokenCount(of: query) < textRoom else {
      throw RAGError(
        .invalidInput, "the prefix leaves no room in \(model.maximumLength) tokens",
        path: directory)
    }
    network = try EncoderNetwork(
      model, dimensions: options.dimensions, backend, rehashes: options.verifiesDigest,
      cache: cache ?? (options.cachesWeights ? .init() : .init(directory: nil)))
    report = EncoderReport(
      backend, threadCount: options.threadCount, mapsWeights: network.transformer.mapsWeights)
    fingerprint = Self.fingerprint(
      model, weights: network.transformer.weightsDigest, tokenizer: loaded.digest,
      head: network.head.fingerprint, query: query, passage: passage,
      precision: backend.precision)
    name = model.name
    tokenizer = loaded.tokenizer
    scripts = loaded.scripts
    maximumLength = model.maximumLength
    maximumTokenCount = room
    prefixes = [.query: query, .passage: passage]
    promptTokenCounts = prefixes.filter { !$0.value.isEmpty }.mapValues {
      // All but the special token at the end.
      loaded.tokenizer.modelTokens(of: $0, maximumLength: model.maximumLength).count - 1
    }
  }

  /// The share of the letters of a text that are of scripts the vocabulary knows.
  public func familiarity(with text: String) -> Double { scripts.share(of: text) }

  /// Appends the tokens of a text in a role, prefix and special tokens included, cut to the limit.
  func appendTokens(of text: String, as role: EmbeddingRole, to tokens: inout [Int32]) {
    let prefix = prefixes[role] ?? ""
    tokenizer.appendModelTokens(
      of: prefix.isEmpty ? text : prefix + text, maximumLength: maximumLength, to: &tokens)
  }
}

extension BERTEncoder {
  /// Everything that decides a vector, in words. Free text is quoted, so that no two encoders
  /// share a fingerprint.
  private static func fingerprint(
    _ model: ModelDirectory, weights: String, tokenizer: String, head: [String], query: String,
    passage: String, precision: EncoderPrecision
  ) -> String {
    let network = model.configuration
    var parts = [
      network.family.rawValue, "weights=sha256:\(weights)", "tokenizer=sha256:\(tokenizer)",
      "layers=\(network.layerCount)", "heads=\(network.headCount)",
      "activation=\(network.activation.rawValue)", "epsilon=\(network.layerNormEpsilon)",
    ]
    if network.positionOffset > 0 { parts.append("offset=\(network.positionOffset)") }
    parts += head
    parts += [
      "length=\(model.maximumLength)", "query=\(query.debugDescription)",
      "passage=\(passage.debugDescription)", "precision=\(precision.rawValue)",
    ]
    return parts.joined(separator: ";")
  }
}
