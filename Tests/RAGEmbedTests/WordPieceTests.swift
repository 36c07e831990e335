import Foundation
import RAGCore
import RAGEmbed
import Testing

@Suite("The WordPiece tokenizer")
struct WordPieceTests {
  /// A tokenizer of a few pieces, from `vocab.txt`.
  private func tokenizer(options: String = "{}", pieces: [String]) async throws
    -> WordPieceTokenizer
  {
    try await withTemporaryDirectory { path in
      let all = ["[PAD]", "[UNK]", "[CLS]", "[SEP]"] + pieces
      try Data(all.joined(separator: "\n").utf8).write(
        to: URL(fileURLWithPath: path + "/vocab.txt"))
      try Data(options.utf8).write(to: URL(fileURLWithPath: path + "/tokenizer_config.json"))
      return try WordPieceTokenizer(directory: path)
    }
  }

  /// The text of each token's range.
  private func slices(_ text: String, _ tokenizer: WordPieceTokenizer) -> [String] {
    let bytes = Array(text.utf8)
    return tokenizer.tokenRanges(in: text).map { String(decoding: bytes[$0], as: UTF8.self) }
  }

  @Test(
    "is the reference tokenizer on every recorded line",
    .enabled(if: EncoderFixture.hasModel, EncoderFixture.missingModel),
    .enabled(if: EncoderFixture.hasGolden, EncoderFixture.missingGolden))
  func golden() async throws {
    let json = try WordPieceTokenizer(directory: EncoderFixture.directory)
    // The same from vocab.txt alone.
    let plain = try await withTemporaryDirectory { path in
      for name in ["vocab.txt", "tokenizer_config.json"] {
        try FileManager.default.copyItem(
          atPath: EncoderFixture.directory + "/" + name, toPath: path + "/" + name)
      }
      return try WordPieceTokenizer(directory: path)
    }
    let lines = try EncoderFixture.goldenLines("tokenizer.jsonl")
    #expect(lines.count == 423)
    for line in lines {
      let text = try #require(line["text"] as? String)
      let full = try #require(line["ids_full"] as? [Int]).map(Int32.init)
      let cut = try #require(line["ids_256"] as? [Int]).map(Int32.init)
      for tokenizer in [json, plain] {
        #expect(tokenizer.modelTokens(of: text, maximumLength: .max) == full)
        #expect(tokenizer.modelTokens(of: text, maximumLength: 256) == cut)
        let encoding = tokenizer.encode(text)
        #expect(encoding.tokens == Array(full.dropFirst().dropLast()))
        #expect(tokenizer.tokenCount(of: text) == full.count - 2)
        checkRanges(encoding.ranges, in: text)
      }
    }
  }

  /// Ranges lie on scalar boundaries, in order, and hold something.
  private func checkRanges(_ ranges: [Range<Int>], in text: String) {
    let bytes = Array(text.utf8)
    var last = 0
    for range in ranges {
      #expect(!range.isEmpty && range.lowerBound >= last && range.upperBound <= bytes.count)
      for end in [range.lowerBound, range.upperBound] where end < bytes.count {
        #expect(bytes[end] & 0xC0 != 0x80)
      }
      last = range.lowerBound
    }
  }

  @Test("cuts the longest pieces from the left and knows their bytes")
  func pieces() async throws {
    let tokenizer = try await tokenizer(pieces: ["un", "##aff", "##able", "##a", "runn", "##ing"])
    #expect(tokenizer.encode("Unaffable RUNNING").tokens == [4, 5, 6, 8, 9])
    #expect(slices("Unaffable RUNNING", tokenizer) == ["Un", "aff", "able", "RUNN", "ING"])
    #expect(tokenizer.encode("unaffx un").tokens == [1, 4])
    #expect(slices("unaffx un", tokenizer) == ["unaffx", "un"])
  }

  @Test("reads a vocabulary with either kind of line end, whose pieces may begin with a mark")
  func lineEnds() async throws {
    let pieces = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "a", "\u{93F}", "##b"]
    for (separator, end) in [("\n", ""), ("\n", "\n"), ("\r\n", ""), ("\r\n", "\r\n")] {
      let tokenizer = try await withTemporaryDirectory { path in
        try Data((pieces.joined(separator: separator) + end).utf8).write(
          to: URL(fileURLWithPath: path + "/vocab.txt"))
        return try WordPieceTokenizer(directory: path)
      }
      #expect(tokenizer.encode("ab a \u{93F} x").tokens == [4, 6, 4, 5, 1])
      #expect(tokenizer.tokenBound == pieces.count)
    }
  }

  @Test("appends to tokens that are there")
  func appending() async throws {
    let tokenizer = try await tokenizer(pieces: ["a"])
    var tokens: [Int32] = [9]
    tokenizer.appendModelTokens(of: "a a", maximumLength: 3, to: &tokens)
    tokenizer.appendModelTokens(of: "a", maximumLength: 0, to: &tokens)
    #expect(tokens == [9, 2, 4, 3, 2, 3])
  }

  @Test("maps accents, dropped characters and ideographs back to their bytes")
  func origins() async throws {
    let tokenizer = try await tokenizer(pieces: ["cafe", "##s", "中", "=", "i", "ᄒ", "##ᅡ", "##ᆫ"])
    #expect(slices("Cafés", tokenizer) == ["Café", "s"])
    #expect(slices("Cafe\u{301}s", tokenizer) == ["Cafe", "s"])
    #expect(slices("ca\u{200B}fe\u{AD}s", tokenizer) == ["ca\u{200B}fe", "s"])
    #expect(slices("中中 中", tokenizer) == ["中", "中", "中"])
    #expect(slices("≠", tokenizer) == ["≠"])
    #expect(slices("İ", tokenizer) == ["İ"])
    #expect(slices("한", tokenizer) == ["한", "한", "한"])
    #expect(tokenizer.encode("한").tokens == [9, 10, 11])
  }

  @Test("knows pieces that begin with a combining mark")
  func combiningPieces() async throws {
    let tokenizer = try await tokenizer(pieces: ["ह", "##ि", "##न"])
    #expect(tokenizer.encode("हिन").tokens == [4, 5, 6])
  }

  @Test("finds added tokens as they stand")
  func addedTokens() async throws {
    let tokenizer = try await tokenizer(pieces: ["a", "[", "]", "sep"])
    #expect(tokenizer.encode("a[SEP]a[sep][SEP").tokens == [4, 3, 4, 5, 7, 6, 5, 7])
    #expect(slices("a[SEP]a", tokenizer) == ["a", "[SEP]", "a"])
    #expect(tokenizer.modelTokens(of: "a a a", maximumLength: 4) == [2, 4, 4, 3])
    #expect(tokenizer.modelTokens(of: "", maximumLength: 4) == [2, 3])
  }

  @Test("keeps case, accents and ideographs together where the options say so")
  func options() async throws {
    let pieces = ["Café", "cafe", "a中", "中", "a"]
    let cased = try await tokenizer(options: #"{"do_lower_case": false}"#, pieces: pieces)
    #expect(cased.encode("Café cafe").tokens == [4, 5])
    let joined = try await tokenizer(
      options: #"{"tokenize_chinese_chars": false}"#, pieces: pieces)
    #expect(joined.encode("a中").tokens == [6])
    let accents = try await tokenizer(
      options: #"{"do_lower_case": false, "strip_accents": true}"#, pieces: pieces + ["Cafe"])
    #expect(accents.encode("Café").tokens == [9])
  }

  @Test("takes a word over 100 characters as unknown, marks not counted")
  func longWords() async throws {
    let tokenizer = try await tokenizer(pieces: ["e", "##e"])
    let word = String(repeating: "e\u{301}", count: 100)
    #expect(tokenizer.tokenCount(of: word) == 100)
    #expect(tokenizer.encode(word + "e").tokens == [1])
    #expect(tokenizer.tokenRanges(in: word + "e") == [0..<301])
  }

  @Test(
    "stands floods of one kind of character",
    arguments: [
      "x", "é", "中", "👩‍👩‍👧", "\u{301}", "\u{302E}", "e\u{301}\u{302E}\u{1D165}",
      "\u{302E}\u{1D165}", "[SEP", "[",
      "\u{202E}", "\r\n", "\u{0}", "ᄒ", "ﷺ", "\u{FFFD}", "\u{10FFFF}",
    ])
  func floods(text: String) async throws {
    let tokenizer = try await tokenizer(pieces: ["x", "##x", "e", "[", "中"])
    let flood = String(repeating: text, count: 1_000_000 / text.utf8.count)
    let ranges = tokenizer.tokenRanges(in: flood)
    #expect(ranges.allSatisfy { !$0.isEmpty && $0.upperBound <= flood.utf8.count })
  }

  @Test("gives ranges on scalar boundaries for random text")
  func randomText() async throws {
    let tokenizer = try await tokenizer(pieces: ["a", "##a", "e", "##e", "中", "=", "ᄒ", "##ᅡ"])
    let seed = UInt64.random(in: 0 ... .max)
    var generator = SeededGenerator(seed: seed)
    let alphabet = Array("aAeÉ中한≠İßﬁ=[SEP] \u{301}\u{302E}\u{200D}\u{AD}\n😀𝓗".unicodeScalars)
    for _ in 0..<2_000 {
      var scalars = String.UnicodeScalarView()
      for _ in 0..<Int.random(in: 0...20, using: &generator) {
        scalars.append(alphabet.randomElement(using: &generator) ?? "a")
      }
      let text = String(scalars)
      let encoding = tokenizer.encode(text)
      #expect(encoding.tokens.count == encoding.ranges.count, "seed \(seed)")
      checkRanges(encoding.ranges, in: text)
    }
  }
}
