/// How SentencePiece's tokenizers cut a normalised text into words: spaces become a visible mark
/// at the start of a word (`▁`).
struct MetaspaceWords: Sendable, Hashable {
  /// Which texts get a mark in front that do not start with a space.
  enum Prefixing: Sendable, Hashable {
    case always
    /// Only what stands at the beginning of the whole text.
    case first
    case never
  }

  /// A word: the bytes that its mark came from, if it has one, and the rest.
  struct Word {
    var mark: Range<Int>?
    var rest: Range<Int>
  }

  /// The mark; empty where spaces stay as they are.
  var mark: [UInt8] = []
  var prefixing = Prefixing.never
  /// Whether a mark begins a word.
  var splitsAtMarks = false
  /// Whether white space of any kind parts words, and goes.
  var splitsAtWhiteSpace = false

  /// Whether a text may be cut before `separator`, once that is normalised.
  func parts(at separator: [UInt8]) -> Bool {
    let isSpace = separator == [0x20]
    let isMark = separator == mark && !mark.isEmpty
    if splitsAtWhiteSpace {
      return isSpace || separator == [0x0A] || (isMark && splitsAtMarks)
    }
    return splitsAtMarks && (isSpace || isMark)
  }

  /// Calls `body` with every word, in order, until it returns false.
  func forEach(
    in text: inout NormalizedText, _ place: BlockPlace,
    _ body: (Word, borrowing NormalizedText) -> Bool
  ) {
    if !mark.isEmpty, !splitsAtMarks, !splitsAtWhiteSpace {
      // One word, with marks inside.
      var marked = NormalizedText(tracksOrigins: true)
      Replacement(pattern: .literal([0x20]), content: String(decoding: mark, as: UTF8.self))
        .apply(to: &text, spare: &marked)
    }
    let count = text.bytes.count
    var word = 0
    var offset = 0
    // What the mark of the word at hand came from.
    var origin: Range<Int>?
    func end(_ text: borrowing NormalizedText) -> Bool {
      let rest = word..<offset
      if let origin { return body(Word(mark: origin, rest: rest), text) }
      if rest.isEmpty { return true }
      return body(Word(mark: prefix(of: rest, in: text, place), rest: rest), text)
    }
    while offset < count {
      guard let (length, kind) = separator(in: text.bytes, at: offset) else {
        offset += 1
        continue
      }
      if offset > word || origin != nil {
        if !end(text) { return }
      }
      origin = kind == .mark ? offset..<(offset + length) : nil
      offset += length
      word = offset
    }
    _ = end(text)
  }

  private enum Separator {
    case mark
    case whiteSpace
  }

  /// What ends a word at an offset, and how many bytes it has.
  @inline(__always)
  private func separator(in bytes: [UInt8], at offset: Int) -> (length: Int, Separator)? {
    let byte = bytes[offset]
    if splitsAtMarks, byte == mark[0], bytes.count - offset >= mark.count,
      mark.indices.allSatisfy({ bytes[offset + $0] == mark[$0] })
    {
      return (mark.count, .mark)
    }
    if splitsAtWhiteSpace {
      if byte < 0x80 {
        return byte == 0x20 || (0x09...0x0D).contains(byte) ? (1, .whiteSpace) : nil
      }
      // Lead bytes of white space beyond ASCII.
      guard byte == 0xC2 || (0xE1...0xE3).contains(byte) else { return nil }
      let (scalar, length) = bytes.withUnsafeBufferPointer { $0.scalar(at: offset) }
      return scalar.properties.isWhitespace ? (length, .whiteSpace) : nil
    }
    return splitsAtMarks && byte == 0x20 ? (1, .mark) : nil
  }

  /// What the mark before a word without one is said to come from: its first character, as in the
  /// reference; nil where it gets none.
  private func prefix(
    of word: Range<Int>, in text: borrowing NormalizedText, _ place: BlockPlace
  ) -> Range<Int>? {
    if mark.isEmpty || prefixing == .never { return nil }
    if !splitsAtWhiteSpace, !place.isFirst { return nil }
    if text.bytes[word].starts(with: mark) { return nil }
    let length = text.bytes.withUnsafeBufferPointer { $0.scalar(at: word.lowerBound).length }
    let first = word.lowerBound..<(word.lowerBound + length)
    if prefixing == .first, text.origin(of: first).lowerBound != 0 { return nil }
    return first
  }
}
