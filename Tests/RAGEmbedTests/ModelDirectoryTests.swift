import Foundation
import RAGCore
import RAGEmbed
import Testing

@Suite("A model directory that cannot be used")
struct ModelDirectoryTests {
  /// Opens a tiny model after a change to its files.
  private func error(
    _ model: TinyModel = TinyModel(), options: BERTEncoder.Options = .init(),
    after change: (String) throws -> Void = { _ in }
  ) async throws -> RAGError? {
    try await withTemporaryDirectory { path in
      try model.write(to: path)
      try change(path)
      return thrownError { _ = try BERTEncoder(directory: path, options: options) }
    }
  }

  private func remove(_ name: String) -> (String) throws -> Void {
    { try FileManager.default.removeItem(atPath: $0 + "/" + name) }
  }

  private func overwrite(_ name: String, _ text: String) -> (String) throws -> Void {
    { try Data(text.utf8).write(to: URL(fileURLWithPath: $0 + "/" + name)) }
  }

  @Test("that is missing is not found, and the error says tools/model")
  func missing() {
    let error = thrownError { _ = try BERTEncoder(directory: "/nonexistent/model") }
    #expect(error?.code == .notFound)
    #expect(error?.message.contains("tools/model") == true)
    #expect(error?.path == "/nonexistent/model")
  }

  @Test(
    "that lacks a file is not found",
    arguments: ["config.json", "vocab.txt", "model.safetensors"])
  func missing(file: String) async throws {
    let error = try await error(after: remove(file))
    #expect(error?.code == .notFound)
    #expect(error?.message.contains("tools/model") == true)
  }

  @Test("with weights in another format is unsupported")
  func otherWeights() async throws {
    let error = try await error { path in
      try FileManager.default.moveItem(
        atPath: path + "/model.safetensors", toPath: path + "/pytorch_model.bin")
    }
    #expect(error?.code == .unsupported)
    #expect(error?.path?.hasSuffix("pytorch_model.bin") == true)
  }

  @Test(
    "of another kind is unsupported, and the error names it",
    arguments: [
      ("model_type", "nomic_bert"), ("hidden_act", "swiglu"),
      ("position_embedding_type", "relative_key"),
    ])
  func kind(key: String, value: String) async throws {
    var model = TinyModel()
    model.configuration = [key: value]
    let error = try await error(model)
    #expect(error?.code == .unsupported)
    #expect(error?.message.contains(value) == true)
  }

  @Test("that says nothing of its kind is unsupported")
  func noKind() async throws {
    var model = TinyModel()
    model.configuration = ["model_type": NSNull()]
    #expect(try await error(model)?.code == .unsupported)
  }

  @Test(
    "with sizes that cannot be is corrupt",
    arguments: [
      ("hidden_size", 0), ("hidden_size", -1), ("hidden_size", 1 << 40), ("hidden_size", 36),
      ("num_attention_heads", 5), ("num_hidden_layers", 3), ("num_hidden_layers", 1 << 60),
      ("intermediate_size", 65), ("vocab_size", 29), ("vocab_size", 20),
      ("max_position_embeddings", 23), ("max_position_embeddings", 2), ("type_vocab_size", 1),
    ])
  func sizes(key: String, value: Int) async throws {
    var model = TinyModel()
    model.configuration = [key: value]
    #expect(try await error(model)?.code == .corrupt)
  }

  @Test(
    "with a pooling that is not read is unsupported",
    arguments: [
      ["pooling_mode_mean_tokens": true, "pooling_mode_median_tokens": true],
      ["pooling_mode": "median"], ["pooling_mode": ["mean", "median"]],
      ["pooling_mode": [1]], ["pooling_mode": [String]()], ["pooling_mode": 1],
    ] as [[String: any Sendable]])
  func pooling(keys: [String: any Sendable]) async throws {
    var model = TinyModel()
    model.pooling = keys
    #expect(try await error(model)?.code == .unsupported)
  }

  @Test("with a pooling of another width is corrupt")
  func poolingWidth() async throws {
    var model = TinyModel()
    model.pooling = ["word_embedding_dimension": 384, "pooling_mode_mean_tokens": true]
    #expect(try await error(model)?.code == .corrupt)
  }

  @Test(
    "with a module that is not read, or not there, is unsupported, and the error names it",
    arguments: [
      ["Transformer", "Pooling", "Router"], ["Transformer", "Normalize", "Pooling"],
      ["Pooling", "Transformer"], ["StaticEmbedding"], ["Transformer", "Pooling", "Pooling"],
      ["Transformer", "Pooling", "Transformer"], ["Transformer"],
    ])
  func module(modules: [String]) async throws {
    var model = TinyModel()
    model.modules = modules
    let error = try await error(model)
    #expect(error?.code == .unsupported)
    #expect(
      ["Router", "Normalize", "Pooling", "StaticEmbedding", "Transformer"].contains {
        error?.message.contains($0) == true
      })
  }

  @Test("with a module of its own is unsupported, whatever its name")
  func ownModule() async throws {
    let list = #"[{"type": "custom_st.Transformer", "path": ""}]"#
    let error = try await error(after: overwrite("modules.json", list))
    #expect(error?.code == .unsupported)
    #expect(error?.message.contains("custom_st") == true)
  }

  @Test("with a module outside itself is refused")
  func outside() async throws {
    let error = try await error(
      after: overwrite("modules.json", #"[{"type": "a.Transformer", "path": "../other"}]"#))
    #expect(error?.code == .invalidInput)
  }

  @Test(
    "with configuration that is no JSON is corrupt", arguments: ["config.json", "modules.json"])
  func noJSON(file: String) async throws {
    let error = try await error(after: overwrite(file, "{\"model_type\": "))
    #expect(error?.code == .corrupt)
    #expect(error?.path?.hasSuffix(file) == true)
  }

  @Test("without the special tokens is corrupt")
  func specialTokens() async throws {
    #expect(try await error(after: overwrite("vocab.txt", "a\nb\n"))?.code == .corrupt)
  }

  @Test("that wants lower case for a tokenizer that tells it apart is unsupported")
  func lowerCase() async throws {
    let options = overwrite("sentence_bert_config.json", #"{"do_lower_case": true}"#)
    #expect(try await error(after: options) == nil)
    let error = try await error { path in
      try options(path)
      try overwrite("tokenizer_config.json", #"{"do_lower_case": false}"#)(path)
    }
    #expect(error?.code == .unsupported)
    #expect(error?.message.contains("do_lower_case") == true)
  }

  @Test(
    "takes the first prompt that says something, or the default one where none is there",
    arguments: [
      (["query": "q ", "document": "d ", "passage": "p "], "q ", "d "),
      (["query": "", "document": "", "passage": "p ", "other": "o "], "", "p "),
      (["corpus": "c ", "other": "o "], "o ", "c "), (["other": "o "], "o ", "o "),
      (["document": "", "other": "o "], "o ", ""),
    ])
  func prompts(prompts: [String: String], query: String, passage: String) async throws {
    var model = TinyModel()
    model.prompts = ["prompts": prompts, "default_prompt_name": "other"]
    try await withTemporaryDirectory { path in
      try model.write(to: path)
      let directory = try ModelDirectory(path: path)
      #expect(directory.queryPrefix == query)
      #expect(directory.passagePrefix == passage)
    }
  }

  @Test("with a prefix that fills the limit is refused")
  func prefix() async throws {
    let long = Array(repeating: "fox", count: 14).joined(separator: " ")
    #expect(try await error(options: .init(passagePrefix: long))?.code == .invalidInput)
    #expect(try await error(options: .init(queryPrefix: long))?.code == .invalidInput)
  }

  @Test(
    "with embeddings that are no numbers fails as corrupt when it embeds",
    arguments: EncoderPrecision.allCases)
  func notFiniteWords(precision: EncoderPrecision) async throws {
    try await withTemporaryDirectory { path in
      let model = TinyModel()
      try model.write(to: path)
      var weights = try model.weights()
      let words = try #require(model.tensors["embeddings.word_embeddings.weight"]).values.count
      // By name these follow the position and type embeddings and come before the encoder's layers.
      let header = 8 + weights.withUnsafeBytes { Int($0.loadUnaligned(as: UInt64.self)) }
      let names = model.tensors.keys.sorted()
      let before = names.prefix { $0 != "embeddings.word_embeddings.weight" }
        .reduce(0) { $0 + (model.tensors[$1]?.values.count ?? 0) }
      for index in before..<(before + words) {
        let start = header + 4 * index
        weights.replaceSubrange(start..<(start + 4), with: [0, 0, 0xC0, 0x7F])
      }
      try weights.write(to: URL(fileURLWithPath: path + "/model.safetensors"))
      let encoder = try BERTEncoder(directory: path, options: .init(precision: precision))
      do {
        _ = try await encoder.embed(["fox"], as: .passage)
        Issue.record("a vector that is no number")
      } catch let error as RAGError {
        #expect(error.code == .corrupt)
        #expect(error.path?.hasSuffix("model.safetensors") == true)
      }
    }
  }

  @Test("with weights that are no numbers is corrupt", arguments: EncoderPrecision.allCases)
  func notFinite(precision: EncoderPrecision) async throws {
    try await withTemporaryDirectory { path in
      let model = TinyModel()
      try model.write(to: path)
      var weights = try model.weights()
      // The last tensor by name belongs to the last layer.
      weights.replaceSubrange((weights.count - 4)..., with: [0, 0, 0xC0, 0x7F])
      try weights.write(to: URL(fileURLWithPath: path + "/model.safetensors"))
      let error = thrownError {
        _ = try BERTEncoder(directory: path, options: .init(precision: precision))
      }
      #expect(error?.code == .corrupt)
      #expect(error?.path?.hasSuffix("model.safetensors") == true)
    }
  }
}
