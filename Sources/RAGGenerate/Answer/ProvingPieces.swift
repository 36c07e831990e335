/// The pieces of a text that can prove a statement.
///
/// A heading only names what stands under it, and proves nothing alone.
enum ProvingPieces {
  /// The longest heading of a text without marks for them.
  private static let headingByteCount = 80
  /// More lines above a sentence are a list.
  private static let headingCount = 3

  /// UTF-8 offsets: each piece of the body, then headings together with the first piece under them.
  /// Where there is no body, the headings.
  /// - Complexity: O(bytes).
  static func ranges(in text: String) -> [Range<Int>] {
    let bytes = Array(text.utf8)
    var body: [Range<Int>] = []
    var headed: [Range<Int>] = []
    var below: Range<Int>?
    var headingCount = 0
    let pieces = SourceSentences.pieces(of: text)
    for piece in pieces.reversed() {
      let line = String(decoding: bytes[piece.range], as: UTF8.self)
      let sentence = headingCount < Self.headingCount ? below : nil
      if isHeading(piece, line, above: sentence.map { bytes[$0] }) {
        headingCount += 1
        if let sentence { headed.append(piece.range.lowerBound..<sentence.upperBound) }
      } else {
        headingCount = 0
        below = piece.range
        body.append(piece.range)
      }
    }
    return body.isEmpty ? pieces.map(\.range) : body.reversed() + headed.reversed()
  }

  /// Some pieces in a row; where these are headings, with what is under them, and nil where nothing
  /// is.
  static func range(of pieces: Range<Int>, in text: String) -> Range<Int>? {
    let ranges = ranges(in: text)
    let hasBody = ranges.contains {
      pieces.lowerBound <= $0.lowerBound && $0.upperBound <= pieces.upperBound
    }
    return hasBody ? pieces : ranges.first { $0.lowerBound == pieces.lowerBound }
  }

  /// Whether a piece is a heading of Markdown, or a short line without an end above a sentence;
  /// a label with its value, an item of a list and a line of code are none.
  private static func isHeading(
    _ piece: SourceSentences.Piece, _ line: String, above body: ArraySlice<UInt8>?
  ) -> Bool {
    if line.contains(where: \.isNewline) { return false }
    let marks = line.prefix { $0 == "#" }
    if (1...6).contains(marks.count), line[marks.endIndex...].first?.isWhitespace == true {
      return true
    }
    guard let body, !piece.isLine, piece.range.count <= headingByteCount,
      line.unicodeScalars.last?.properties.isAlphabetic == true,
      !"-*+•".contains(line.first ?? "-"), line.withoutListNumber.startIndex == line.startIndex,
      !line.contains(where: { $0 == ":" || $0 == "：" })
    else { return false }
    let ending = String(decoding: body, as: UTF8.self)
      .unicodeScalars.last { !"\"'”’)]」』）*_".unicodeScalars.contains($0) }
    return ending.map { ".!…。！।".unicodeScalars.contains($0) } ?? false
  }
}
