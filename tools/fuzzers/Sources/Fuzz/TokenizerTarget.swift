import RAGCore

@testable import RAGEmbed

/// A tokenizer that loads cuts any text in linear time into tokens that it knows, each with a place.
///
/// The input is `tokenizer.json`, or `vocab.txt` where it does not begin with a brace; what follows
/// a zero byte is a text to cut.
func fuzzTokenizer(_ input: [UInt8]) throws {
  let parts = input.split(separator: 0, maxSplits: 1, omittingEmptySubsequences: false)
  Scratch.remove("tokenizer.json")
  _ = try Scratch.write(
    parts[0], to: parts[0].first == UInt8(ascii: "{") ? "tokenizer.json" : "vocab.txt")
  let tokenizer = try TokenizerLoader.load(directory: Scratch.directory).tokenizer
  let own = parts.count > 1 ? String(decoding: parts[1], as: UTF8.self) : ""
  for text in [own, "The fox: naïve e\u{301}\u{327} 北京 x2 [SEP] \u{0}👩‍👩‍👧 각\u{11A8} ﬁ\n"] {
    check(tokenizer, text)
  }
}

private func check(_ tokenizer: some ModelTokenizer, _ text: String) {
  let bytes = Array(text.utf8)
  let ranges = tokenizer.tokenRanges(in: text)
  require(tokenizer.tokenCount(of: text) == ranges.count, "another count than ranges")
  var previous = 0
  for range in ranges {
    require(range.lowerBound >= previous, "ranges out of order")
    require(range.upperBound <= bytes.count, "range outside")
    for end in [range.lowerBound, range.upperBound] where end < bytes.count {
      require(bytes[end] & 0xC0 != 0x80, "range splits a character")
    }
    previous = range.lowerBound
  }
  let special = tokenizer.specialTokenCount
  for length in [special + 3, Int(Int32.max)] {
    let tokens = tokenizer.modelTokens(of: text, maximumLength: length)
    require(tokens.count == min(ranges.count + special, length), "another count than ranges")
    require(tokens.allSatisfy { 0 <= $0 && $0 < tokenizer.tokenBound }, "unknown token")
  }
}
