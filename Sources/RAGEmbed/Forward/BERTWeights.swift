import RAGCore

/// The weights of an encoder, checked and laid out for the forward pass.
///
/// Matrices are transposed to `[inputs, outputs]` once, for the products are faster so for few
/// rows, and query, key and value are joined in one. The rest stays in the mapped files unless it
/// is stored in half precision.
final class BERTWeights: @unchecked Sendable {
  // Sendable: every pointer is into a mapped file or into `owned`, which nothing writes to once
  // `init` is done.

  typealias Vector = UnsafePointer<Float>

  struct Norm {
    let scale: Vector
    let shift: Vector
  }

  struct Linear {
    /// `[inputs, outputs]`.
    let weights: Vector
    /// `[outputs]`.
    let bias: Vector
  }

  struct Layer {
    /// To query, key and value, side by side.
    let attention: Linear
    let attentionOutput: Linear
    let attentionNorm: Norm
    let up: Linear
    let down: Linear
    let outputNorm: Norm
  }

  let configuration: EncoderConfiguration
  let files: WeightFiles
  /// `[vocabularySize, hiddenSize]`.
  let wordEmbeddings: Vector
  /// `[positionCount, hiddenSize]`, from the row of the first token on.
  let positionEmbeddings: Vector
  /// Of the first token type, which a single text has; zeros where the model has none.
  let tokenTypeEmbedding: Vector
  /// `[headCount, 2 positionCount - 1]`: see ``TensorLoader/relativeBias``. Nil without one.
  let relativeBias: Vector?
  let embeddingNorm: Norm
  let layers: [Layer]
  private let owned: [AlignedBuffer]

  /// Finds and checks every tensor.
  ///
  /// - Throws: ``RAGError`` `corrupt` for a missing tensor or a wrong shape, `unsupported` for an
  ///   element type other than F32, F16 and BF16.
  init(files: WeightFiles, configuration: EncoderConfiguration) throws {
    let names = try TensorNames(configuration.family, in: files)
    var loader = try TensorLoader(files: files, configuration: configuration)
    let hidden = configuration.hiddenSize
    let intermediate = configuration.intermediateSize
    wordEmbeddings = try loader.values(
      names.wordEmbeddings, [configuration.vocabularySize, hidden])
    positionEmbeddings =
      try loader.values(
        names.positionEmbeddings,
        [configuration.positionOffset + configuration.positionCount, hidden])
      + configuration.positionOffset * hidden
    let zeros = try AlignedBuffer(count: hidden)
    tokenTypeEmbedding =
      if let name = names.tokenTypeEmbeddings {
        try loader.values(name, [configuration.tokenTypeCount, hidden])
      } else {
        // A configuration has a hidden size of at least 1, and its buffer a start.
        UnsafePointer(zeros.values.baseAddress.unsafelyUnwrapped)
      }
    relativeBias =
      if let name = names.relativeAttentionBias, let positions = configuration.relativePositions {
        try loader.relativeBias(
          name, positions, headCount: configuration.headCount,
          positionCount: configuration.positionCount)
      } else { nil }
    embeddingNorm = try loader.norm(names.embeddingNorm)
    layers = try (0..<configuration.layerCount).map { index in
      let layer = names.layer(index)
      return Layer(
        attention: try loader.linear(
          [layer.query, layer.key, layer.value], inputs: hidden, outputs: hidden),
        attentionOutput: try loader.linear(
          [layer.attentionOutput], inputs: hidden, outputs: hidden),
        attentionNorm: try loader.norm(layer.attentionNorm),
        up: try loader.linear([layer.up], inputs: hidden, outputs: intermediate),
        down: try loader.linear([layer.down], inputs: intermediate, outputs: hidden),
        outputNorm: try loader.norm(layer.outputNorm))
    }
    owned = loader.owned + [zeros]
    self.files = files
    self.configuration = configuration
  }
}
