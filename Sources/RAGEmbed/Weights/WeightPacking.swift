import CRAGKernels
import RAGCore

extension EncoderWeights {
  /// Fills every part from a model's tensors.
  ///
  /// - Throws: ``RAGError`` `corrupt` for a missing tensor, a wrong shape or what is no number, `unsupported` for an
  ///   element type other than F32, F16 and BF16.
  func fill(
    from files: WeightFiles, named names: TensorNames, _ configuration: EncoderConfiguration,
    _ kernels: rag_encoder_kernels
  ) throws {
    let hidden = configuration.hiddenSize
    let packing = WeightPacking(files: files, kernels: kernels)
    try fillPositions(from: files, named: names, configuration)
    try packing.fill(embeddingNorm, from: names.embeddingNorm)
    if let relativeBias, let name = names.relativeAttentionBias,
      let positions = configuration.relativePositions
    {
      let table = try files.numbers(
        named: name, shape: [positions.bucketCount, configuration.headCount], times: Self.log2e)
      let width = 2 * configuration.positionCount - 1
      let target = UnsafeMutablePointer(mutating: relativeBias)
      for column in 0..<width {
        let bucket = positions.bucket(ofDistance: column - (configuration.positionCount - 1))
        for head in 0..<configuration.headCount {
          target[head * width + column] = table[bucket * configuration.headCount + head]
        }
      }
    }
    let queryScale = Self.log2e / Float(configuration.headSize).squareRoot()
    for (index, layer) in layers.enumerated() {
      let names = names.layer(index)
      try packing.fill(
        layer.attention,
        from: [
          .init(name: names.query, outputs: hidden, scale: queryScale),
          .init(name: names.key, outputs: hidden), .init(name: names.value, outputs: hidden),
        ], inputs: hidden)
      try packing.fill(
        layer.attentionOutput, from: [.init(name: names.attentionOutput, outputs: hidden)],
        inputs: hidden)
      try packing.fill(layer.attentionNorm, from: names.attentionNorm)
      try packing.fill(
        layer.up, from: [.init(name: names.up, outputs: configuration.intermediateSize)],
        inputs: hidden)
      try packing.fill(
        layer.down, from: [.init(name: names.down, outputs: hidden)],
        inputs: configuration.intermediateSize)
      try packing.fill(layer.outputNorm, from: names.outputNorm)
    }
  }

  private static let log2e: Float = 1.442_695_040_888_963_4

  /// Copies the table of positions and adds the first token type, which a single text has.
  private func fillPositions(
    from files: WeightFiles, named names: TensorNames, _ configuration: EncoderConfiguration
  ) throws {
    let hidden = configuration.hiddenSize
    let table = try files.numbers(
      named: names.positionEmbeddings,
      shape: [configuration.positionOffset + configuration.positionCount, hidden])
    var type = [Float](repeating: 0, count: hidden)
    if let name = names.tokenTypeEmbeddings {
      type = try files.numbers(named: name, shape: [configuration.tokenTypeCount, hidden])
    }
    let target = UnsafeMutablePointer(mutating: positionEmbeddings)
    let skipped =
      configuration.positionOffset + configuration.positionCount
      - configuration.positionRowCount
    for row in 0..<configuration.positionRowCount {
      for column in 0..<hidden {
        target[row * Self.padded(hidden) + column] =
          table[(skipped + row) * hidden + column] + type[column]
      }
    }
  }
}

/// Writes a model's tensors into the parts of ``EncoderWeights``, which are zero before.
private struct WeightPacking {
  /// One of the tensors that a linear layer joins.
  struct Source {
    var name: String
    var outputs: Int
    /// What its outputs are multiplied by.
    var scale: Float = 1
  }

  let files: WeightFiles
  let kernels: rag_encoder_kernels

  /// A norm, whose parts older models call `gamma` and `beta`.
  func fill(_ norm: rag_norm, from name: String) throws {
    let isOld =
      files.tensor(named: "\(name).weight") == nil && files.tensor(named: "\(name).gamma") != nil
    for (target, part) in [
      (norm.gamma, isOld ? "gamma" : "weight"), (norm.beta, isOld ? "beta" : "bias"),
    ] {
      let values = try files.numbers(named: "\(name).\(part)", shape: [norm.columns])
      UnsafeMutablePointer(mutating: target).update(from: values, count: norm.columns)
    }
  }

  func fill(_ linear: EncoderWeights.Linear, from sources: [Source], inputs: Int) throws {
    var first = 0
    for source in sources {
      let bias = try files.numbers(
        named: "\(source.name).bias", shape: [source.outputs], times: source.scale)
      let weights = try files.numbers(
        named: "\(source.name).weight", shape: [source.outputs, inputs], times: source.scale)
      switch linear {
      case .panels(let layer), .columns(let layer):
        UnsafeMutablePointer(mutating: layer.bias + first).update(from: bias, count: bias.count)
        rag_pack(
          weights, source.outputs, inputs, first, linear.panel,
          UnsafeMutablePointer(mutating: layer.weights))
      case .bytes(let layer):
        UnsafeMutablePointer(mutating: layer.bias + first).update(from: bias, count: bias.count)
        rag_pack_bytes(
          rotated(weights, rowLength: inputs, to: layer.inputs), source.outputs, layer.inputs,
          first, UnsafeMutablePointer(mutating: layer.weights),
          UnsafeMutablePointer(mutating: layer.scales), UnsafeMutablePointer(mutating: layer.sums))
      }
      first += source.outputs
    }
  }

  /// Rows, filled up to `width` values and turned as the inputs will be, so that products stay
  /// what they were.
  private func rotated(_ weights: [Float], rowLength: Int, to width: Int) -> [Float] {
    let count = rag_rotation_vectors(width)
    let factor = 1 / Float(count * count)
    var rotated = [Float](repeating: 0, count: weights.count / rowLength * width)
    var row = [Float](repeating: 0, count: width)
    for index in 0..<(weights.count / rowLength) {
      for column in 0..<rowLength { row[column] = weights[index * rowLength + column] * factor }
      rotated.withUnsafeMutableBufferPointer {
        // Rows of a layer, which has some, so there is a base.
        kernels.rotate(row, width, $0.baseAddress.unsafelyUnwrapped + index * width)
      }
    }
    return rotated
  }
}

extension WeightFiles {
  /// The values of a tensor, each multiplied by `factor`; all must be numbers, or rounding them to
  /// bytes would hide it.
  fileprivate func numbers(
    named name: String, shape: [Int], times factor: Float = 1
  ) throws -> [Float] {
    var values = try values(named: name, shape: shape)
    if factor != 1 { for index in values.indices { values[index] *= factor } }
    guard values.allSatisfy(\.isFinite) else {
      throw RAGError(
        .corrupt,
        "\(name.prefix(100)) has values that are no numbers; fetch the model again (tools/model)",
        path: path)
    }
    return values
  }
}
