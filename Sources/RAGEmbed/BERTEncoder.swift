import CRAGKernels
public import RAGCore

/// A sentence encoder of the BERT family, read from a Hugging Face directory.
///
/// Useful for: sentence-transformers models with `model_type` `bert` (all-MiniLM, bge, gte,
/// e5-small). Not for: other architectures, models with Dense modules, SentencePiece tokenizers.
/// A text's vector has the same bits alone, in any batch and with any number of threads.
public final class BERTEncoder: Embedder {
  /// What a host may choose.
  public struct Options: Sendable, Hashable {
    /// Put before each query; nil takes the model's own, from `config_sentence_transformers.json`.
    public var queryPrefix: String?
    /// Put before each passage; nil takes the model's own.
    public var passagePrefix: String?
    /// Threads that encode at a time; nil takes as many as there are cores.
    public var threadCount: Int?
    /// Hashes the weights even where the digest of the unchanged file is remembered.
    public var verifiesDigest: Bool

    /// The model's own choices, on all cores.
    public init(
      queryPrefix: String? = nil, passagePrefix: String? = nil, threadCount: Int? = nil,
      verifiesDigest: Bool = false
    ) {
      self.queryPrefix = queryPrefix
      self.passagePrefix = passagePrefix
      self.threadCount = threadCount
      self.verifiesDigest = verifiesDigest
    }
  }

  /// Names weights, tokenizer, architecture, pooling, length limit, prefixes and precision.
  public let fingerprint: String
  /// The name of the directory.
  public let name: String
  /// The length of every vector.
  public var dimension: Int { forward.weights.configuration.hiddenSize }
  /// The most tokens a passage may have, special tokens and the passage prefix taken off.
  public let maximumTokenCount: Int
  /// Cuts text into this model's tokens.
  public let tokenizer: WordPieceTokenizer
  /// Counts tokens as this model does.
  public var tokenCounter: any TokenCounter { tokenizer }
  /// How this encoder computes on this machine.
  public let report: EncoderReport

  let forward: BERTForward
  let pooling: Pooling
  let workspaces: WorkspacePool
  let maximumLength: Int
  private let prefixes: [EmbeddingRole: String]

  /// Opens the encoder in a directory.
  ///
  /// - Throws: ``RAGError`` `notFound` (the message names `tools/model`), `unsupported` for
  ///   another kind of model or a missing OpenBLAS, `corrupt` for damaged files, `invalidInput`
  ///   for a prefix that leaves no room for text.
  public init(directory: String, options: Options = .init()) throws {
    let model = try ModelDirectory(path: directory)
    let loaded = try WordPieceTokenizer.load(directory: model.transformerPath)
    let file = try Self.weights(of: model)
    guard loaded.tokenizer.tokenBound <= model.configuration.vocabularySize else {
      throw RAGError(
        .corrupt,
        "the tokenizer has token \(loaded.tokenizer.tokenBound - 1), the model only"
          + " \(model.configuration.vocabularySize); fetch the model again (tools/model)",
        path: directory)
    }
    let query = options.queryPrefix ?? model.queryPrefix
    let passage = options.passagePrefix ?? model.passagePrefix
    let textRoom = model.maximumLength - loaded.tokenizer.specialTokenCount
    let room = textRoom - loaded.tokenizer.tokenCount(of: passage)
    guard room > 0, loaded.tokenizer.tokenCount(of: query) < textRoom else {
      throw RAGError(
        .invalidInput, "the prefix leaves no room in \(model.maximumLength) tokens",
        path: directory)
    }
    report = try EncoderReport.current(threadCount: options.threadCount)
    forward = BERTForward(
      weights: try BERTWeights(file: file, configuration: model.configuration),
      blas: try BLAS.shared(), level: rag_cpu_detect())
    fingerprint = Self.fingerprint(
      model, weights: WeightsDigest().digest(of: file.file, rehashes: options.verifiesDigest),
      tokenizer: loaded.digest, query: query, passage: passage)
    name = model.name
    tokenizer = loaded.tokenizer
    maximumLength = model.maximumLength
    maximumTokenCount = room
    prefixes = [.query: query, .passage: passage]
    pooling = Pooling(
      mode: model.pooling, normalizes: model.normalizes,
      dimension: model.configuration.hiddenSize)
    workspaces = WorkspacePool(model.configuration)
  }

  /// The tokens of a text in a role, prefix and special tokens included, cut to the limit.
  func tokens(of text: String, as role: EmbeddingRole) -> [Int32] {
    let prefix = prefixes[role] ?? ""
    return tokenizer.modelTokens(
      of: prefix.isEmpty ? text : prefix + text, maximumLength: maximumLength)
  }
}

extension BERTEncoder {
  private static func weights(of model: ModelDirectory) throws -> SafetensorsFile {
    let path = model.weightsPath
    guard !fileExists(path) else { return try SafetensorsFile(path: path) }
    let others = ["model.safetensors.index.json", "pytorch_model.bin", "model.onnx", "tf_model.h5"]
    if let other = others.first(where: { fileExists(model.transformerPath + "/" + $0) }) {
      throw RAGError(
        .unsupported, "is not read; save the weights as one model.safetensors",
        path: model.transformerPath + "/" + other)
    }
    throw RAGError(.notFound, "is missing; fetch the model again (tools/model)", path: path)
  }

  /// Everything that decides a vector, in words. Free text is quoted, so that no two encoders
  /// share a fingerprint.
  private static func fingerprint(
    _ model: ModelDirectory, weights: String, tokenizer: String, query: String, passage: String
  ) -> String {
    let bert = model.configuration
    return [
      "bert", "weights=sha256:\(weights)", "tokenizer=sha256:\(tokenizer)",
      "layers=\(bert.layerCount)", "heads=\(bert.headCount)",
      "activation=\(bert.activation.rawValue)", "epsilon=\(bert.layerNormEpsilon)",
      "pooling=\(model.pooling.rawValue)", "normalized=\(model.normalizes)",
      "length=\(model.maximumLength)", "query=\(query.debugDescription)",
      "passage=\(passage.debugDescription)", "precision=f32",
    ].joined(separator: ";")
  }
}
