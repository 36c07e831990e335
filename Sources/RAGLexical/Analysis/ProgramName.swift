/// Finds names as programs have them, in words of ASCII: `searchWithSnippet` has three parts,
/// `sqlite3_prepare_v2`, `C++` and `C#` are a whole.
package struct ProgramName {
  /// Where the words began that underscores join.
  private var start: Int?

  /// Shorter parts tell nothing.
  private static let leastPart = 2
  private static let leastAcronym = 3

  /// Takes the next word of a text, and returns the place of a whole that ends with it.
  mutating func next(
    _ word: Range<Int>, isPlain: Bool, in text: UnsafeBufferPointer<UInt8>
  ) -> Range<Int>? {
    guard isPlain else {
      start = nil
      return nil
    }
    func byte(_ offset: Int) -> UInt8 {
      let index = word.upperBound + offset
      return index < text.count ? text[index] : 0
    }
    if byte(0) == UInt8(ascii: "_"), Self.isWord(byte(1)) {
      start = start ?? word.lowerBound
      return nil
    }
    defer { start = nil }
    if let start { return start..<word.upperBound }
    let (plus, sharp) = (UInt8(ascii: "+"), UInt8(ascii: "#"))
    if byte(0) == plus, byte(1) == plus, byte(2) != plus, !Self.isLetter(byte(2)) {
      return word.lowerBound..<(word.upperBound + 2)
    }
    if byte(0) == sharp, word.count == 1, !Self.isWord(byte(1)) {
      return word.lowerBound..<(word.upperBound + 1)
    }
    return nil
  }

  /// Calls `body` with the parts of a word that capitals begin: `parseHTMLText` has `parse`, `HTML`
  /// and `Text`. Two halves are the name of a product as often as one of a program, and stay one word
  /// where both are capitalised (GitHub, TypeScript, SQLite) or the first is a letter (eBay); but not
  /// behind a longer acronym (JSONDecoder).
  static func forEachPart(
    of word: Range<Int>, in text: UnsafeBufferPointer<UInt8>, _ body: (Range<Int>) -> Void
  ) {
    var ends: [Int] = []
    for index in word.dropFirst() where isCapital(text[index]) {
      // Of several capitals the last begins a part, but for a plural: URLs.
      let rest = text[index..<word.upperBound].dropFirst().prefix(2)
      if isCapital(text[index - 1]), rest.count < 2 || !rest.allSatisfy(isSmall) { continue }
      ends.append(index)
    }
    guard let first = ends.first else { return }
    let half = text[word.lowerBound..<first]
    let isHalved =
      isCapital(text[word.lowerBound])
      ? half.count >= leastAcronym && !half.contains(where: isSmall) : half.count >= leastPart
    guard ends.count > 1 || isHalved else { return }
    var start = word.lowerBound
    for end in ends + [word.upperBound] {
      if end - start >= leastPart { body(start..<end) }
      start = end
    }
  }

  /// A text with the parts of its names apart: `parseText` and `parse_text` as `parse Text` and
  /// `parse text`.
  package static func spelledOut(_ text: String) -> String {
    var text = text
    let bytes = text.withUTF8 { text in
      var bytes: [UInt8] = []
      var start = 0
      while start < text.count {
        let end = text[start...].firstIndex { !isWord($0) || $0 >= 0x80 } ?? text.count
        forEachPart(of: start..<end, in: text) { part in
          bytes += text[start..<part.lowerBound]
          if part.lowerBound > 0 { bytes.append(UInt8(ascii: " ")) }
          start = part.lowerBound
        }
        bytes += text[start..<end]
        guard end < text.count else { break }
        bytes.append(text[end] == UInt8(ascii: "_") ? UInt8(ascii: " ") : text[end])
        start = end + 1
      }
      return bytes
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  private static func isLetter(_ byte: UInt8) -> Bool { isCapital(byte) || isSmall(byte) }
  private static func isCapital(_ byte: UInt8) -> Bool { (0x41...0x5A).contains(byte) }
  private static func isSmall(_ byte: UInt8) -> Bool { (0x61...0x7A).contains(byte) }
  /// Whether a byte goes on with a word; one outside ASCII may.
  private static func isWord(_ byte: UInt8) -> Bool {
    isLetter(byte) || (0x30...0x39).contains(byte) || byte >= 0x80
  }
}
