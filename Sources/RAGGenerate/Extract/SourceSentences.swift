import RAGCore

/// The pieces of a chunk that can stand for themselves as a quote.
enum SourceSentences {
  /// A sentence, a row of a table, or a line of code.
  struct Piece: Sendable, Hashable {
    /// UTF-8 offsets in the chunk's text.
    var range: Range<Int>
    /// How well the piece reads by itself, from 0 to 1: a sentence 1, a fragment less.
    var readability: Double
    /// Whether the piece is a line of code or a row of a table, which keeps its own line.
    var isLine: Bool
  }

  /// Lines at least this long may have been broken in the middle of a sentence.
  private static let wrappedLineByteCount = 45
  private static let longSentenceByteCount = 500

  /// The pieces of a text in order; every character other than white space lies in one.
  static func pieces(of text: String) -> [Piece] {
    let bytes = Array(text.utf8)
    var pieces: [Piece] = []
    for sentence in SentenceSplitter.ranges(in: text) {
      for range in lines(of: sentence, in: bytes) {
        pieces.append(piece(range, String(decoding: bytes[range], as: UTF8.self)))
      }
    }
    return pieces
  }

  /// A run of text without a full stop: one sentence in wrapped lines, or a list, table or code.
  private static func lines(of sentence: Range<Int>, in bytes: [UInt8]) -> [Range<Int>] {
    let newline = UInt8(ascii: "\n")
    guard bytes[sentence].contains(newline) else { return [sentence] }
    var ranges: [Range<Int>] = []
    for slice in bytes[sentence].split(separator: newline) {
      let range = trimmed(slice.startIndex..<slice.endIndex, in: bytes)
      guard !range.isEmpty else { continue }
      if let last = ranges.last, isWrapped(bytes[last]), !isRow(bytes[range]) {
        ranges[ranges.count - 1] = last.lowerBound..<range.upperBound
      } else {
        ranges.append(range)
      }
    }
    return ranges
  }

  private static func isWrapped(_ line: ArraySlice<UInt8>) -> Bool {
    let last = line.lastIndex(of: UInt8(ascii: "\n")).map { line[($0 + 1)...] } ?? line
    return last.count >= wrappedLineByteCount && !isRow(last)
      && !";{}".utf8.contains(last.last ?? 0)
  }

  /// Whether a line is a row of cells.
  private static func isRow(_ line: ArraySlice<UInt8>) -> Bool {
    line.contains(UInt8(ascii: "\t")) || line.lazy.filter { $0 == UInt8(ascii: "|") }.count >= 2
  }

  private static func trimmed(_ range: Range<Int>, in bytes: [UInt8]) -> Range<Int> {
    let isBlank = { (byte: UInt8) in byte == 0x20 || (byte >= 0x09 && byte <= 0x0D) }
    guard let first = bytes[range].firstIndex(where: { !isBlank($0) }),
      let last = bytes[range].lastIndex(where: { !isBlank($0) })
    else { return range.lowerBound..<range.lowerBound }
    return first..<last + 1
  }

  /// Whether the first word is a small one, as where an item of a list ends the sentence before it;
  /// names of programs are not meant.
  private static func beginsWithin(_ text: String) -> Bool {
    let word = text.split(whereSeparator: \.isWhitespace).first { $0.contains(where: \.isLetter) }
    return word?.allSatisfy(\.isLowercase) ?? false
  }

  private static func piece(_ range: Range<Int>, _ text: String) -> Piece {
    var letters = 0
    var marks = 0
    var unspaced = 0
    for scalar in text.unicodeScalars {
      if scalar.properties.isAlphabetic {
        letters += 1
        if scalar.value >= 0x2E80 { unspaced += 1 }
      } else if !scalar.properties.isWhitespace, !(0x30...0x39).contains(scalar.value) {
        marks += 1
      }
    }
    let wordCount = text.split(whereSeparator: \.isWhitespace).count + unspaced / 2
    let ending = text.unicodeScalars.last { !"\"'”’)]」』）*_".unicodeScalars.contains($0) }
    let isFinished = ending.map { ".!?…。！？।؟".unicodeScalars.contains($0) } ?? false
    let isRow = isRow(ArraySlice(text.utf8))
    let isCode =
      marks * 4 > letters || (!isFinished && "{};=".unicodeScalars.contains(ending ?? "."))
    var readability = 1.0
    if isRow || isCode {
      readability = 0.9
    } else if !isFinished {
      // A heading, a label or a link of a menu; a long one may be a list item.
      readability = wordCount < 5 ? 0.65 : wordCount < 9 ? 0.85 : 0.95
    } else if wordCount < 4 {
      readability = 0.85
    } else if beginsWithin(text) {
      readability = 0.9
    }
    // A question is rarely the answer to one.
    if ending == "?" || ending == "？" { readability = min(readability, 0.75) }
    if range.count > longSentenceByteCount { readability = min(readability, 0.9) }
    return Piece(range: range, readability: readability, isLine: isRow || isCode)
  }
}
