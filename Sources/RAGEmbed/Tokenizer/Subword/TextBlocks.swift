/// Cuts a text into blocks that can be normalised and cut into tokens one by one, so that memory
/// and the work beyond a limit stay bounded.
struct TextBlocks: Sendable {
  /// Blocks are no shorter, but for the last.
  static let byteCount = 4_096
  /// A run without a place to cut is cut all the same where it gets longer than this.
  static let maximumByteCount = 4 << 20

  /// Whether a text may be cut before a space, or before a line feed.
  var cutsBeforeSpace: Bool
  var cutsBeforeLineFeed: Bool

  /// Where the block that starts at an offset ends.
  ///
  /// The place is before a separator that stands alone between two characters that no normaliser
  /// drops or makes white space of, and that join no cluster with it.
  func end(of text: UnsafeBufferPointer<UInt8>, from start: Int) -> Int {
    if text.count - start <= Self.byteCount { return text.count }
    let last = min(text.count - 1, start + Self.maximumByteCount)
    if cutsBeforeSpace || cutsBeforeLineFeed {
      for place in (start + Self.byteCount)..<last where text[place] <= 0x20 {
        let isSeparator =
          text[place] == 0x20 ? cutsBeforeSpace : text[place] == 0x0A && cutsBeforeLineFeed
        if isSeparator, isSolid(text, before: place), isSolid(text[place + 1]) { return place }
      }
    }
    guard text.count - start > Self.maximumByteCount else { return text.count }
    var end = start + Self.maximumByteCount
    while text[end] & 0xC0 == 0x80 { end -= 1 }
    return end
  }

  /// Whether a scalar that starts with a byte is visible ASCII or a Chinese character.
  private func isSolid(_ lead: UInt8) -> Bool {
    (0x21...0x7E).contains(lead) || (0xE4...0xE9).contains(lead)
  }

  private func isSolid(_ text: UnsafeBufferPointer<UInt8>, before place: Int) -> Bool {
    let byte = text[place - 1]
    if byte < 0x80 { return (0x21...0x7E).contains(byte) }
    // A block has thousands of bytes, so there are three before its end.
    let lead = text[place - 3]
    // The ideographic comma and full stop end many lines.
    return (0xE4...0xE9).contains(lead)
      || (lead == 0xE3 && text[place - 2] == 0x80 && (0x81...0x82).contains(byte))
  }
}
