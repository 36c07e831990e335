import RAGCore

/// One token a word, and one a mark or ideograph, as many encoders begin.
struct WordCounter: TokenCounter {
  func tokenRanges(in text: String) -> [Range<Int>] {
    var ranges: [Range<Int>] = []
    forEachToken(in: text) { ranges.append($0) }
    return ranges
  }

  func tokenCount(of text: String) -> Int {
    var count = 0
    forEachToken(in: text) { _ in count += 1 }
    return count
  }

  private func forEachToken(in text: String, _ body: (Range<Int>) -> Void) {
    var wordStart: Int?
    var offset = 0
    for scalar in text.unicodeScalars {
      let end = offset + UTF8.width(scalar)
      let value = scalar.value
      let isWord =
        value < 0x80 ? 0x30...0x39 ~= value || 0x61...0x7A ~= value | 0x20 : value < 0x2E80
      if isWord, value < 0x80 || !scalar.properties.isWhitespace {
        wordStart = wordStart ?? offset
      } else {
        if let start = wordStart { body(start..<offset) }
        wordStart = nil
        if value != 0x20, !scalar.properties.isWhitespace { body(offset..<end) }
      }
      offset = end
    }
    if let start = wordStart { body(start..<offset) }
  }
}

/// A word of more than 20 bytes is one token, others one a byte: a text joined of two may have
/// fewer tokens than its parts, or a part more than the whole.
struct UnknownWordCounter: TokenCounter {
  func tokenRanges(in text: String) -> [Range<Int>] {
    let bytes = Array(text.utf8)
    var ranges: [Range<Int>] = []
    var start = 0
    while start < bytes.count {
      var end = start
      while end < bytes.count, bytes[end] != 0x20, bytes[end] != 0x0A { end += 1 }
      if end - start > 20 {
        ranges.append(start..<end)
      } else {
        var offset = start
        for scalar in String(decoding: bytes[start..<end], as: UTF8.self).unicodeScalars {
          ranges.append(offset..<(offset + UTF8.width(scalar)))
          offset += UTF8.width(scalar)
        }
      }
      start = end + 1
    }
    return ranges
  }
}

/// A small generator whose sequence is fixed by its seed.
struct SplitMix64: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var value = state
    value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
    value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
    return value ^ (value >> 31)
  }

  /// A number from 0 to `bound` - 1.
  mutating func below(_ bound: Int) -> Int { Int(next() % UInt64(bound)) }
}

/// A document put together by hand: its text is its source.
struct Draft {
  var title: String?
  var blocks: [(kind: Document.Block.Kind, text: String)] = []

  var document: Document {
    var text: [UInt8] = []
    var places: [Document.Block] = []
    for block in blocks {
      if !text.isEmpty { text += Array("\n\n".utf8) }
      places.append(.init(block.kind, text.count..<(text.count + block.text.utf8.count)))
      text += Array(block.text.utf8)
    }
    let map = SourceMap.identity(byteCount: text.count)
    return Document(
      source: .init(mediaType: .plainText, encoding: "utf-8", byteCount: text.count), title: title,
      text: text, decoded: DecodedSource(bytes: text, map: map), map: map, blocks: places)
  }
}

/// Random prose with a natural spread of word and sentence lengths.
struct Prose {
  var random: SplitMix64

  init(seed: UInt64) { random = SplitMix64(seed: seed) }

  mutating func word() -> String {
    let letters = Array("etaoinshrdlucmfw")
    return String((0..<(1 + random.below(9))).map { _ in letters[random.below(letters.count)] })
  }

  mutating func sentence() -> String {
    var words = (0..<(4 + random.below(26))).map { _ in word() }
    words[0] = words[0].uppercased() + "a"
    return words.joined(separator: " ") + "."
  }

  mutating func paragraph(sentences: Int) -> [String] { (0..<sentences).map { _ in sentence() } }
}
