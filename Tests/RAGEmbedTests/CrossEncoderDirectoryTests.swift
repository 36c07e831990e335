import Foundation
import RAGCore
import RAGEmbed
import Testing

@Suite("A cross-encoder's directory that cannot be used")
struct CrossEncoderDirectoryTests {
  private func error(
    _ name: String = "bert", after change: (String) throws -> Void
  ) async throws -> RAGError? {
    try await withTemporaryDirectory { path in
      try CrossEncoderFixture(name: name).write(to: path)
      try change(path)
      return thrownError { _ = try CrossEncoder(directory: path) }
    }
  }

  /// Changes a JSON file; NSNull removes a key.
  private func edit(_ name: String, _ changes: [String: Any]) -> (String) throws -> Void {
    { path in
      let file = URL(fileURLWithPath: path + "/" + name)
      let old = try? JSONSerialization.jsonObject(with: Data(contentsOf: file)) as? [String: Any]
      let new = (old ?? [:]).merging(changes) { $1 }.filter { !($0.value is NSNull) }
      try JSONSerialization.data(withJSONObject: new).write(to: file)
    }
  }

  /// Renames a tensor in place; both names have the same length.
  private func rename(_ tensor: String, _ other: String) -> (String) throws -> Void {
    { path in
      let file = URL(fileURLWithPath: path + "/model.safetensors")
      var data = try Data(contentsOf: file)
      let range = try #require(data.range(of: Data("\"\(tensor)\"".utf8)))
      data.replaceSubrange(range, with: Data("\"\(other)\"".utf8))
      try data.write(to: file)
    }
  }

  @Test("because it is missing is not found")
  func missing() {
    let error = thrownError { _ = try CrossEncoder(directory: "/nonexistent/model") }
    #expect(error?.code == .notFound)
    #expect(error?.message.contains("cross-encoder") == true)
  }

  @Test("because no model is in it is not found, and the error says what to name")
  func empty() async throws {
    try await withTemporaryDirectory { path in
      let error = thrownError { _ = try CrossEncoder(directory: path) }
      #expect(error?.code == .notFound && error?.path == path)
      #expect(error?.message.contains("ms-marco-MiniLM-L-6-v2") == true)
    }
  }

  @Test("as it is a sentence encoder is unsupported, and the error says what to name instead")
  func sentenceEncoder() async throws {
    for model in ReferenceModel.families.map(ReferenceModel.init(name:)) {
      try await withTemporaryDirectory { path in
        try model.write(to: path)
        for isBare in [false, true] {
          if isBare { try FileManager.default.removeItem(atPath: path + "/modules.json") }
          let error = thrownError { _ = try CrossEncoder(directory: path) }
          #expect(error?.code == .unsupported)
          #expect(error?.message.contains("ms-marco-MiniLM-L-6-v2") == true)
        }
      }
    }
  }

  @Test("as it has three labels is unsupported")
  func labels() async throws {
    let error = try await error(
      after: edit("config.json", ["id2label": ["0": "a", "1": "b", "2": "c"]]))
    #expect(error?.code == .unsupported)
    #expect(error?.message.contains("3 labels") == true)
  }

  @Test("for want of its classifier is unsupported, for want of the layer before it corrupt")
  func head() async throws {
    let classifier = try await error(after: rename("classifier.weight", "classifiex.weight"))
    #expect(classifier?.code == .unsupported)
    #expect(classifier?.message.contains("lacks the tensor classifier.weight") == true)
    for tensor in ["classifier.bias", "bert.pooler.dense.weight", "bert.pooler.dense.bias"] {
      let error = try await error(after: rename(tensor, "x" + tensor.dropFirst()))
      #expect(error?.code == .corrupt)
      #expect(error?.message.contains("lacks the tensor \(tensor)") == true)
    }
  }

  @Test("for a classifier of another shape than the configuration's is corrupt")
  func shape() async throws {
    let error = try await error(after: edit("config.json", ["id2label": NSNull()]))
    #expect(error?.code == .corrupt)
    #expect(error?.message.contains("[1, 16]") == true)
  }

  @Test("for what it does with pairs, or their scores, that is not known is unsupported")
  func unknown() async throws {
    for change in [
      edit("config.json", ["sentence_transformers": ["activation_fn": "torch.nn.Tanh"]]),
      edit("config.json", ["architectures": ["BertForTokenClassification"]]),
      edit("config.json", ["sbert_ce_default_activation_function": "own.Sigmoid"]),
      edit(
        "tokenizer.json",
        [
          "post_processor": [
            "type": "TemplateProcessing",
            "single": [
              ["SpecialToken": ["id": "[CLS]", "type_id": 0]], ["Sequence": ["id": "A"]],
              ["SpecialToken": ["id": "[SEP]", "type_id": 0]],
            ], "pair": [["Sequence": ["id": "A"]]],
            "special_tokens": ["[CLS]": ["ids": [2]], "[SEP]": ["ids": [3]]],
          ]
        ]),
    ] {
      #expect(try await error(after: change)?.code == .unsupported)
    }
    let tight = try await error(after: edit("tokenizer_config.json", ["model_max_length": 4]))
    #expect(tight?.code == .corrupt)
  }

  @Test("is none for a file of sentence-transformers, whose function comes first")
  func sentenceTransformers() async throws {
    try await withTemporaryDirectory { path in
      try CrossEncoderFixture(name: "bert-logit").write(to: path)
      let type = "sentence_transformers.base.modules.transformer.Transformer"
      try JSONSerialization.data(withJSONObject: [["idx": 0, "path": "", "type": type]]).write(
        to: URL(fileURLWithPath: path + "/modules.json"))
      try edit(
        "config_sentence_transformers.json",
        ["activation_fn": "torch.nn.modules.activation.Sigmoid"])(path)
      #expect(try CrossEncoder(directory: path).scale == .probability)
    }
  }

  @Test("is none for a sentence encoder, which leaves the classifier alone")
  func asEncoder() async throws {
    let encoder = try BERTEncoder(directory: CrossEncoderFixture(name: "bert").directory)
    #expect(try await encoder.embed(["the fox"], as: .query)[0].count == 16)
  }

  @Test("gives scores or an error, whatever bytes of its files change")
  func flips() async throws {
    let seed = UInt64.random(in: 0 ... .max)
    var generator = SeededGenerator(seed: seed)
    let values: [UInt8] = Array("0123456789-.,:\"{}[]eE \\/nt".utf8) + [0, 0x7F, 0xFF]
    let files = ["config.json", "tokenizer_config.json", "tokenizer.json", "model.safetensors"]
    try await withTemporaryDirectory { path in
      try CrossEncoderFixture(name: "bert-logit").write(to: path)
      for _ in 0..<200 {
        let file = URL(
          fileURLWithPath: path + "/" + (files.randomElement(using: &generator) ?? ""))
        let whole = try Data(contentsOf: file)
        var damaged = whole
        for _ in 0..<Int.random(in: 1...3, using: &generator) {
          // Of long files mostly the start, where the header is.
          let end = Bool.random(using: &generator) ? damaged.count : min(3_000, damaged.count)
          damaged[Int.random(in: 0..<end, using: &generator)] =
            values.randomElement(using: &generator) ?? 0
        }
        try damaged.write(to: file)
        do {
          let encoder = try CrossEncoder(directory: path, options: .init(threadCount: 1))
          let scores = try await encoder.scores(of: ["the fox runs", ""], for: "a dog")
          #expect(scores.count == 2 && scores.allSatisfy { $0.isFinite }, "seed \(seed)")
        } catch { #expect(error is RAGError, "seed \(seed): \(error)") }
        try whole.write(to: file)
      }
    }
  }
}
