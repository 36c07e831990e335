/// Cuts a normalised text into the words within which a byte-pair tokenizer merges.
struct WordCutter: Sendable, Hashable {
  /// SentencePiece's sign for a space, and how it is put in.
  struct Metaspace: Sendable, Hashable {
    var mark: [UInt8]
    var prefixing: MetaspaceWords.Prefixing
  }

  /// A word, and whether a space is put before it.
  typealias Body = (_ word: Range<Int>, _ spaceBefore: Bool) -> Bool

  var metaspace: Metaspace?
  /// One after the other, each within the words of the one before it.
  var steps: [SplitStep] = []
  /// Whether words are spelt in bytes.
  var isByteLevel = false
  /// Whether GPT-2's expression is the last step.
  var splitsAsGPT2 = false
  /// Puts a space before a text, or a word of ``steps``, that starts with none.
  var addsSpace = false
  /// Words also end before this sign, unless that follows itself, where nothing is merged across;
  /// else empty.
  var seam: [UInt8] = []

  /// Calls `body` with every word, in order, until it returns false.
  func forEach(in bytes: UnsafeBufferPointer<UInt8>, _ place: BlockPlace, _ body: Body) {
    let addsSpace = addsSpace && (place.isFirst || !steps.isEmpty)
    _ = cut(0..<bytes.count, of: bytes, from: 0) { range in
      if isByteLevel { return cutBytes(range, of: bytes, addsSpace: addsSpace, body) }
      return seam.isEmpty ? body(range, false) : cutAtSeams(range, of: bytes, body)
    }
  }

  private func cut(
    _ range: Range<Int>, of bytes: UnsafeBufferPointer<UInt8>, from step: Int,
    _ body: (Range<Int>) -> Bool
  ) -> Bool {
    if step == steps.count { return body(range) }
    let start = range.lowerBound
    return steps[step].forEach(in: UnsafeBufferPointer(rebasing: bytes[range])) { word in
      cut((start + word.lowerBound)..<(start + word.upperBound), of: bytes, from: step + 1, body)
    }
  }

  private func cutBytes(
    _ range: Range<Int>, of bytes: UnsafeBufferPointer<UInt8>, addsSpace: Bool, _ body: Body
  ) -> Bool {
    let base = range.lowerBound
    let splitter = ByteLevelSplitter(bytes: UnsafeBufferPointer(rebasing: bytes[range]))
    var start = 0
    if addsSpace, bytes[base] != 0x20 {
      start = splitsAsGPT2 ? splitter.endAfterSpace() : range.count
      if !body(base..<(base + start), true) { return false }
    }
    while start < range.count {
      let end = splitsAsGPT2 ? splitter.end(from: start) : range.count
      if !body((base + start)..<(base + end), false) { return false }
      start = end
    }
    return true
  }

  private func cutAtSeams(
    _ range: Range<Int>, of bytes: UnsafeBufferPointer<UInt8>, _ body: Body
  ) -> Bool {
    var start = range.lowerBound
    var offset = start
    var isAfterSeam = true
    while range.upperBound - offset >= seam.count {
      guard bytes[offset] == seam[0], seam.indices.allSatisfy({ bytes[offset + $0] == seam[$0] })
      else {
        isAfterSeam = false
        offset += 1
        continue
      }
      if !isAfterSeam {
        if !body(start..<offset, false) { return false }
        start = offset
      }
      isAfterSeam = true
      offset += seam.count
    }
    return body(start..<range.upperBound, false)
  }

  /// Puts marks in the place of spaces, and before the text where it gets one.
  func putMarks(in text: inout NormalizedText, _ place: BlockPlace) {
    guard let metaspace else { return }
    var spare = NormalizedText(tracksOrigins: text.tracksOrigins)
    Replacement(
      pattern: .literal([0x20]), content: String(decoding: metaspace.mark, as: UTF8.self)
    ).apply(to: &text, spare: &spare)
    guard place.isFirst, metaspace.prefixing != .never, !text.bytes.isEmpty,
      !text.bytes.starts(with: metaspace.mark)
    else { return }
    if metaspace.prefixing == .first {
      let length = text.bytes.withUnsafeBufferPointer { $0.scalar(at: 0).length }
      if text.origin(of: 0..<length).lowerBound != 0 { return }
    }
    NormalizationStep.prepend(metaspace.mark).apply(to: &text, place, spare: &spare)
  }

  /// Whether a text may be cut before `separator`, once that is normalised and where it stands
  /// between two visible characters, and its parts be cut into words one by one.
  func parts(at separator: [UInt8]) -> Bool {
    let isSpace = separator == [0x20]
    let separator = isSpace ? metaspace?.mark ?? separator : separator
    let scalars = String(decoding: separator, as: UTF8.self).unicodeScalars
    guard scalars.count == 1, let scalar = scalars.first,
      steps.allSatisfy({ !$0.mayCross(scalar) })
    else { return false }
    return (splitsAsGPT2 && (scalar == " " || scalar == "\n")) || seam == separator
      || steps.contains { $0.cuts(before: scalar) }
  }
}
