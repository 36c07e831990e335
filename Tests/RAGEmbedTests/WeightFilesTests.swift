import Foundation
import RAGCore
import RAGEmbed
import Testing

@Suite("Weights in several files")
struct WeightFilesTests {
  private static let model = ReferenceModel(name: "bert+shards")
  private static let index = "model.safetensors.index.json"
  private static let shards = (1...3).map { "model-0000\($0)-of-00003.safetensors" }

  /// The error of loading after a change to the directory and to the index.
  private func error(
    map change: (inout [String: Any]) -> Void = { _ in },
    files: (String) throws -> Void = { _ in }
  ) async throws -> RAGError? {
    try await withTemporaryDirectory { path in
      try Self.model.write(to: path)
      let file = URL(fileURLWithPath: path + "/" + Self.index)
      var json =
        try JSONSerialization.jsonObject(with: Data(contentsOf: file)) as? [String: Any] ?? [:]
      var map = json["weight_map"] as? [String: Any] ?? [:]
      change(&map)
      json["weight_map"] = map
      try JSONSerialization.data(withJSONObject: json).write(to: file)
      try files(path)
      return thrownError { _ = try BERTEncoder(directory: path) }
    }
  }

  @Test("are joined by the index; names and contents make their digest")
  func digest() async throws {
    let digests = WeightsDigest(directory: nil)
    try await withTemporaryDirectory { path in
      try Self.model.write(to: path)
      let files = try WeightFiles(directory: path)
      #expect(files.files.count == 3)
      #expect(files.path.hasSuffix(Self.index))
      #expect(files.tensor(named: "embeddings.LayerNorm.bias")?.shape == [32])
      #expect(files.tensor(named: "embeddings.LayerNorm") == nil)
      let digest = files.digest(digests)
      #expect(digest.count == 64)
      #expect(try WeightFiles(directory: path).digest(digests) == digest)

      let shard = path + "/" + Self.shards[2]
      #expect(try WeightFiles(path: shard).digest(digests) != digest)
      var data = try Data(contentsOf: URL(fileURLWithPath: shard))
      data[data.count - 1] ^= 1
      try data.write(to: URL(fileURLWithPath: shard))
      #expect(try WeightFiles(directory: path).digest(digests) != digest)
    }
  }

  @Test("have the digest of the file where it is one")
  func oneFile() async throws {
    try await withTemporaryDirectory { path in
      try TinyModel().write(to: path)
      let files = try WeightFiles(directory: path)
      let digests = WeightsDigest(directory: nil)
      let file = try MappedFile(path: path + "/model.safetensors")
      #expect(files.digest(digests) == digests.digest(of: file))
    }
  }

  @Test("that lack one of them are not found, and the error names it", arguments: shards)
  func missing(shard: String) async throws {
    let error = try await error(files: {
      try FileManager.default.removeItem(atPath: $0 + "/" + shard)
    })
    #expect(error?.code == .notFound)
    #expect(error?.path?.hasSuffix(shard) == true)
  }

  @Test(
    "outside the directory are refused",
    arguments: ["../model.safetensors", "/etc/passwd", "a/b.safetensors", "..", ".", "a\0b"])
  func outside(name: String) async throws {
    let error = try await error(map: { $0["embeddings.LayerNorm.bias"] = name })
    #expect(error?.code == .invalidInput)
    #expect(error?.path?.hasSuffix(Self.index) == true)
  }

  @Test("that an index places wrongly are corrupt")
  func wrongIndex() async throws {
    let tensor = "embeddings.LayerNorm.bias"
    for value in ["", 7, NSNull(), ["a"], Self.shards[2]] as [Any] {
      #expect(try await error(map: { $0[tensor] = value })?.code == .corrupt)
    }
    #expect(try await error(map: { $0["unknown"] = Self.shards[0] })?.code == .corrupt)
    #expect(try await error(map: { $0 = [:] })?.code == .corrupt)
  }

  @Test("of which two hold the same tensor are corrupt")
  func twice() async throws {
    let error = try await error(
      map: { $0["embeddings.LayerNorm.bias"] = "copy.safetensors" },
      files: {
        try FileManager.default.copyItem(
          atPath: $0 + "/" + Self.shards[0], toPath: $0 + "/copy.safetensors")
      })
    #expect(error?.code == .corrupt)
  }

  @Test("that are too many are refused before one is opened")
  func many() async throws {
    let error = try await error(map: { map in
      for number in 0..<2_000 { map["tensor \(number)"] = "\(number).safetensors" }
    })
    #expect(error?.code == .limitExceeded)
  }

  @Test("of which one is cut short or empty are corrupt", arguments: [0, 7, 8, 500, -1])
  func truncated(length: Int) async throws {
    let error = try await error(files: { path in
      let file = URL(fileURLWithPath: path + "/" + Self.shards[1])
      let data = try Data(contentsOf: file)
      try data.prefix(length < 0 ? data.count + length : length).write(to: file)
    })
    #expect(error?.code == .corrupt)
    #expect(error?.path?.hasSuffix(Self.shards[1]) == true)
  }

  @Test("with an index that is no JSON are corrupt", arguments: ["", "{", "[]", "{\"a\": 1}"])
  func noJSON(text: String) async throws {
    let error = try await error(files: { path in
      try Data(text.utf8).write(to: URL(fileURLWithPath: path + "/" + Self.index))
    })
    #expect(error?.code == .corrupt)
  }

  @Test("of several encoders are unsupported, and the error names two")
  func severalEncoders() async throws {
    try await withTemporaryDirectory { path in
      var model = TinyModel()
      try model.write(to: path)
      let map = FileManager.default
      try map.moveItem(atPath: path + "/model.safetensors", toPath: path + "/a.safetensors")
      model.namePrefix = "passage_model."
      try model.weights().write(to: URL(fileURLWithPath: path + "/b.safetensors"))
      let name = "embeddings.word_embeddings.weight"
      let index = [
        "weight_map": [name: "a.safetensors", "passage_model." + name: "b.safetensors"]
      ]
      try JSONSerialization.data(withJSONObject: index).write(
        to: URL(fileURLWithPath: path + "/" + Self.index))
      let error = thrownError { _ = try BERTEncoder(directory: path) }
      #expect(error?.code == .unsupported)
      #expect(error?.message.contains("passage_model.") == true)
    }
  }

  @Test(
    "in another format are unsupported",
    arguments: ["pytorch_model.bin", "pytorch_model.bin.index.json", "model.onnx"])
  func otherFormat(name: String) async throws {
    try await withTemporaryDirectory { path in
      try TinyModel().write(to: path)
      try FileManager.default.moveItem(
        atPath: path + "/model.safetensors", toPath: path + "/" + name)
      let error = thrownError { _ = try BERTEncoder(directory: path) }
      #expect(error?.code == .unsupported)
      #expect(error?.path?.hasSuffix(name) == true)
    }
  }
}
