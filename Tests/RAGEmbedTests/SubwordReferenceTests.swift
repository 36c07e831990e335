import Foundation
import RAGCore
import RAGEmbed
import Testing

@Suite("Subword tokenizers")
struct SubwordReferenceTests {
  /// Where ranges differ on principle. Composed and decomposed characters come from all that they
  /// were made of here, the reference names only a part; and it counts dropped characters beside
  /// the white space before `<mask>` as white space. A space that is put before each word moves
  /// its ranges.
  private static let variantsOfOtherRanges: Set = [
    "unigram/albert", "unigram/nmt", "byte-pair/whole", "byte-pair/qwen-2",
    "byte-pair/prefixed-steps", "word-piece/converted",
  ]

  @Test("are the reference on every recorded text", arguments: TokenizerFixture.kinds)
  func recorded(kind: String) async throws {
    try await compare(kind, TokenizerFixture.cases(of: kind))
  }

  @Test(
    "are the reference on texts recorded by hand",
    .enabled(if: TokenizerFixture.fuzzDirectory != nil), arguments: TokenizerFixture.kinds)
  func recordedByHand(kind: String) async throws {
    let directory = try #require(TokenizerFixture.fuzzDirectory)
    try await compare(kind, TokenizerFixture.cases(of: kind, in: directory))
  }

  private func compare(
    _ kind: String, _ cases: [String: [TokenizerFixture.Case]]
  ) async throws {
    for (variant, fixture) in try TokenizerFixture.variants(of: kind) {
      let tokenizer = try await fixture.load()
      let ends = tokenizer.modelTokens(of: "", maximumLength: .max)
      let comparesRanges = !Self.variantsOfOtherRanges.contains(kind + "/" + variant)
      for item in try #require(cases[variant]) {
        let all = tokenizer.modelTokens(of: item.text, maximumLength: .max)
        let tokens = Array(all.dropFirst(ends.count / 2).dropLast(ends.count / 2))
        #expect(tokens == item.tokens, "\(kind) \(variant) \(item.text.debugDescription)")
        #expect(tokenizer.tokenCount(of: item.text) == tokens.count)
        let ranges = tokenizer.tokenRanges(in: item.text)
        checkRanges(ranges, in: item.text)
        #expect(ranges.count == tokens.count)
        guard comparesRanges, tokens == item.tokens, !hasControls(item.text) else { continue }
        let agree = zip(ranges, item.ranges).allSatisfy { agrees($0, $1) }
        #expect(
          agree,
          "\(kind) \(variant) \(item.text.debugDescription): \(ranges) for \(item.ranges)")
      }
    }
  }

  /// After control characters that are dropped, the reference's ranges are off.
  private func hasControls(_ text: String) -> Bool {
    text.unicodeScalars.contains {
      $0.properties.generalCategory == .control && !$0.properties.isWhitespace
    }
  }

  /// The reference leaves nothing of tokens that are white space where it trims ranges.
  private func agrees(_ range: Range<Int>, _ reference: Range<Int>) -> Bool {
    range == reference || (reference.isEmpty && range.upperBound == reference.upperBound)
  }

  /// Ranges lie on scalar boundaries and hold something.
  private func checkRanges(_ ranges: [Range<Int>], in text: String) {
    let bytes = Array(text.utf8)
    let areSound = ranges.allSatisfy { range in
      !range.isEmpty && range.upperBound <= bytes.count && bytes[range.lowerBound] & 0xC0 != 0x80
        && (range.upperBound == bytes.count || bytes[range.upperBound] & 0xC0 != 0x80)
    }
    #expect(areSound, "\(text.debugDescription): \(ranges)")
  }
}
