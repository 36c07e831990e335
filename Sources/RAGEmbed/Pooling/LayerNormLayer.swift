import RAGCore

/// Normalises the components of a text's vector: the `LayerNorm` module of sentence-transformers.
struct LayerNormLayer: Sendable {
  /// SHA-256 of the weights.
  let digest: String
  private let scale: [Float]
  private let shift: [Float]

  /// Reads the module in a folder.
  ///
  /// - Throws: ``RAGError`` `corrupt` for damage, and what ``WeightFiles/init(directory:)`` throws.
  init(folder: String, width: Int) throws {
    let module = try ModuleConfiguration(folder: folder, kind: "LayerNorm")
    let stated = try module.size("dimension")
    guard stated == width else {
      throw module.error(.corrupt, "takes vectors of \(stated), those before it have \(width)")
    }
    let files = try WeightFiles(directory: folder)
    scale = try files.values(named: "norm.weight", shape: [width])
    shift = try files.values(named: "norm.bias", shape: [width])
    digest = files.digest()
  }

  /// The outputs for a vector.
  func outputs(of inputs: [Float]) -> [Float] {
    let count = Double(inputs.count)
    let mean = inputs.reduce(0.0) { $0 + Double($1) } / count
    let variance = inputs.reduce(0.0) { $0 + (Double($1) - mean) * (Double($1) - mean) } / count
    // PyTorch's default, which the module does not change.
    let factor = 1 / (variance + 1e-5).squareRoot()
    return inputs.indices.map {
      Float((Double(inputs[$0]) - mean) * factor) * scale[$0] + shift[$0]
    }
  }
}
