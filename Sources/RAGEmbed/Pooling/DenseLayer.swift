import RAGCore

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// A linear layer over a text's vector.
struct DenseLayer: Sendable {
  /// The function of each output.
  enum Activation: String, Sendable {
    case identity = "torch.nn.modules.linear.Identity"
    case tanh = "torch.nn.modules.activation.Tanh"
    case relu = "torch.nn.modules.activation.ReLU"
    case gelu = "torch.nn.modules.activation.GELU"
    case sigmoid = "torch.nn.modules.activation.Sigmoid"
    case silu = "torch.nn.modules.activation.SiLU"

    func callAsFunction(_ x: Float) -> Float {
      switch self {
      case .identity: x
      case .tanh: tanhf(x)
      case .relu: max(0, x)
      case .gelu: 0.5 * x * (1 + erff(x * Float(0.5).squareRoot()))
      case .sigmoid: 1 / (1 + expf(-x))
      case .silu: x / (1 + expf(-x))
      }
    }
  }

  let outputCount: Int
  let activation: Activation
  /// `[inputCount, outputCount]`: so all outputs are summed up side by side.
  private let weights: [Float]
  private let bias: [Float]

  /// Reads the layer from the tensors `name.weight`, `[outputCount, inputCount]`, and `name.bias`.
  ///
  /// - Throws: As ``WeightFiles/values(named:shape:)``.
  init(
    _ files: WeightFiles, named name: String, inputCount: Int, outputCount: Int,
    activation: Activation, hasBias: Bool = true
  ) throws {
    let rows = try files.values(named: name + ".weight", shape: [outputCount, inputCount])
    bias =
      hasBias
      ? try files.values(named: name + ".bias", shape: [outputCount])
      : [Float](repeating: 0, count: outputCount)
    weights = (0..<inputCount).flatMap { input in
      (0..<outputCount).map { rows[$0 * inputCount + input] }
    }
    self.outputCount = outputCount
    self.activation = activation
  }

  /// The outputs for the layer's inputs.
  func outputs(of inputs: [Float]) -> [Float] {
    var outputs = bias
    weights.withUnsafeBufferPointer { weights in
      outputs.withUnsafeMutableBufferPointer { outputs in
        for (index, input) in inputs.enumerated() {
          let row = index * outputs.count
          for output in outputs.indices { outputs[output] += input * weights[row + output] }
        }
      }
    }
    return activation == .identity ? outputs : outputs.map { activation($0) }
  }
}
