import RAGCore

/// What makes a text's vector of its tokens' states: pooling, the modules after it in the order of
/// `modules.json`, and the cut to the first components (Kusupati et al. 2022).
struct EmbeddingHead: Sendable {
  /// A module after the pooling.
  private enum Module: Sendable {
    case dense(DenseModule)
    case layerNorm(LayerNormLayer)
    case normalize
  }

  let pooling: Pooling
  /// The length of a vector.
  let dimension: Int
  /// Whether vectors have the length 1.
  let normalizes: Bool
  private let modules: [Module]
  /// Whether ``dimension`` is less than the model's own.
  private let truncates: Bool

  /// Reads the modules of a model, whose vectors keep `dimensions` components; nil leaves it to
  /// the model.
  ///
  /// - Throws: ``RAGError`` `unsupported`, `corrupt` or `notFound` for modules that cannot be
  ///   used, `invalidInput` for `dimensions` that are not from 1 to the model's own.
  init(_ model: ModelDirectory, dimensions: Int?) throws {
    pooling = try Pooling(
      folder: model.modules.pooling, width: model.configuration.hiddenSize)
    var width = pooling.dimension
    var modules: [Module] = []
    for module in model.modules.others {
      switch module.kind {
      case .dense:
        let dense = try DenseModule(folder: module.folder, inputCount: width)
        width = dense.layer.outputCount
        modules.append(.dense(dense))
      case .layerNorm:
        modules.append(.layerNorm(try LayerNormLayer(folder: module.folder, width: width)))
      case .normalize:
        if fileExists(module.folder + "/config.json") {
          try ModuleConfiguration(folder: module.folder, kind: "Normalize")
            .requireSentenceVector()
        }
        modules.append(.normalize)
      }
    }
    self.modules = modules
    if case .normalize? = modules.last { normalizes = true } else { normalizes = false }
    if let dimensions, !(1...width).contains(dimensions) {
      throw RAGError(
        .invalidInput, "\(dimensions) dimensions were asked for; the model has 1 to \(width)",
        path: model.path)
    }
    // A model may state more than it has; so do those that were cut after they were made.
    dimension = dimensions ?? min(model.dimensions ?? width, width)
    truncates = dimension < width
  }

  /// The vector of a text, of whose `[count, hiddenSize]` states, with rows `stride` apart, the first `promptCount` are a
  /// prompt's.
  func vector(
    of states: UnsafePointer<Float>, stride: Int, count: Int, promptCount: Int
  ) -> [Float] {
    var vector = pooling.vector(
      of: states, stride: stride, count: count, promptCount: promptCount)
    for module in modules {
      switch module {
      case .dense(let dense): vector = dense.layer.outputs(of: vector)
      case .layerNorm(let layer): vector = layer.outputs(of: vector)
      case .normalize: Self.normalize(&vector)
      }
    }
    if truncates {
      vector.removeLast(vector.count - dimension)
      if normalizes { Self.normalize(&vector) }
    }
    return vector
  }

  /// Scales to length 1; a vector of zeros stays one.
  private static func normalize(_ vector: inout [Float]) {
    let square = vector.reduce(0.0) { $0 + Double($1) * Double($1) }
    let scale = 1 / max(square.squareRoot(), 1e-12)
    for column in vector.indices { vector[column] = Float(Double(vector[column]) * scale) }
  }

  /// What decides a vector, in words; what is usual is left out.
  var fingerprint: [String] {
    var parts = [
      "pooling=\(pooling.modes.map(\.rawValue).joined(separator: "+"))",
      "normalized=\(normalizes)",
    ]
    if !pooling.includesPrompt { parts.append("prompt=left out") }
    let isUsual = modules.isEmpty || (modules.count == 1 && normalizes)
    if !isUsual {
      let names = modules.map { module in
        switch module {
        case .dense(let dense):
          "dense(\(dense.layer.outputCount),\(dense.layer.activation.rawValue),"
            + "sha256:\(dense.digest))"
        case .layerNorm(let layer): "layernorm(sha256:\(layer.digest))"
        case .normalize: "normalize"
        }
      }
      parts.append("modules=\(names.joined(separator: ","))")
    }
    if truncates { parts.append("dimensions=\(dimension)") }
    return parts
  }
}
