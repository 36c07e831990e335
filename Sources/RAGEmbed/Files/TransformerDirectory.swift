import RAGCore

/// A transformer and its tokenizer in the layout of Hugging Face: a directory, or the folder of a
/// model's first module.
package struct TransformerDirectory: Sendable {
  package let path: String
  package let configuration: EncoderConfiguration
  /// The most tokens of one input, special tokens included.
  package let maximumLength: Int
  /// Whether texts are to be put into lower case before the tokenizer has them.
  private let lowercases: Bool

  /// Where `config.json` is.
  var configurationPath: String { path + "/config.json" }

  /// Reads the configuration files.
  ///
  /// - Throws: ``RAGError`` `notFound`, `unsupported` or `corrupt`.
  package init(path: String) throws {
    self.path = path
    let configurationPath = path + "/config.json"
    guard fileExists(configurationPath) else {
      throw RAGError(
        .notFound, "is missing, so this is no encoder; run tools/model to fetch the default one",
        path: configurationPath)
    }
    configuration = try EncoderConfiguration(path: configurationPath)
    let sentence = try Self.options(in: path)
    maximumLength = try Self.maximumLength(sentence, path, configuration)
    lowercases = sentence?["do_lower_case"]?.bool ?? false
  }

  /// Reads the tokenizer, which must fit the model.
  ///
  /// - Throws: ``RAGError`` `corrupt` for tokens that the model has not, `unsupported` for texts
  ///   that would have to be put into lower case, and what ``TokenizerLoader`` throws.
  package func tokenizer() throws -> TokenizerLoader.Loaded {
    let loaded = try TokenizerLoader.load(directory: path)
    guard loaded.tokenizer.tokenBound <= configuration.vocabularySize else {
      throw RAGError(
        .corrupt,
        "the tokenizer has token \(loaded.tokenizer.tokenBound - 1), the model only"
          + " \(configuration.vocabularySize); fetch the model again (tools/model)", path: path)
    }
    guard !lowercases || lowercases(loaded.tokenizer) else {
      throw RAGError(
        .unsupported,
        "texts are to be put into lower case (do_lower_case) before a tokenizer that tells case"
          + " apart", path: path)
    }
    return loaded
  }

  /// The names of the model's inputs, where the directory states them.
  func inputNames() throws -> [String]? {
    try JSONValue.read(ifPresent: path + "/tokenizer_config.json")?["model_input_names"]?.array?
      .compactMap(\.string)
  }

  /// Whether letters of both cases give the same tokens.
  private func lowercases(_ tokenizer: some ModelTokenizer) -> Bool {
    func tokens(_ text: String) -> [Int32] {
      tokenizer.modelTokens(of: text, maximumLength: maximumLength)
    }
    return "ABCDEFGHIJKLMNOPQRSTUVWXYZ".allSatisfy {
      tokens(String($0)) == tokens($0.lowercased())
    }
  }

  /// The options of the transformer module, whose file is named after the kinds of model that
  /// early versions knew.
  private static func options(in path: String) throws -> JSONValue? {
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
}
