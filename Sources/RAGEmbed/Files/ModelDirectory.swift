import RAGCore

/// A sentence encoder's directory in the layout of sentence-transformers: which files make it, and
/// what they say beside the weights.
package struct ModelDirectory: Sendable {
  package let path: String
  package let modules: ModuleList
  package let configuration: EncoderConfiguration
  /// The most tokens of one text, special tokens included.
  package let maximumLength: Int
  /// Whether texts are to be put into lower case before the tokenizer has them.
  package let lowercases: Bool
  package let queryPrefix: String
  package let passagePrefix: String
  /// How many components of a vector the model is meant to keep; nil keeps all.
  package let dimensions: Int?

  /// Where `config.json`, the tokenizer and the weights are.
  package var transformerPath: String { modules.transformer }
  /// The name for people: the last part of the path.
  package var name: String { path.split(separator: "/").last.map(String.init) ?? path }

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
    modules = try ModuleList(directory: path)
    let configurationPath = modules.transformer + "/config.json"
    guard fileExists(configurationPath) else {
      throw RAGError(
        .notFound, "is missing, so this is no encoder; run tools/model to fetch the default one",
        path: configurationPath)
    }
    configuration = try EncoderConfiguration(path: configurationPath)
    let sentence = try Self.transformerOptions(in: modules.transformer)
    maximumLength = try Self.maximumLength(sentence, modules.transformer, configuration)
    lowercases = sentence?["do_lower_case"]?.bool ?? false

    let optionsPath = path + "/config_sentence_transformers.json"
    let options = try JSONValue.read(ifPresent: optionsPath) ?? .object([:])
    queryPrefix = Self.prompt(["query"], in: options)
    passagePrefix = Self.prompt(["document", "passage", "corpus"], in: options)
    dimensions = options["truncate_dim"]?.integer
    guard options["truncate_dim"] == nil || dimensions.map({ $0 > 0 }) == true else {
      throw RAGError(.corrupt, "truncate_dim is no number above 0", path: optionsPath)
    }
  }
}

extension ModelDirectory {
  /// The options of the transformer module, whose file is named after the kinds of model that
  /// early versions knew.
  private static func transformerOptions(in path: String) throws -> JSONValue? {
    for kind in ["bert", "roberta", "distilbert", "camembert", "xlm-roberta"] {
      if let json = try JSONValue.read(ifPresent: "\(path)/sentence_\(kind)_config.json") {
        return json
      }
    }
    return nil
  }

  /// The limit of sentence-transformers, else the tokenizer's, and never more than there are
  /// positions. The truncation in `tokenizer.json` is another program's choice.
  private static func maximumLength(
    _ sentence: JSONValue?, _ path: String, _ configuration: EncoderConfiguration
  ) throws -> Int {
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

  /// The first prompt of these names that says something, or nothing where one is there and empty,
  /// or else the default one.
  private static func prompt(_ names: [String], in options: JSONValue) -> String {
    guard let prompts = options["prompts"] else { return "" }
    let stated = names.compactMap { prompts[$0]?.string }
    return stated.first { !$0.isEmpty } ?? stated.first
      ?? options["default_prompt_name"]?.string.flatMap { prompts[$0]?.string } ?? ""
  }
}
