import CRAGKernels
import RAGCore

/// The forward pass of BERT (Devlin et al. 2019; Vaswani et al. 2017) over several texts at once.
///
/// Texts lie end to end, without padding to a common length, so that each linear layer is one
/// product over all their tokens; attention runs per text and head. A token's values do not depend
/// on the other texts.
struct BERTForward: Sendable {
  let weights: BERTWeights
  let blas: BLAS
  let level: rag_cpu_level

  private var configuration: EncoderConfiguration { weights.configuration }

  /// Computes the last hidden states of texts, given as tokens of the vocabulary, and hands
  /// `body` those of each text, `[tokens of the text, hiddenSize]`.
  ///
  /// - Throws: ``RAGError`` `cancelled`, checked before each layer.
  func withStates<Result>(
    of texts: [[Int32]], in workspace: Workspace,
    _ body: ([UnsafePointer<Float>]) throws -> Result
  ) throws -> Result {
    var rowCount = 0
    let places = texts.map { text in
      let start = blas.textStart(after: rowCount)
      rowCount = start + text.count
      return start..<rowCount
    }
    let matrices = try workspace.matrices(
      rowCount: paddedRowCount(rowCount), length: texts.map(\.count).max() ?? 0)
    for (text, place) in zip(texts, places) { embed(text, at: place.lowerBound, matrices) }
    for layer in weights.layers {
      if Task.isCancelled { throw RAGError(.cancelled, "embedding was cancelled") }
      run(layer, places, rowCount: rowCount, matrices)
    }
    return try body(
      places.map {
        UnsafePointer(matrices.state + $0.lowerBound * configuration.hiddenSize)
      })
  }

  /// The most rows that any product needs.
  private func paddedRowCount(_ rowCount: Int) -> Int {
    let hidden = configuration.hiddenSize
    let intermediate = configuration.intermediateSize
    return [(hidden, hidden), (hidden, 3 * hidden), (hidden, intermediate), (intermediate, hidden)]
      .reduce(rowCount) {
        max($0, blas.paddedRowCount(rowCount, inner: $1.0, columns: $1.1))
      }
  }

  private func embed(_ text: [Int32], at start: Int, _ matrices: Workspace.Matrices) {
    let hidden = configuration.hiddenSize
    // A padding token within a text stands at the row before the first, and is not counted.
    let padding = configuration.positionOffset - 1
    var nextPosition = 0
    for (index, token) in text.enumerated() {
      let isPadding = Int(token) == padding
      let position = isPadding ? -1 : nextPosition
      rag_residual_layer_norm(
        level, matrices.state + (start + index) * hidden,
        weights.wordEmbeddings + Int(token) * hidden, weights.tokenTypeEmbedding,
        weights.positionEmbeddings + position * hidden, weights.embeddingNorm.scale,
        weights.embeddingNorm.shift, configuration.layerNormEpsilon, 1, hidden)
      if !isPadding { nextPosition += 1 }
    }
  }

  /// Runs a layer over all rows; those between texts hold what they hold, and touch no others.
  private func run(
    _ layer: BERTWeights.Layer, _ places: [Range<Int>], rowCount: Int,
    _ matrices: Workspace.Matrices
  ) {
    let hidden = configuration.hiddenSize
    let intermediate = configuration.intermediateSize
    blas.multiply(
      matrices.state, by: layer.attention.weights, into: matrices.heads, rows: rowCount,
      inner: hidden, columns: 3 * hidden)
    rag_add_bias(level, matrices.heads, layer.attention.bias, rowCount, 3 * hidden)
    for place in places { attend(from: place.lowerBound, length: place.count, matrices) }
    blas.multiply(
      matrices.context, by: layer.attentionOutput.weights, into: matrices.update, rows: rowCount,
      inner: hidden, columns: hidden)
    addUpdate(layer.attentionOutput.bias, layer.attentionNorm, rowCount: rowCount, matrices)
    blas.multiply(
      matrices.state, by: layer.up.weights, into: matrices.intermediate, rows: rowCount,
      inner: hidden, columns: intermediate)
    rag_bias_activation(
      level, activation, matrices.intermediate, layer.up.bias, rowCount, intermediate)
    blas.multiply(
      matrices.intermediate, by: layer.down.weights, into: matrices.update, rows: rowCount,
      inner: intermediate, columns: hidden)
    addUpdate(layer.down.bias, layer.outputNorm, rowCount: rowCount, matrices)
  }

  /// Scaled dot-product attention of one text, head by head. The sizes of its products are those
  /// of the text, so they too are the same in every batch.
  private func attend(from start: Int, length: Int, _ matrices: Workspace.Matrices) {
    let hidden = configuration.hiddenSize
    let size = configuration.headSize
    let scale = 1 / Float(size).squareRoot()
    for head in 0..<configuration.headCount {
      let query = matrices.heads + start * 3 * hidden + head * size
      blas.multiply(
        rows: length, columns: length, inner: size, scale: scale, query, stride: 3 * hidden,
        query + hidden, stride: 3 * hidden, transposesB: true, into: matrices.scores,
        stride: length)
      addRelativeBias(head: head, length: length, to: matrices.scores)
      rag_softmax(level, matrices.scores, length, length, length)
      blas.multiply(
        rows: length, columns: size, inner: length, matrices.scores, stride: length,
        query + 2 * hidden, stride: 3 * hidden,
        into: matrices.context + start * hidden + head * size, stride: hidden)
    }
  }

  /// Adds the biases of the distances between tokens, where the model has them, to the scores
  /// `[length, length]` of one head.
  private func addRelativeBias(head: Int, length: Int, to scores: UnsafeMutablePointer<Float>) {
    guard let biases = weights.relativeBias else { return }
    let count = configuration.positionCount
    let middle = biases + head * (2 * count - 1) + (count - 1)
    for query in 0..<length {
      rag_add_bias(level, scores + query * length, middle - query, 1, length)
    }
  }

  private func addUpdate(
    _ bias: UnsafePointer<Float>, _ norm: BERTWeights.Norm, rowCount: Int,
    _ matrices: Workspace.Matrices
  ) {
    rag_residual_layer_norm(
      level, matrices.state, matrices.update, bias, matrices.state, norm.scale, norm.shift,
      configuration.layerNormEpsilon, rowCount, configuration.hiddenSize)
  }

  private var activation: rag_activation {
    switch configuration.activation {
    case .gelu: RAG_ACTIVATION_GELU_ERF
    case .geluTanh: RAG_ACTIVATION_GELU_TANH
    case .relu: RAG_ACTIVATION_RELU
    }
  }
}
