import Foundation
import RAGCore
import RAGEmbed
import Testing

@Suite("The configuration of an encoder")
struct EncoderConfigurationTests {
  /// Reads a family's `config.json` with changes; NSNull removes a key.
  private func configuration(
    _ family: String, _ changes: [String: Any] = [:]
  ) async throws -> EncoderConfiguration {
    try await withTemporaryDirectory { path in
      let file = ReferenceModel.root.appendingPathComponent("\(family)/config.json")
      var json =
        try JSONSerialization.jsonObject(with: Data(contentsOf: file)) as? [String: Any] ?? [:]
      json.merge(changes) { $1 }
      let target = path + "/config.json"
      try JSONSerialization.data(withJSONObject: json.filter { !($0.value is NSNull) })
        .write(to: URL(fileURLWithPath: target))
      return try EncoderConfiguration(path: target)
    }
  }

  private func error(_ family: String, _ changes: [String: Any]) async -> RAGError? {
    do {
      _ = try await configuration(family, changes)
      return nil
    } catch { return error as? RAGError }
  }

  @Test("has the same sizes in every family's words", arguments: ReferenceModel.families)
  func sizes(family: String) async throws {
    let read = try await configuration(family)
    #expect(read.family.rawValue == family)
    #expect(read.hiddenSize == 32 && read.headCount == 4)
    #expect(read.layerCount == 2 && read.intermediateSize == 48)
    let offset = family.hasSuffix("roberta") || family == "mpnet" ? 2 : 0
    #expect(read.positionOffset == offset)
    #expect(read.positionCount == 40 - offset)
    let typeCounts = ["bert": 2, "roberta": 1, "xlm-roberta": 1]
    #expect(read.tokenTypeCount == typeCounts[family] ?? 0)
    #expect((read.relativePositions != nil) == (family == "mpnet"))
    #expect(read.layerNormEpsilon == (offset == 0 ? 1e-12 : 1e-5))
  }

  @Test("counts positions from the padding token's where that is told")
  func padding() async throws {
    #expect(try await configuration("roberta", ["pad_token_id": 5]).positionOffset == 6)
    #expect(try await configuration("roberta", ["pad_token_id": NSNull()]).positionOffset == 2)
    #expect(try await configuration("mpnet", ["pad_token_id": 5]).positionOffset == 2)
    #expect(try await configuration("bert", ["pad_token_id": 5]).positionOffset == 0)
  }

  @Test(
    "of a model that computes something else is unsupported, and the error says what",
    arguments: [
      ("model_type", "nomic_bert", "rotary"), ("model_type", "modernbert", "rotary"),
      ("model_type", "deberta-v2", "disentangled"), ("model_type", "qwen3", "decoder"),
      ("model_type", "albert", "share"), ("model_type", "made-up", "made-up"),
      ("position_embedding_type", "rotary", "rotary"),
      ("position_embedding_type", "alibi", "alibi"),
      ("position_embedding_type", "relative_key_query", "relative_key_query"),
      ("hidden_act", "swiglu", "swiglu"), ("is_decoder", true, "is_decoder"),
      ("add_cross_attention", true, "add_cross_attention"),
      ("feed_forward_type", "geglu", "geglu"), ("rotary_emb_base", 10_000, "rotary"),
      ("auto_map", ["AutoModel": "other/code--modeling.Model"], "auto_map"),
    ] as [(String, any Sendable, String)])
  func unsupported(key: String, value: any Sendable, word: String) async {
    for family in ["bert", "xlm-roberta"] {
      let error = await error(family, [key: value])
      #expect(error?.code == .unsupported)
      #expect(error?.message.contains(word) == true)
    }
  }

  @Test(
    "with sizes that cannot be is corrupt",
    arguments: [
      ("roberta", "max_position_embeddings", 2), ("roberta", "pad_token_id", -1),
      ("roberta", "pad_token_id", 39), ("roberta", "pad_token_id", Int.max),
      ("roberta", "type_vocab_size", 0), ("distilbert", "dim", 0), ("distilbert", "dim", 34),
      ("distilbert", "n_heads", 5), ("distilbert", "n_layers", 1 << 60),
      ("distilbert", "hidden_dim", -1), ("mpnet", "relative_attention_num_buckets", 3),
      ("mpnet", "relative_attention_num_buckets", 1_000_000), ("mpnet", "layer_norm_eps", -1),
      ("mpnet", "max_position_embeddings", 1),
    ])
  func corrupt(family: String, key: String, value: Int) async {
    #expect(await error(family, [key: value])?.code == .corrupt)
  }

  @Test("with a size that is no number, or not there, is corrupt")
  func noNumber() async {
    for key in ["hidden_size", "vocab_size", "max_position_embeddings"] {
      for value in ["32", 32.5, NSNull(), [32]] as [Any] {
        #expect(await error("bert", [key: value])?.code == .corrupt)
      }
    }
    #expect(await error("distilbert", ["dim": NSNull()])?.code == .corrupt)
  }
}
