import RAGCore

/// A sentence encoder's directory in the layout of sentence-transformers: which files make it, and
/// what they say beside the weights.
package struct ModelDirectory: Sendable {
  package let path: String
  package let modules: ModuleList
  /// `config.json`, the tokenizer and the weights.
  package let transformer: TransformerDirectory
  package let queryPrefix: String
  package let passagePrefix: String
  /// How many components of a vector the model is meant to keep; nil keeps all.
  package let dimensions: Int?

  package var configuration: EncoderConfiguration { transformer.configuration }
  /// The most tokens of one text, special tokens included.
  package var maximumLength: Int { transformer.maximumLength }
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
    transformer = try TransformerDirectory(path: modules.transformer)

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
  /// The first prompt of these names that says something, or nothing where one is there and empty,
  /// or else the default one.
  private static func prompt(_ names: [String], in options: JSONValue) -> String {
    guard let prompts = options["prompts"] else { return "" }
    let stated = names.compactMap { prompts[$0]?.string }
    return stated.first { !$0.isEmpty } ?? stated.first
      ?? options["default_prompt_name"]?.string.flatMap { prompts[$0]?.string } ?? ""
  }
}
