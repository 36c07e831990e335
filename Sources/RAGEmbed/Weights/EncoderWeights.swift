import CRAGKernels

/// An encoder's weights in the layout that the forward pass reads: one block of memory, which is
/// filled once and may then be kept in a file.
///
/// Vectors are filled up with zeros to whole SIMD vectors (``padded(_:)``), matrices are packed in
/// panels (`encoder_kernels.h`). Query, key and value are joined in one layer, and queries come out
/// multiplied by log2(e) / sqrt(head size), as attention wants them.
struct EncoderWeights: @unchecked Sendable {
  // Sendable: nothing writes through the pointers once they are filled; see `WeightPacking`.

  typealias Vector = UnsafePointer<Float>

  /// A linear layer, by how its matrix is stored.
  enum Linear {
    /// Float32, in panels for the engine's own kernels.
    case panels(rag_linear)
    /// Float32, `[inputs, padded(outputs)]`, for OpenBLAS.
    case columns(rag_linear)
    /// Bytes, in panels.
    case bytes(rag_byte_linear)
  }

  struct Layer {
    /// To query, key and value, side by side.
    let attention: Linear
    let attentionOutput: Linear
    let attentionNorm: rag_norm
    let up: Linear
    let down: Linear
    let outputNorm: rag_norm
  }

  /// `[positionRowCount, padded(hiddenSize)]`, with the first token type's embedding added. Where
  /// the model has a row for padding tokens, it comes first.
  let positionEmbeddings: Vector
  let embeddingNorm: rag_norm
  /// `[headCount, 2 positionCount - 1]` times log2(e), by the distance of a key to its query, from
  /// `1 - positionCount` up; 48 zeros follow. Nil without relative positions.
  let relativeBias: Vector?
  let layers: [Layer]

  /// The length of a row of `count` values in memory.
  static func padded(_ count: Int) -> Int { rag_padded(count) }
}

extension EncoderWeights {
  /// Takes every part from a block of memory; the same arguments take the same parts.
  init(_ configuration: EncoderConfiguration, _ form: WeightForm, in parts: inout MemoryParts) {
    let hidden = configuration.hiddenSize
    func norm() -> rag_norm {
      let width = Self.padded(hidden)
      return rag_norm(
        columns: hidden, gamma: parts.take(width), beta: parts.take(width),
        epsilon: configuration.layerNormEpsilon)
    }
    positionEmbeddings = UnsafePointer(
      parts.take(configuration.positionRowCount * Self.padded(hidden)))
    embeddingNorm = norm()
    relativeBias =
      configuration.relativePositions == nil
      ? nil
      : UnsafePointer(
        parts.take(
          configuration.headCount * (2 * configuration.positionCount - 1) + RAG_PANEL))
    layers = (0..<configuration.layerCount).map { _ in
      func linear(_ inputs: Int, _ outputs: Int) -> Linear {
        Linear(inputs: inputs, outputs: outputs, form, in: &parts)
      }
      return Layer(
        attention: linear(hidden, 3 * hidden), attentionOutput: linear(hidden, hidden),
        attentionNorm: norm(), up: linear(hidden, configuration.intermediateSize),
        down: linear(configuration.intermediateSize, hidden), outputNorm: norm())
    }
  }
}

extension EncoderWeights.Linear {
  fileprivate init(
    inputs: Int, outputs: Int, _ form: WeightForm, in parts: inout MemoryParts
  ) {
    let panelWidth = rag_panels(outputs) * RAG_PANEL
    switch form {
    case .panels:
      self = .panels(
        rag_linear(
          inputs: inputs, outputs: outputs, weights: parts.take(inputs * panelWidth),
          bias: parts.take(panelWidth)))
    case .columns:
      let width = EncoderWeights.padded(outputs)
      self = .columns(
        rag_linear(
          inputs: inputs, outputs: outputs, weights: parts.take(inputs * width),
          bias: parts.take(width)))
    case .bytes:
      let inputs = EncoderWeights.padded(inputs)
      self = .bytes(
        rag_byte_linear(
          inputs: inputs, outputs: outputs, weights: parts.take(inputs * panelWidth),
          bias: parts.take(panelWidth), scales: parts.take(panelWidth),
          sums: parts.take(panelWidth)))
    }
  }

  /// Columns of the matrix that lie together.
  var panel: Int {
    if case .columns(let layer) = self {
      EncoderWeights.padded(layer.outputs)
    } else {
      RAG_PANEL
    }
  }
}

/// How the matrices of an encoder are stored; see ``EncoderWeights/Linear``.
enum WeightForm: String, Sendable {
  case panels, columns, bytes
}
