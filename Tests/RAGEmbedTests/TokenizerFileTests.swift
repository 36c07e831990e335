import Foundation
import RAGCore
import RAGEmbed
import Testing

@Suite("A tokenizer.json")
struct TokenizerFileTests {
  /// The file of a small tokenizer, with some of its members replaced.
  private func load(_ changes: [String: Any] = [:]) async throws -> (
    tokenizer: any ModelTokenizer, digest: String
  ) {
    var members: [String: Any] = [
      "added_tokens": [["id": 3, "content": "[SEP]", "normalized": false, "special": true]],
      "normalizer": ["type": "BertNormalizer", "lowercase": true],
      "pre_tokenizer": ["type": "BertPreTokenizer"],
      "post_processor": ["type": "BertProcessing", "sep": ["[SEP]", 3], "cls": ["[CLS]", 2]],
      "truncation": ["max_length": 4], "padding": ["strategy": ["Fixed": 8]],
      "model": [
        "type": "WordPiece", "unk_token": "[UNK]",
        "vocab": ["[UNK]": 1, "[CLS]": 2, "[SEP]": 3, "fox": 4, "##es": 5],
      ],
    ]
    members.merge(changes) { $1 }
    return try await withTemporaryDirectory { path in
      let data = try JSONSerialization.data(withJSONObject: members)
      try data.write(to: URL(fileURLWithPath: path + "/tokenizer.json"))
      let loaded = try TokenizerLoader.load(directory: path)
      return (loaded.tokenizer, loaded.digest)
    }
  }

  private func error(_ changes: [String: Any]) async -> RAGError? {
    do {
      _ = try await load(changes)
      return nil
    } catch { return error as? RAGError }
  }

  @Test("is read; its truncation and padding are not taken over")
  func read() async throws {
    let tokenizer = try await load().tokenizer
    #expect(
      tokenizer.modelTokens(of: "Foxes fox fox cat[SEP]", maximumLength: 99)
        == [2, 4, 5, 4, 4, 1, 3, 3])
  }

  @Test("has a digest of its bytes")
  func digest() async throws {
    let first = try await load().digest
    #expect(first.count == 64)
    #expect(try await load(["version": "2"]).digest != first)
  }

  @Test("with a template around texts is read")
  func template() async throws {
    let tokenizer = try await load([
      "post_processor": [
        "type": "TemplateProcessing",
        "single": [
          ["SpecialToken": ["id": "[CLS]"]], ["Sequence": ["id": "A"]],
          ["SpecialToken": ["id": "[SEP]"]],
        ],
        "special_tokens": ["[CLS]": ["ids": [2]], "[SEP]": ["ids": [3]]],
      ]
    ]).tokenizer
    #expect(tokenizer.modelTokens(of: "fox", maximumLength: 9) == [2, 4, 3])
  }

  @Test("of another kind is unsupported")
  func otherKinds() async throws {
    let changes: [[String: Any]] = [
      ["model": ["type": "Unigram", "vocab": [["a", -1.5]]]],
      ["model": ["type": "WordLevel", "vocab": ["[UNK]": 1]]],
      ["normalizer": ["type": "NFC"]], ["normalizer": NSNull()],
      ["pre_tokenizer": ["type": "Metaspace"]], ["post_processor": NSNull()],
      ["post_processor": ["type": "TemplateProcessing", "single": [["Sequence": ["id": "A"]]]]],
      ["added_tokens": [["id": 4, "content": "fox", "normalized": true]]],
      ["added_tokens": [["id": 4, "content": "fox", "single_word": true]]],
    ]
    for change in changes { #expect(await error(change)?.code == .unsupported, "\(change)") }
  }

  @Test("that is damaged is corrupt")
  func damaged() async throws {
    let changes: [[String: Any]] = [
      ["model": ["type": "WordPiece", "vocab": ["a": 0]]],
      ["model": ["type": "WordPiece", "vocab": ["[UNK]": -1]]],
      ["model": ["type": "WordPiece", "vocab": ["[UNK]": 1.5]]],
      ["model": ["type": "WordPiece", "vocab": ["[UNK]": 1 << 40]]],
      ["post_processor": ["type": "BertProcessing", "sep": ["[SEP]"], "cls": ["[CLS]", 2]]],
    ]
    for change in changes { #expect(await error(change)?.code == .corrupt, "\(change)") }
  }
}
