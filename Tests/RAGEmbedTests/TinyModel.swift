import Foundation

/// A BERT directory with random weights, small enough to check against a plain forward pass.
struct TinyModel {
  enum Precision: String, CaseIterable {
    case float32 = "F32"
    case float16 = "F16"
    case bfloat16 = "BF16"
  }

  static let layers = 2
  static let positions = 24

  var activation = "gelu"
  var namePrefix = ""
  /// Calls the parts of norms `gamma` and `beta`.
  var hasOldNames = false
  var pooling: [String: Any]? = ["pooling_mode_mean_tokens": true]
  var modules = ["Transformer", "Pooling", "Normalize"]
  var prompts: [String: Any]?
  /// Changes to `config.json`; NSNull removes a key.
  var configuration: [String: Any] = [:]
  var maximumLength: Int? = 16

  static let vocabulary =
    ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", ":", ",", "."]
    + "query passage alpha beta gamma delta the of and fox dog cat runs sleeps".split(
      separator: " "
    ).map(String.init)
    + ["##s", "##ing", "##a", "##b", "a", "b"]

  let hidden: Int
  let heads: Int
  let intermediate: Int
  let precision: Precision
  /// Every tensor by its plain name, rounded to the precision.
  let tensors: [String: (shape: [Int], values: [Float])]

  init(
    seed: UInt64 = 7, precision: Precision = .float32, hidden: Int = 32, heads: Int = 4,
    intermediate: Int = 64
  ) {
    var generator = SeededGenerator(seed: seed)
    var tensors: [String: (shape: [Int], values: [Float])] = [:]
    func add(_ name: String, _ shape: [Int], around center: Float = 0, spread: Float = 0.3) {
      let values = (0..<shape.reduce(1, *)).map { _ in
        Self.rounded(center + Float.random(in: -spread...spread, using: &generator), precision)
      }
      tensors[name] = (shape, values)
    }
    func addLinear(_ name: String, _ inputs: Int, _ outputs: Int) {
      add(name + ".weight", [outputs, inputs])
      add(name + ".bias", [outputs])
    }
    func addNorm(_ name: String) {
      add(name + ".weight", [hidden], around: 1)
      add(name + ".bias", [hidden])
    }
    add("embeddings.word_embeddings.weight", [Self.vocabulary.count, hidden], spread: 1)
    add("embeddings.position_embeddings.weight", [Self.positions, hidden], spread: 1)
    add("embeddings.token_type_embeddings.weight", [2, hidden], spread: 1)
    addNorm("embeddings.LayerNorm")
    for layer in 0..<Self.layers {
      let name = "encoder.layer.\(layer)"
      for part in ["query", "key", "value"] {
        addLinear("\(name).attention.self.\(part)", hidden, hidden)
      }
      addLinear("\(name).attention.output.dense", hidden, hidden)
      addNorm("\(name).attention.output.LayerNorm")
      addLinear("\(name).intermediate.dense", hidden, intermediate)
      addLinear("\(name).output.dense", intermediate, hidden)
      addNorm("\(name).output.LayerNorm")
    }
    self.hidden = hidden
    self.heads = heads
    self.intermediate = intermediate
    self.precision = precision
    self.tensors = tensors
  }

  static func rounded(_ value: Float, _ precision: Precision) -> Float {
    switch precision {
    case .float32: value
    case .float16: Float(Float16(value))
    case .bfloat16: Float(bitPattern: value.bitPattern & 0xFFFF_0000)
    }
  }

  /// Writes the directory.
  func write(to path: String) throws {
    var config: [String: Any] = [
      "model_type": "bert", "hidden_size": hidden, "num_attention_heads": heads,
      "num_hidden_layers": Self.layers, "intermediate_size": intermediate,
      "vocab_size": Self.vocabulary.count, "max_position_embeddings": Self.positions,
      "type_vocab_size": 2, "layer_norm_eps": 1e-12, "hidden_act": activation,
    ]
    config.merge(configuration) { $1 }
    try write(config.filter { !($0.value is NSNull) }, path + "/config.json")
    try Data(Self.vocabulary.joined(separator: "\n").utf8).write(
      to: URL(fileURLWithPath: path + "/vocab.txt"))
    try weights().write(to: URL(fileURLWithPath: path + "/model.safetensors"))
    let list = modules.enumerated().map { index, name in
      [
        "idx": index, "path": index == 0 ? "" : "\(index)_\(name)",
        "type": "sentence_transformers.models.\(name)",
      ] as [String: Any]
    }
    try write(list, path + "/modules.json")
    if let pooling {
      try FileManager.default.createDirectory(
        atPath: path + "/1_Pooling", withIntermediateDirectories: true)
      try write(pooling, path + "/1_Pooling/config.json")
    }
    if let prompts { try write(prompts, path + "/config_sentence_transformers.json") }
    if let maximumLength {
      try write(["max_seq_length": maximumLength], path + "/sentence_bert_config.json")
    }
  }

  /// The weights as a safetensors file.
  func weights() throws -> Data {
    var header: [String: Any] = [:]
    var data = Data()
    for (name, tensor) in tensors.sorted(by: { $0.key < $1.key }) {
      let start = data.count
      for value in tensor.values {
        switch precision {
        case .float32:
          withUnsafeBytes(of: value.bitPattern.littleEndian) { data.append(contentsOf: $0) }
        case .float16:
          withUnsafeBytes(of: Float16(value).bitPattern.littleEndian) {
            data.append(contentsOf: $0)
          }
        case .bfloat16:
          withUnsafeBytes(of: UInt16(value.bitPattern >> 16).littleEndian) {
            data.append(contentsOf: $0)
          }
        }
      }
      let name = hasOldNames ? Self.oldName(of: name) : name
      header[namePrefix + name] = [
        "dtype": precision.rawValue, "shape": tensor.shape, "data_offsets": [start, data.count],
      ]
    }
    return try Self.safetensors(JSONSerialization.data(withJSONObject: header), data)
  }

  private static func oldName(of name: String) -> String {
    name.replacingOccurrences(of: "LayerNorm.weight", with: "LayerNorm.gamma")
      .replacingOccurrences(of: "LayerNorm.bias", with: "LayerNorm.beta")
  }

  /// A safetensors file of a header and its data.
  static func safetensors(_ header: Data, _ data: Data) -> Data {
    withUnsafeBytes(of: UInt64(header.count).littleEndian) { Data($0) } + header + data
  }

  private func write(_ value: Any, _ path: String) throws {
    try JSONSerialization.data(withJSONObject: value).write(to: URL(fileURLWithPath: path))
  }
}
