/// One pass over a text: block by block, stops at added tokens, normalises what is between, and
/// has the model cut it.
struct SubwordScan<Model: SubwordModel>: ~Copyable {
  private(set) var sink: TokenSink

  private let tokenizer: SubwordTokenizer<Model>
  private let text: UnsafeBufferPointer<UInt8>
  private var scratch: Model.Scratch
  private var block: NormalizedText
  private var spare: NormalizedText

  init(
    _ text: UnsafeBufferPointer<UInt8>, tokenizer: SubwordTokenizer<Model>, keepsRanges: Bool,
    limit: Int
  ) {
    self.text = text
    self.tokenizer = tokenizer
    sink = TokenSink(keepsRanges: keepsRanges, limit: limit, byteCount: text.count)
    scratch = tokenizer.model.makeScratch()
    let tracksOrigins = keepsRanges || tokenizer.model.needsOrigins
    block = NormalizedText(tracksOrigins: tracksOrigins)
    spare = NormalizedText(tracksOrigins: tracksOrigins)
  }

  /// Runs over the text until there are enough tokens.
  mutating func run() {
    var start = 0
    var isFirst = true
    while start < text.count, !sink.isFull {
      let end = tokenizer.blocks.end(of: text, from: start)
      // A token that begins in a block may end after it, or take white space after it along.
      while let match = tokenizer.addedTokens.firstMatch(in: text, from: start, before: end) {
        if start < match.range.lowerBound {
          cut(start..<match.range.lowerBound, BlockPlace(isFirst: isFirst, isLast: true))
        }
        emit(match.token, match.range)
        (start, isFirst) = (match.range.upperBound, true)
        if start >= end || sink.isFull { break }
      }
      if start < end, !sink.isFull {
        cut(start..<end, BlockPlace(isFirst: isFirst, isLast: end == text.count))
        (start, isFirst) = (end, false)
      }
    }
  }

  /// Cuts a block without added tokens.
  private mutating func cut(_ range: Range<Int>, _ place: BlockPlace) {
    block.reset(to: text, range)
    tokenizer.normalizer.apply(to: &block, place, spare: &spare)
    guard tokenizer.normalizedTokens.isEmpty else { return cutAtTokens(place) }
    if !block.bytes.isEmpty { tokenizer.model.cut(&block, place, with: &scratch, into: &sink) }
  }

  /// Cuts the normalised block, stopping at the tokens that are found in normalised text.
  private mutating func cutAtTokens(_ place: BlockPlace) {
    let count = block.bytes.count
    var start = 0
    var isFirst = place.isFirst
    let matches = block.bytes.withUnsafeBufferPointer { bytes in
      var matches: [AddedTokenMatcher.Match] = []
      while let match = tokenizer.normalizedTokens.firstMatch(in: bytes, from: start, before: count)
      {
        matches.append(match)
        start = match.range.upperBound
      }
      return matches
    }
    if matches.isEmpty {
      if count > 0 { tokenizer.model.cut(&block, place, with: &scratch, into: &sink) }
      return
    }
    start = 0
    for match in matches where !sink.isFull {
      cutPart(start..<match.range.lowerBound, BlockPlace(isFirst: isFirst, isLast: true))
      emit(match.token, sink.keepsRanges ? block.origin(of: match.range) : 0..<0)
      (start, isFirst) = (match.range.upperBound, true)
    }
    cutPart(start..<count, BlockPlace(isFirst: isFirst, isLast: place.isLast))
  }

  private mutating func cutPart(_ range: Range<Int>, _ place: BlockPlace) {
    if range.isEmpty || sink.isFull { return }
    var part = NormalizedText(tracksOrigins: sink.keepsRanges || tokenizer.model.needsOrigins)
    part.reset(for: block)
    part.append(range, of: block)
    tokenizer.model.cut(&part, place, with: &scratch, into: &sink)
  }

  private mutating func emit(_ token: Int32, _ range: Range<Int>) {
    let range = tokenizer.specialTokens.trimsRanges ? text.withoutSpaceAtEnds(range) : range
    sink.emit(token, range)
  }
}

extension UnsafeBufferPointer<UInt8> {
  /// A range without the white space at its ends; as it is where there is nothing else.
  func withoutSpaceAtEnds(_ range: Range<Int>) -> Range<Int> {
    var (lower, upper) = (range.lowerBound, range.upperBound)
    while lower < upper {
      let (scalar, length) = scalar(at: lower)
      guard scalar.properties.isWhitespace else { break }
      lower += length
    }
    while let start = scalarStart(before: upper), start >= lower,
      scalar(at: start).value.properties.isWhitespace
    {
      upper = start
    }
    return lower < upper ? lower..<upper : range
  }
}
