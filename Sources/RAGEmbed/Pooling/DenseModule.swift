import RAGCore

/// The `Dense` module of sentence-transformers.
struct DenseModule: Sendable {
  let layer: DenseLayer
  /// SHA-256 of the weights.
  let digest: String

  /// Reads the module in a folder.
  ///
  /// - Throws: ``RAGError`` `unsupported` for a function or an option that is not known, `corrupt`
  ///   for damage, and what ``WeightFiles/init(directory:)`` throws.
  init(folder: String, inputCount: Int) throws {
    let module = try ModuleConfiguration(folder: folder, kind: "Dense")
    let stated = try module.size("in_features")
    guard stated == inputCount else {
      throw module.error(.corrupt, "takes vectors of \(stated), those before it have \(inputCount)")
    }
    try module.requireSentenceVector()
    guard module.json["use_residual"]?.bool != true else {
      throw module.error(.unsupported, "use_residual is set")
    }
    let name = module.json["activation_function"]?.string ?? DenseLayer.Activation.tanh.rawValue
    guard let activation = DenseLayer.Activation(rawValue: name) else {
      throw module.error(
        .unsupported, "its activation is \(String(name.prefix(80)).debugDescription)")
    }
    let outputCount = try module.size("out_features")
    let files = try WeightFiles(directory: folder)
    layer = try DenseLayer(
      files, named: "linear", inputCount: inputCount, outputCount: outputCount,
      activation: activation, hasBias: module.json["bias"]?.bool ?? true)
    digest = files.digest()
  }
}
