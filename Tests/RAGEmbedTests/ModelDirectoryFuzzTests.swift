import Foundation
import RAGCore
import RAGEmbed
import Testing

@Suite("A damaged model directory")
struct ModelDirectoryFuzzTests {
  private static let files = [
    "config.json", "modules.json", "config_sentence_transformers.json", "1_Pooling/config.json",
    "sentence_bert_config.json", "tokenizer_config.json", "3_Dense/config.json",
    "3_Dense/model.safetensors", "4_LayerNorm/config.json",
  ]

  @Test("gives vectors or an error, whatever bytes of its files change")
  func flips() async throws {
    let seed = UInt64.random(in: 0 ... .max)
    var generator = SeededGenerator(seed: seed)
    let values: [UInt8] = Array("0123456789-.,:\"{}[]eE \\/nt".utf8) + [0, 0x7F, 0xFF]
    try await withTemporaryDirectory { path in
      try ReferenceModel(name: "bert+dense-chain").write(to: path)
      for _ in 0..<400 {
        let name = Self.files.randomElement(using: &generator) ?? ""
        let file = URL(fileURLWithPath: path + "/" + name)
        let whole = try Data(contentsOf: file)
        var damaged = whole
        for _ in 0..<Int.random(in: 1...3, using: &generator) {
          let place = Int.random(in: 0..<damaged.count, using: &generator)
          damaged[place] = values.randomElement(using: &generator) ?? 0
        }
        try damaged.write(to: file)
        do {
          let encoder = try BERTEncoder(directory: path, options: .init(threadCount: 1))
          let vector = try await encoder.embed(["the fox runs"], as: .query)[0]
          #expect(vector.count == encoder.dimension, "seed \(seed)")
          #expect(vector.allSatisfy { $0.isFinite }, "seed \(seed)")
        } catch { #expect(error is RAGError, "seed \(seed): \(error)") }
        try whole.write(to: file)
      }
    }
  }
}
