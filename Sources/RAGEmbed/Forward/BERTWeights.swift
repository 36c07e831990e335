import RAGCore

/// The weights of a BERT encoder, checked and laid out for the forward pass.
///
/// Matrices are transposed to `[inputs, outputs]` once, for the products are faster so for few
/// rows, and query, key and value are joined in one. The rest stays in the mapped file unless it
/// is stored in half precision.
final class BERTWeights: @unchecked Sendable {
  // Sendable: every pointer is into the mapped file or into `owned`, which nothing writes to once
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

  let configuration: BERTConfiguration
  let file: SafetensorsFile
  /// `[vocabularySize, hiddenSize]`.
  let wordEmbeddings: Vector
  /// `[positionCount, hiddenSize]`.
  let positionEmbeddings: Vector
  /// Of the first token type, which a single text has.
  let tokenTypeEmbedding: Vector
  let embeddingNorm: Norm
  let layers: [Layer]
  private let owned: [AlignedBuffer]

  /// Finds and checks every tensor.
  ///
  /// - Throws: ``RAGError`` `corrupt` for a missing tensor or a wrong shape, `unsupported` for an
  ///   element type other than F32, F16 and BF16.
  init(file: SafetensorsFile, configuration: BERTConfiguration) throws {
    var loader = try TensorLoader(file: file, configuration: configuration)
    let hidden = configuration.hiddenSize
    let intermediate = configuration.intermediateSize
    wordEmbeddings = try loader.values(
      "embeddings.word_embeddings.weight", [configuration.vocabularySize, hidden])
    positionEmbeddings = try loader.values(
      "embeddings.position_embeddings.weight", [configuration.positionCount, hidden])
    tokenTypeEmbedding = try loader.values(
      "embeddings.token_type_embeddings.weight", [configuration.tokenTypeCount, hidden])
    embeddingNorm = try loader.norm("embeddings.LayerNorm")
    layers = try (0..<configuration.layerCount).map { index in
      let name = "encoder.layer.\(index)"
      let heads = ["query", "key", "value"].map { "\(name).attention.self.\($0)" }
      return Layer(
        attention: try loader.linear(heads, inputs: hidden, outputs: hidden),
        attentionOutput: try loader.linear(
          ["\(name).attention.output.dense"], inputs: hidden, outputs: hidden),
        attentionNorm: try loader.norm("\(name).attention.output.LayerNorm"),
        up: try loader.linear(
          ["\(name).intermediate.dense"], inputs: hidden, outputs: intermediate),
        down: try loader.linear(["\(name).output.dense"], inputs: intermediate, outputs: hidden),
        outputNorm: try loader.norm("\(name).output.LayerNorm"))
    }
    owned = loader.owned
    self.file = file
    self.configuration = configuration
  }
}
