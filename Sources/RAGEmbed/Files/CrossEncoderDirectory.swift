import RAGCore

/// A cross-encoder's directory: a sequence classifier of Hugging Face, with or without the files of
/// sentence-transformers.
package struct CrossEncoderDirectory: Sendable {
  package let path: String
  package let transformer: TransformerDirectory
  /// 1 or 2.
  package let labelCount: Int
  package let scale: CrossEncoder.Scale

  /// The name for people: the last part of the path.
  package var name: String { path.split(separator: "/").last.map(String.init) ?? path }

  /// Reads the directory's configuration files.
  ///
  /// - Throws: ``RAGError`` `notFound`, `unsupported` or `corrupt`.
  package init(path: String) throws {
    guard fileExists(path) else {
      throw RAGError(
        .notFound,
        "no cross-encoder is here; name the directory of one, such as \(Self.example)", path: path)
    }
    guard fileExists(path + "/config.json") || fileExists(path + "/modules.json") else {
      throw RAGError(
        .notFound,
        "no model is in here (there is no config.json); name the directory of a cross-encoder, such"
          + " as \(Self.example)", path: path)
    }
    self.path = path
    transformer = try TransformerDirectory(path: Self.transformerPath(in: path))
    let file = transformer.configurationPath
    let json = try JSONValue.read(file)
    if let kinds = json["architectures"]?.array?.compactMap(\.string), let kind = kinds.first,
      !kinds.contains(where: { $0.hasSuffix(Self.architecture) })
    {
      throw RAGError(
        .unsupported,
        "the model is \(kind.prefix(60)), which scores no pairs of texts; as a reranker, name a"
          + " cross-encoder (\(Self.architecture)), such as \(Self.example)", path: file)
    }
    // Without either, Hugging Face takes two.
    labelCount = json["id2label"]?.object?.count ?? json["num_labels"]?.integer ?? 2
    guard (1...2).contains(labelCount) else {
      throw RAGError(
        .unsupported,
        "the classifier has \(labelCount) labels, so it does not say how relevant a text is; name a"
          + " cross-encoder with one score or two labels, such as \(Self.example)", path: file)
    }
    scale = labelCount == 2 ? .probability : try Self.scale(json, file, options: path)
  }

  /// The weights, of which the classifier is a part.
  ///
  /// - Throws: ``RAGError`` `unsupported` where there is no classifier, and what
  ///   ``WeightFiles/init(directory:)`` throws.
  func weights() throws -> (files: WeightFiles, names: TensorNames) {
    let files = try WeightFiles(directory: transformer.path)
    let names = try TensorNames(transformer.configuration.family, in: files)
    let tensor = names.classifier.output + ".weight"
    guard files.tensor(named: tensor) != nil else {
      throw RAGError(
        .unsupported,
        "lacks the tensor \(tensor.prefix(100)), so this is no cross-encoder, or one that was saved"
          + " without its head; as a reranker, name one such as \(Self.example)", path: files.path)
    }
    return (files, names)
  }

  private static let architecture = "ForSequenceClassification"
  private static let example = "cross-encoder/ms-marco-MiniLM-L-6-v2"
}

extension CrossEncoderDirectory {
  /// The folder of the one module, where `modules.json` names it.
  private static func transformerPath(in path: String) throws -> String {
    let file = path + "/modules.json"
    guard let json = try JSONValue.read(ifPresent: file) else { return path }
    guard let list = json.array, let first = list.first else {
      throw RAGError(.corrupt, "is no list of modules; fetch the model again", path: file)
    }
    guard list.count == 1, first["type"]?.string?.hasSuffix(".Transformer") == true else {
      throw RAGError(
        .unsupported,
        "lists more than a Transformer, so this is a sentence encoder or another kind of reranker;"
          + " name a cross-encoder (\(architecture)), such as \(example)", path: file)
    }
    return try ModuleList.folder(of: first, in: path, file: file)
  }

  /// What sentence-transformers makes of a model's one output: what either file names, newer
  /// entries first, else the sigmoid.
  private static func scale(
    _ json: JSONValue, _ file: String, options path: String
  ) throws -> CrossEncoder.Scale {
    let options = try JSONValue.read(ifPresent: path + "/config_sentence_transformers.json")
    let stated =
      options?["activation_fn"] ?? json["sentence_transformers"]?["activation_fn"]
      ?? json["sbert_ce_default_activation_function"]
    guard let stated else { return .probability }
    let name = stated.string ?? ""
    switch name.split(separator: ".").last {
    case "Sigmoid" where name.hasPrefix("torch."): return .probability
    case "Identity" where name.hasPrefix("torch."): return .logit
    default:
      throw RAGError(
        .unsupported,
        "the function of its score is \(String(name.prefix(80)).debugDescription); Sigmoid and"
          + " Identity of torch are known", path: file)
    }
  }
}
