import Foundation
import RAGCore
import RAGEmbed
import Testing

@Suite("The tokenizer loader")
struct TokenizerLoaderTests {
  private func error(_ kind: String, _ changes: [String: Any]) async -> RAGError? {
    do {
      _ = try await TokenizerFixture(kind).changed(changes).load()
      return nil
    } catch { return error as? RAGError }
  }

  @Test(
    "tells the kind of model by its members where the file does not name it",
    arguments: TokenizerFixture.kinds)
  func inferredKind(kind: String) async throws {
    let fixture = try TokenizerFixture(kind)
    var model = try #require(fixture.members["model"] as? [String: Any])
    model["type"] = nil
    var unnamed = fixture
    unnamed.members["model"] = model
    let text = "An index that knows its encoder, été."
    let expected = try await fixture.load().modelTokens(of: text, maximumLength: 99)
    #expect(try await unnamed.load().modelTokens(of: text, maximumLength: 99) == expected)
  }

  private static func steps(_ steps: [String: Any]...) -> [String: Any] {
    ["pre_tokenizer": ["type": "Sequence", "pretokenizers": steps]]
  }

  private static func split(
    _ behavior: String = "Isolated", at expression: String = "a"
  ) -> [String: Any] {
    steps(
      ["type": "Split", "pattern": ["Regex": expression], "behavior": behavior],
      ["type": "ByteLevel"])
  }

  @Test(
    "does not read expressions that say more than runs of one class",
    arguments: [
      "a*", "(a|b)+", "a(?:b)c", "(?<=a)b", "(?=a)", "a.b", "^a", "a$", "\\bword", "\\w+", "a+?",
      "a**", "a{2,1}", "a{", "[a", "[]", "[z-a]", "[a&&b]", "[[:alpha:]]", "\\p{Han}", "\\p{L",
      "a+b+c", "\\s+x*y", "(?!a)", "(?:)", "a||b", "|", "\\", "(?i:a)*", "\\s+(?!\\S)x",
    ])
  func expressions(expression: String) async {
    let error = await error("byte-pair", Self.split(at: expression))
    #expect(error?.code == .unsupported)
    #expect(error?.message.contains("Split at") == true, "\(error?.message ?? "")")
  }

  @Test("says what it does not read")
  func unsupported() async throws {
    let cases: [(kind: String, changes: [String: Any], name: String)] = [
      ("unigram", ["model": ["type": "WordLevel"]], "WordLevel"),
      ("unigram", ["model": ["unk_id": NSNull()]], "unknown token"),
      ("unigram", ["normalizer": ["type": "BertNormalizer"]], "BertNormalizer"),
      (
        "unigram",
        ["normalizer": ["type": "Replace", "pattern": ["Regex": "a|b"], "content": ""]], "a|b"
      ),
      (
        "unigram",
        [
          "normalizer": [
            "type": "Sequence",
            "normalizers": (0..<3).map { _ in
              ["type": "Replace", "pattern": ["String": "a"], "content": "aaaaaaaaaa"]
                as [String: Any]
            },
          ] as [String: Any]
        ], "as long"
      ),
      ("unigram", ["pre_tokenizer": ["type": "Digits"]], "Digits"),
      ("unigram", ["post_processor": ["type": "Other"]], "Other"),
      ("unigram", ["pre_tokenizer": ["type": "Metaspace", "prepend_scheme": "x"]], "x"),
      ("byte-pair", ["pre_tokenizer": ["type": "Punctuation"]], "Punctuation"),
      ("byte-pair", ["pre_tokenizer": [:] as [String: String]], "without a type"),
      ("byte-pair", Self.steps(["type": "ByteLevel"], ["type": "Digits"]), "Digits"),
      ("byte-pair", Self.steps(["type": "Metaspace"], ["type": "ByteLevel"]), "Metaspace"),
      ("byte-pair", Self.split("Removed"), "Removed"),
      ("byte-pair", Self.split("Contiguous"), "Contiguous"),
      ("byte-pair", ["model": ["end_of_word_suffix": "</w>"]], "end_of_word_suffix"),
      (
        "byte-pair", ["pre_tokenizer": NSNull(), "model": ["byte_fallback": true]], "byte_fallback"
      ),
      ("byte-pair", ["model": ["dropout": 0.1]], "dropout"),
    ]
    for (kind, changes, name) in cases {
      let error = await error(kind, changes)
      #expect(error?.code == .unsupported && error?.message.contains(name) == true, "\(changes)")
    }
  }

  @Test("says that a file is damaged")
  func damaged() async throws {
    let map = { (bytes: [UInt8]) -> [String: Any] in
      [
        "normalizer": [
          "type": "Precompiled", "precompiled_charsmap": Data(bytes).base64EncodedString(),
        ]
      ]
    }
    let cases: [(kind: String, changes: [String: Any])] = [
      ("unigram", ["normalizer": ["type": "Precompiled", "precompiled_charsmap": "no base64"]]),
      ("unigram", map([1, 2, 3])), ("unigram", map([0, 0, 0, 0, 65, 0])),
      ("unigram", map([255, 255, 255, 255, 0, 0, 0, 0])),
      ("unigram", map([4, 0, 0, 0, 0, 0, 0, 0, 0xFF])),
      ("unigram", ["model": ["unk_id": 9_999]]), ("unigram", ["model": ["unk_id": -1]]),
      ("unigram", ["model": ["vocab": [["a", "b"]]]]), ("unigram", ["model": ["vocab": [["a"]]]]),
      ("unigram", ["model": ["vocab": [["a", 1, 2]]]]), ("unigram", ["model": ["vocab": ["a"]]]),
      ("unigram", ["model": ["vocab": ["a": 1]]]),
      (
        "unigram",
        [
          "post_processor": [
            "type": "TemplateProcessing",
            "single": [["SpecialToken": ["id": "x"]], ["Sequence": ["id": "A"]]],
          ]
        ]
      ),
      ("byte-pair", ["model": ["vocab": ["a": -1]]]),
      ("byte-pair", ["model": ["vocab": ["a": 1 << 40]]]),
      ("byte-pair", ["model": ["vocab": ["a": 1.5]]]),
      ("byte-pair", ["model": ["merges": ["ab"]]]),
      ("byte-pair", ["model": ["merges": ["a b c"]]]),
      ("byte-pair", ["model": ["merges": [["a"]]]]),
      ("byte-pair", ["model": ["merges": [1]]]),
      ("byte-pair", ["model": ["merges": ["Ġnever Ġseen"]]]),
      ("byte-pair", ["model": ["unk_token": "nowhere"]]),
      ("byte-pair", ["post_processor": ["type": "RobertaProcessing", "cls": ["<s>", "x"]]]),
    ]
    for (kind, changes) in cases {
      #expect(await error(kind, changes)?.code == .corrupt, "\(changes)")
    }
    let piece = String(repeating: "a", count: 5_000)
    let long: [String: Any] = ["vocab": [["<unk>", 0], [piece, 0]]]
    #expect(await error("unigram", ["model": long])?.code == .limitExceeded)
  }

  @Test("stands a map whose double array is damaged anywhere")
  func damagedMap() async throws {
    let fixture = try TokenizerFixture("unigram")
    let normalizer = try #require(fixture.members["normalizer"] as? [String: Any])
    let base64 = try #require(normalizer["precompiled_charsmap"] as? String)
    let bytes = try [UInt8](#require(Data(base64Encoded: base64)))
    let seed = UInt64.random(in: 0 ... .max)
    var generator = SeededGenerator(seed: seed)
    let scalars = (UInt32(0xA0)..<0x1_0000).compactMap(Unicode.Scalar.init)
    let text = String(String.UnicodeScalarView(scalars))
    for _ in 0..<20 {
      var damaged = bytes
      for _ in 0..<500 {
        damaged[Int.random(in: 0..<200_000, using: &generator)] = UInt8.random(
          in: 0 ... .max, using: &generator)
      }
      let changes: [String: Any] = [
        "normalizer": [
          "type": "Precompiled", "precompiled_charsmap": Data(damaged).base64EncodedString(),
        ]
      ]
      // An error, or ranges within the text.
      guard let tokenizer = try? await fixture.changed(changes).load() else { continue }
      let ranges = tokenizer.tokenRanges(in: text)
      #expect(ranges.allSatisfy { $0.upperBound <= text.utf8.count }, "seed \(seed)")
    }
  }

  @Test("names the file that it would need where there is another kind of vocabulary")
  func otherFiles() async throws {
    try await withTemporaryDirectory { path in
      #expect(thrownError { _ = try TokenizerLoader.load(directory: path) }?.code == .notFound)
      try Data("x".utf8).write(to: URL(fileURLWithPath: path + "/sentencepiece.bpe.model"))
      let error = thrownError { _ = try TokenizerLoader.load(directory: path) }
      #expect(error?.code == .unsupported)
      #expect(error?.message.contains("tokenizer.json") == true)
    }
  }
}
