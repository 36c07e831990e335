import Foundation
import RAGCore
import RAGEmbed
import Testing

@Suite("What makes a vector of token states")
struct EmbeddingHeadTests {
  private static let dense = ReferenceModel(name: "bert+dense")

  /// Changes a JSON file in a directory; NSNull removes a key.
  private func change(_ file: String, _ changes: [String: Any]) -> (String) throws -> Void {
    { path in
      let url = URL(fileURLWithPath: path + "/" + file)
      let old = (try? JSONSerialization.jsonObject(with: Data(contentsOf: url))) ?? [:]
      let json = (old as? [String: Any] ?? [:]).merging(changes) { $1 }
      try JSONSerialization.data(withJSONObject: json.filter { !($0.value is NSNull) })
        .write(to: url)
    }
  }

  private func error(
    _ model: ReferenceModel, after change: (String) throws -> Void
  ) async throws -> RAGError? {
    try await withTemporaryDirectory { path in
      try model.write(to: path)
      try change(path)
      return thrownError { _ = try BERTEncoder(directory: path) }
    }
  }

  @Test(
    "joins poolings in the order of the reference",
    arguments: [
      (
        [
          "pooling_mode_lasttoken": true, "pooling_mode_weightedmean_tokens": true,
          "pooling_mode_mean_sqrt_len_tokens": true, "pooling_mode_mean_tokens": true,
          "pooling_mode_max_tokens": true, "pooling_mode_cls_token": true,
        ], PoolingMode.allCases
      ),
      (["pooling_mode_mean_tokens": true, "pooling_mode_cls_token": true], [.cls, .mean]),
      (["pooling_mode_mean_tokens": false], [.mean]), ([:], [.mean]),
      (["pooling_mode": ["mean", "cls", "mean"]], [.mean, .cls, .mean]),
      (["pooling_mode": "max", "pooling_mode_cls_token": true], [.max]),
    ] as [([String: any Sendable], [PoolingMode])])
  func poolings(keys: [String: any Sendable], modes: [PoolingMode]) async throws {
    try await withTemporaryDirectory { path in
      try change("config.json", keys)(path)
      let pooling = try Pooling(folder: path, width: 32)
      #expect(pooling.modes == modes)
      #expect(pooling.dimension == 32 * modes.count)
      #expect(pooling.includesPrompt)
    }
  }

  @Test(
    "is refused where a Dense module cannot be used",
    arguments: [
      ("in_features", 31, .corrupt), ("in_features", "32", .corrupt), ("in_features", -1, .corrupt),
      ("out_features", 25, .corrupt), ("out_features", 0, .corrupt),
      ("out_features", 1 << 40, .corrupt),
      ("activation_function", "torch.nn.modules.activation.Softplus", .unsupported),
      ("activation_function", "os.system", .unsupported), ("use_residual", true, .unsupported),
      ("module_input_name", "token_embeddings", .unsupported),
      ("module_output_name", "other", .unsupported),
    ] as [(String, any Sendable, RAGError.Code)])
  func dense(key: String, value: any Sendable, code: RAGError.Code) async throws {
    let error = try await error(Self.dense, after: change("2_Dense/config.json", [key: value]))
    #expect(error?.code == code)
    #expect(error?.path?.contains("2_Dense") == true)
  }

  @Test("is refused where files of a Dense module are missing or something else")
  func denseFiles() async throws {
    let files = FileManager.default
    for name in ["config.json", "model.safetensors"] {
      let error = try await error(Self.dense) {
        try files.removeItem(atPath: $0 + "/2_Dense/" + name)
      }
      #expect(error?.code == .notFound)
      #expect(error?.path?.hasSuffix("2_Dense/" + name) == true)
    }
    let old = try await error(Self.dense) {
      try files.moveItem(
        atPath: $0 + "/2_Dense/model.safetensors", toPath: $0 + "/2_Dense/pytorch_model.bin")
    }
    #expect(old?.code == .unsupported)
    let other = try await error(Self.dense) {
      try files.removeItem(atPath: $0 + "/2_Dense/model.safetensors")
      try files.copyItem(
        atPath: $0 + "/model.safetensors", toPath: $0 + "/2_Dense/model.safetensors")
    }
    #expect(other?.code == .corrupt)
    #expect(other?.message.contains("linear.weight") == true)
  }

  @Test("is refused where a LayerNorm or Normalize module cannot be used")
  func others() async throws {
    let chain = ReferenceModel(name: "bert+dense-chain")
    #expect(
      try await error(chain, after: change("4_LayerNorm/config.json", ["dimension": 21]))?.code
        == .corrupt)
    #expect(
      try await error(
        Self.dense,
        after: change("3_Normalize/config.json", ["module_input_name": "token_embeddings"]))?.code
        == .unsupported)
  }

  @Test("knows what it is by the weights and functions of its modules")
  func fingerprint() async throws {
    try await withTemporaryDirectory { path in
      try Self.dense.write(to: path)
      let before = try BERTEncoder(directory: path).fingerprint
      #expect(before.contains(";pooling=mean;normalized=true;modules=dense(24,"))
      try change(
        "2_Dense/config.json", ["activation_function": "torch.nn.modules.activation.ReLU"])(path)
      let other = try BERTEncoder(directory: path).fingerprint
      #expect(other != before)
      let weights = URL(fileURLWithPath: path + "/2_Dense/model.safetensors")
      var data = try Data(contentsOf: weights)
      data[data.count - 4] ^= 1
      try data.write(to: weights)
      #expect(try BERTEncoder(directory: path).fingerprint != other)
    }
  }

  @Test("keeps the first components, scaled again where vectors are")
  func dimensions() async throws {
    for (name, isScaled) in [("bert", true), ("bert+pooling-cls", false)] {
      try await withTemporaryDirectory { path in
        try ReferenceModel(name: name).write(to: path)
        let whole = try BERTEncoder(directory: path)
        let cut = try BERTEncoder(directory: path, options: .init(dimensions: 5))
        #expect(cut.dimension == 5)
        #expect(cut.fingerprint.contains(";dimensions=5;"))
        let vector = try await whole.embed(["the fox"], as: .query)[0].prefix(5)
        let length = isScaled ? vector.reduce(0) { $0 + $1 * $1 }.squareRoot() : 1
        let kept = try await cut.embed(["the fox"], as: .query)[0]
        #expect(largestDifference([kept], [vector.map { $0 / length }]) < 1e-6)

        let same = try BERTEncoder(directory: path, options: .init(dimensions: 32))
        #expect(same.fingerprint == whole.fingerprint)
      }
    }
  }

  @Test("has no more components than the model", arguments: [0, -1, 33, Int.max])
  func tooManyDimensions(count: Int) async throws {
    try await withTemporaryDirectory { path in
      try ReferenceModel(name: "bert").write(to: path)
      let error = thrownError {
        _ = try BERTEncoder(directory: path, options: .init(dimensions: count))
      }
      #expect(error?.code == .invalidInput)
    }
  }

  @Test("keeps what the model says, unless the host says otherwise")
  func statedDimensions() async throws {
    let file = "config_sentence_transformers.json"
    for (stated, kept) in [(12, 12), (32, 32), (99, 32)] {
      try await withTemporaryDirectory { path in
        try ReferenceModel(name: "bert").write(to: path)
        try change(file, ["truncate_dim": stated])(path)
        #expect(try BERTEncoder(directory: path).dimension == kept)
        let other = try BERTEncoder(directory: path, options: .init(dimensions: 20))
        #expect(other.dimension == 20)
      }
    }
    for value in [0, -3, "12", 1.5] as [Any] {
      let error = try await error(
        ReferenceModel(name: "bert"), after: change(file, ["truncate_dim": value]))
      #expect(error?.code == .corrupt)
    }
  }
}
