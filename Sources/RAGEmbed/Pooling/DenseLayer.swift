import RAGCore

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// A linear layer over a text's vector: the `Dense` module of sentence-transformers.
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

  let inputCount: Int
  let outputCount: Int
  let activation: Activation
  /// SHA-256 of the weights.
  let digest: String
  /// `[inputCount, outputCount]`: so all outputs are summed up side by side.
  private let weights: [Float]
  private let bias: [Float]

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
    let name = module.json["activation_function"]?.string ?? Activation.tanh.rawValue
    guard let activation = Activation(rawValue: name) else {
      throw module.error(
        .unsupported, "its activation is \(String(name.prefix(80)).debugDescription)")
    }
    let outputCount = try module.size("out_features")
    let files = try WeightFiles(directory: folder)
    let rows = try files.values(named: "linear.weight", shape: [outputCount, inputCount])
    bias =
      module.json["bias"]?.bool ?? true
      ? try files.values(named: "linear.bias", shape: [outputCount])
      : [Float](repeating: 0, count: outputCount)
    weights = (0..<inputCount).flatMap { input in
      (0..<outputCount).map { rows[$0 * inputCount + input] }
    }
    digest = files.digest()
    self.inputCount = inputCount
    self.outputCount = outputCount
    self.activation = activation
  }

  /// The outputs for `inputCount` inputs.
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
