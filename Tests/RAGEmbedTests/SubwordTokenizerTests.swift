import Foundation
import RAGCore
import RAGEmbed
import Testing

@Suite("A subword tokenizer")
struct SubwordTokenizerTests {
  static let kinds = ["unigram", "byte-pair", "character-pair"]

  @Test("cuts to the limit, special tokens included", arguments: kinds)
  func limit(kind: String) async throws {
    let tokenizer = try await TokenizerFixture(kind).load()
    let text = String(repeating: "The quick engine reads a page. ", count: 2_000)
    let all = tokenizer.modelTokens(of: text, maximumLength: .max)
    for length in [2, 3, 17, 512, 4_000] {
      let cut = tokenizer.modelTokens(of: text, maximumLength: length)
      #expect(cut == Array(all.prefix(length - 1)) + all.suffix(1))
    }
    #expect(tokenizer.modelTokens(of: "", maximumLength: 9).count == 2)
    #expect(tokenizer.specialTokenCount == 2)
  }

  /// Long texts are cut in blocks; what comes out is what their lines give, one after the other.
  @Test("gives a long text the tokens of its parts", arguments: ["unigram", "byte-pair"])
  func blocks(kind: String) async throws {
    let tokenizer = try await TokenizerFixture(kind).load()
    let lines = try TokenizerFixture.cases(of: kind).values.flatMap { $0 }.map(\.text)
      .filter { !$0.isEmpty && !$0.contains(where: \.isWhitespace) && $0.utf8.count < 200 }
    let seed = UInt64.random(in: 0 ... .max)
    var generator = SeededGenerator(seed: seed)
    var text = ""
    var tokens: [Int32] = []
    var ranges: [Range<Int>] = []
    for _ in 0..<3_000 {
      // A visible letter on both sides, so that no line changes with what is beside it.
      let word = " x" + (lines.randomElement(using: &generator) ?? "") + "x"
      let shift = text.utf8.count
      text += word
      tokens += tokenizer.modelTokens(of: word, maximumLength: .max).dropFirst().dropLast()
      ranges += tokenizer.tokenRanges(in: word).map {
        ($0.lowerBound + shift)..<($0.upperBound + shift)
      }
    }
    let found = tokenizer.modelTokens(of: text, maximumLength: .max).dropFirst().dropLast()
    #expect(Array(found) == tokens, "seed \(seed)")
    #expect(tokenizer.tokenRanges(in: text) == ranges, "seed \(seed)")
  }

  @Test("stands floods of one kind of character", arguments: kinds)
  func floods(kind: String) async throws {
    let texts = [
      "x", "é", "中", "👩‍👩‍👧", "\u{301}", "e\u{301}\u{302E}\u{1D165}", "<mask>", "<s>", "<", " ", "\n",
      "▁", "\r\n", "\u{0}", "\u{1}", "ᄒ", "ﷺ", "\u{FFFD}", "\u{10FFFF}", "\u{600}", "'s", "the",
    ]
    for (variant, fixture) in try TokenizerFixture.variants(of: kind) {
      let tokenizer = try await fixture.load()
      for text in texts {
        let flood = String(repeating: text, count: 50_000 / text.utf8.count)
        let ranges = tokenizer.tokenRanges(in: flood)
        let areSound = ranges.allSatisfy { !$0.isEmpty && $0.upperBound <= flood.utf8.count }
        #expect(areSound, "\(variant) \(text.debugDescription)")
        #expect(tokenizer.tokenCount(of: flood) == ranges.count)
      }
    }
  }

  @Test("cuts a text of many megabytes without white space", arguments: kinds)
  func withoutSpace(kind: String) async throws {
    let tokenizer = try await TokenizerFixture(kind).load()
    let text = String(repeating: "的一是不了", count: 600_000)
    let ranges = tokenizer.tokenRanges(in: text)
    #expect(ranges.last?.upperBound == text.utf8.count)
    #expect(tokenizer.modelTokens(of: text, maximumLength: 8).count == 8)
  }

  @Test("takes the white space beside an added token along where the file says so")
  func addedTokens() async throws {
    let changes: [String: Any] = [
      "added_tokens": [
        ["id": 957, "content": "<mask>", "lstrip": true, "rstrip": true],
        ["id": 958, "content": "foo", "single_word": true],
      ]
    ]
    let tokenizer = try await TokenizerFixture("unigram").changed(changes).load()
    func slices(_ text: String) -> [String] {
      let bytes = Array(text.utf8)
      return tokenizer.tokenRanges(in: text).map { String(decoding: bytes[$0], as: UTF8.self) }
    }
    // A digit has two tokens: the mark before it, and itself.
    #expect(
      slices("1  <mask> \u{3000}<mask>1")
        == ["1", "1", "  <mask> \u{3000}", "<mask>", "1", "1"])
    #expect(tokenizer.modelTokens(of: "foo", maximumLength: 9) == [0, 958, 2])
    #expect(!tokenizer.modelTokens(of: "foo_ xfoo fooé", maximumLength: 99).contains(958))
  }
}
