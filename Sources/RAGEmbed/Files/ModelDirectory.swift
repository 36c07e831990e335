import RAGCore

/// How token vectors become one vector.
package enum PoolingMode: String, Sendable, Hashable, CaseIterable {
  case mean
  /// The vector of the first token.
  case cls
  case max
}

/// A sentence encoder's directory in the layout of sentence-transformers: which files make it, and
/// what they say beside the weights.
package struct ModelDirectory: Sendable {
  package let path: String
  /// Where `config.json`, the tokenizer and the weights are: `path` itself, or a module's folder.
  package let transformerPath: String
  package let configuration: BERTConfiguration
  package let pooling: PoolingMode
  package let normalizes: Bool
  /// The most tokens of one text, special tokens included.
  package let maximumLength: Int
  package let queryPrefix: String
  package let passagePrefix: String

  /// The name for people: the last part of the path.
  package var name: String { path.split(separator: "/").last.map(String.init) ?? path }
  package var weightsPath: String { transformerPath + "/model.safetensors" }

  /// Reads the directory's configuration files.
  ///
  /// - Throws: ``RAGError`` `notFound` (the message names `tools/model`), `unsupported` or
  ///   `corrupt`.
  package init(path: String) throws {
    guard fileExists(path) else {
      throw RAGError(
        .notFound, "no encoder is here; run tools/model to fetch the default one, or name another",
        path: path)
    }
    self.path = path
    let modules = try Self.modules(in: path)
    transformerPath = modules.transformer.isEmpty ? path : path + "/" + modules.transformer
    let configurationPath = transformerPath + "/config.json"
    guard fileExists(configurationPath) else {
      throw RAGError(
        .notFound, "is missing, so this is no encoder; run tools/model to fetch the default one",
        path: configurationPath)
    }
    configuration = try BERTConfiguration(path: configurationPath)
    let prompts = try Self.prompts(in: path)
    queryPrefix = prompts.query
    passagePrefix = prompts.passage
    pooling = try Self.pooling(
      in: path + "/" + (modules.pooling ?? "1_Pooling"), configuration,
      hasPrefix: !(prompts.query + prompts.passage).isEmpty)
    normalizes = modules.normalizes
    maximumLength = try Self.maximumLength(in: transformerPath, configuration)
  }
}

extension ModelDirectory {
  private struct Modules {
    var transformer = ""
    var pooling: String?
    var normalizes = false
  }

  /// Reads `modules.json`; without one, a bare transformer is pooled and not normalised.
  private static func modules(in path: String) throws -> Modules {
    let file = path + "/modules.json"
    var modules = Modules()
    guard let list = try JSONValue.read(ifPresent: file)?.array else { return modules }
    for module in list {
      let type = module["type"]?.string ?? ""
      let folder = module["path"]?.string ?? ""
      guard !folder.hasPrefix("/"), !folder.split(separator: "/").contains("..") else {
        throw RAGError(.invalidInput, "a module lies outside the directory", path: file)
      }
      switch type.split(separator: ".").last {
      case "Transformer": modules.transformer = folder
      case "Pooling": modules.pooling = folder
      case "Normalize": modules.normalizes = true
      default:
        throw RAGError(
          .unsupported,
          "the module \(type.prefix(80).debugDescription) is not read; Transformer, Pooling and"
            + " Normalize are", path: file)
      }
    }
    return modules
  }

  private static func pooling(
    in folder: String, _ configuration: BERTConfiguration, hasPrefix: Bool
  ) throws -> PoolingMode {
    let file = folder + "/config.json"
    guard let json = try JSONValue.read(ifPresent: file) else { return .mean }
    func unsupported(_ what: String) -> RAGError {
      RAGError(.unsupported, "\(what); mean, cls and max pooling are read", path: file)
    }
    let width = json["word_embedding_dimension"]?.integer ?? json["embedding_dimension"]?.integer
    guard width == nil || width == configuration.hiddenSize else {
      throw RAGError(
        .corrupt, "pools vectors of \(width ?? 0), the model's have \(configuration.hiddenSize)",
        path: file)
    }
    guard json["include_prompt"]?.bool != false || !hasPrefix else {
      throw unsupported("it leaves the prompt out of the pooling")
    }
    if let name = json["pooling_mode"] {
      guard let mode = name.string.flatMap(PoolingMode.init(rawValue:)) else {
        throw unsupported("its pooling mode is not known")
      }
      return mode
    }
    let keys = [
      "pooling_mode_mean_tokens": PoolingMode.mean, "pooling_mode_cls_token": .cls,
      "pooling_mode_max_tokens": .max,
    ]
    let chosen = (json.object ?? [:]).filter {
      $0.key.hasPrefix("pooling_mode_") && $0.value == .bool(true)
    }.map(\.key)
    guard chosen.count <= 1 else { throw unsupported("it joins several poolings") }
    guard let key = chosen.first else { return .mean }
    guard let mode = keys[key] else { throw unsupported("\(key.prefix(60)) is set") }
    return mode
  }

  /// The limit of sentence-transformers, else the tokenizer's, and never more than there are
  /// positions. The truncation in `tokenizer.json` is another program's choice.
  private static func maximumLength(
    in path: String, _ configuration: BERTConfiguration
  ) throws -> Int {
    let sentence = try JSONValue.read(ifPresent: path + "/sentence_bert_config.json")
    let tokenizer = try JSONValue.read(ifPresent: path + "/tokenizer_config.json")
    // Tokenizers without a limit say 1e30.
    let stated =
      sentence?["max_seq_length"]?.integer ?? tokenizer?["model_max_length"]?.integer
      ?? configuration.positionCount
    let length = min(stated, configuration.positionCount)
    guard length >= 3 else {
      throw RAGError(
        .corrupt, "a limit of \(length) tokens leaves no room for text", path: path)
    }
    return length
  }

  private static func prompts(in path: String) throws -> (query: String, passage: String) {
    let file = path + "/config_sentence_transformers.json"
    guard let json = try JSONValue.read(ifPresent: file), let prompts = json["prompts"] else {
      return ("", "")
    }
    let standard = json["default_prompt_name"]?.string.flatMap { prompts[$0]?.string } ?? ""
    return (
      prompts["query"]?.string ?? standard,
      prompts["passage"]?.string ?? prompts["document"]?.string ?? standard
    )
  }
}
