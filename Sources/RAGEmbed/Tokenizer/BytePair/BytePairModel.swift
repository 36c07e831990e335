/// Byte-pair encoding (Sennrich et al. 2016, section 3.2): the bytes or characters of a word are
/// merged pair by pair, the pair that was learnt first before all others.
///
/// Bytes are merged as in GPT-2, characters as in SentencePiece; `words` says which.
struct BytePairModel: SubwordModel {
  let trie: PieceTrie
  let merges: MergeTable
  /// The token of each byte, -1 where there is none; of characters that are no pieces, where those
  /// are spelt out, else empty.
  let byteTokens: [Int32]
  /// What bytes or characters without a token become; -1 drops them.
  let unknownToken: Int32
  let joinsUnknown: Bool
  /// Takes words that are pieces as they are.
  let ignoresMerges: Bool
  let words: WordCutter
  let trimsRanges: Bool

  var needsOrigins: Bool { words.metaspace?.prefixing == .first }

  func makeScratch() -> BytePairMerger { BytePairMerger() }

  func cut(
    _ text: inout NormalizedText, _ place: BlockPlace, with merger: inout BytePairMerger,
    into sink: inout TokenSink
  ) {
    words.putMarks(in: &text, place)
    text.bytes.withUnsafeBufferPointer { bytes in
      words.forEach(in: bytes, place) { word, spaceBefore in
        merger.merge(word, of: bytes, spaceBefore: spaceBefore, by: self)
        emit(merger, word, bytes, text, spaceBefore: spaceBefore, &sink)
        return !sink.isFull
      }
    }
  }

  private func emit(
    _ merger: BytePairMerger, _ word: Range<Int>, _ bytes: UnsafeBufferPointer<UInt8>,
    _ text: borrowing NormalizedText, spaceBefore: Bool, _ sink: inout TokenSink
  ) {
    let shift = word.lowerBound - (spaceBefore ? 1 : 0)
    for symbol in merger.symbols {
      guard sink.keepsRanges else {
        sink.emit(symbol.token, 0..<0)
        continue
      }
      var lower = max(word.lowerBound, shift + Int(symbol.start))
      // A space that was put in is said to come from the first character, as in the reference.
      var upper = max(lower + 1, shift + Int(symbol.end))
      if trimsRanges {
        while lower < upper - 1, bytes[lower] == 0x20 { lower += 1 }
        while upper - 1 > lower, bytes[upper - 1] == 0x20 { upper -= 1 }
      }
      sink.emit(symbol.token, text.origin(of: lower..<upper))
    }
  }
}
