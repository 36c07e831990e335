/// What makes a sequence classifier's outputs of the state of the first token: a dense layer and
/// the classifier (Devlin et al. 2019, section 4.1; Liu et al. 2019).
struct ClassificationHead: Sendable {
  private let dense: DenseLayer
  private let output: DenseLayer
  private let width: Int

  /// Reads the layers of a model with `labelCount` outputs.
  ///
  /// - Throws: As ``WeightFiles/values(named:shape:)``.
  init(
    _ files: WeightFiles, _ names: TensorNames, _ configuration: EncoderConfiguration,
    labelCount: Int
  ) throws {
    width = configuration.hiddenSize
    let names = names.classifier
    output = try DenseLayer(
      files, named: names.output, inputCount: width, outputCount: labelCount,
      activation: .identity)
    dense = try DenseLayer(
      files, named: names.dense, inputCount: width, outputCount: width,
      activation: configuration.family == .distilbert ? .relu : .tanh)
  }

  /// The outputs for a text, one a label.
  func logits(of states: Transformer.States) -> [Float] {
    let first = Array(UnsafeBufferPointer(start: states.start, count: width))
    return output.outputs(of: dense.outputs(of: first))
  }
}
