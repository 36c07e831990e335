/// Byte-level byte-pair encoding (Sennrich et al. 2016, section 3.2, on bytes as in GPT-2): the
/// bytes of a word are merged pair by pair, the pair that was learnt first before all others.
struct BytePairModel: SubwordModel {
  let trie: PieceTrie
  let merges: MergeTable
  /// The token of each byte, -1 where there is none.
  let byteTokens: [Int32]
  /// What bytes without a token become; -1 drops them.
  let unknownToken: Int32
  let joinsUnknown: Bool
  /// Takes words that are pieces as they are.
  let ignoresMerges: Bool
  /// Puts a space before a text that starts with none.
  let addsSpace: Bool
  /// Whether the text is cut into words first.
  let splits: Bool
  let trimsRanges: Bool

  var needsOrigins: Bool { false }

  func makeScratch() -> BytePairMerger { BytePairMerger() }

  func cut(
    _ text: inout NormalizedText, _ place: BlockPlace, with merger: inout BytePairMerger,
    into sink: inout TokenSink
  ) {
    text.bytes.withUnsafeBufferPointer { bytes in
      let splitter = ByteLevelSplitter(bytes: bytes)
      var start = 0
      if addsSpace, place.isFirst, bytes[0] != 0x20 {
        start = splits ? splitter.endAfterSpace() : bytes.count
        merger.merge(0..<start, of: bytes, spaceBefore: true, by: self)
        emit(merger, 0..<start, bytes, text, spaceBefore: true, &sink)
      }
      while start < bytes.count, !sink.isFull {
        let end = splits ? splitter.end(from: start) : bytes.count
        merger.merge(start..<end, of: bytes, spaceBefore: false, by: self)
        emit(merger, start..<end, bytes, text, spaceBefore: false, &sink)
        start = end
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
