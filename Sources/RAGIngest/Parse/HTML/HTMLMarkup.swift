import Glibc

/// A page made ready for libxml2: every byte at its offset, but without what the library's HTML
/// parser loses, mistakes for text, or takes more than linear time for.
///
/// - Characters that XML forbids, which the parser would drop, read as spaces.
/// - `&` is hidden, so that text arrives as written and character references are resolved by
///   ``CharacterReference`` with their exact place.
/// - `<!x>`, `</ >` and the like, which are comments to browsers and text to libxml2, become
///   processing instructions, which it drops.
/// - A comment, tag or quotation that never ends is cut short instead of swallowing the rest.
/// - Attributes beyond ``attributeLimit`` of one tag are blanked: the parser compares each with
///   all before it.
struct HTMLMarkup {
  /// Stands for `&`. DEL has no use in a page.
  static let hiddenAmpersand: UInt8 = 0x7F
  /// How many attributes of one tag the parser sees.
  static let attributeLimit = 512

  /// What the parser is given.
  private(set) var bytes: [UInt8]
  /// Attributes that were blanked.
  private(set) var blankedAttributeCount = 0
  /// Comments, tags and quotations that were cut short.
  private(set) var cutCount = 0
  /// Bytes of a script or style element that never ends.
  private(set) var unclosedScriptByteCount = 0

  private var offset = 0
  /// Marks that were searched to the end of the page in vain; each search fails once at most,
  /// which keeps the scan linear.
  private var lacksCommentEnd = false
  private var lacksTagEnd = false
  /// A tag ran to the end of the page, its `>` only inside quotations: from here on, the first
  /// `>` ends a tag in any case.
  private var trustsQuotations = true

  /// Makes a page ready. The source must be valid UTF-8.
  /// - Complexity: O(bytes).
  init(_ source: [UInt8]) {
    bytes = source
    sanitize()
    while let open = find("<", from: offset) {
      offset = open + 1
      scanMarkup(at: open)
    }
  }

  private func byte(_ index: Int) -> UInt8 { index < bytes.count ? bytes[index] : 0 }

  private func `is`(_ index: Int, _ character: Unicode.Scalar) -> Bool {
    index < bytes.count && bytes[index] == UInt8(ascii: character)
  }

  private func find(_ target: Unicode.Scalar, from start: Int, to end: Int? = nil) -> Int? {
    let end = end ?? bytes.count
    guard start < end else { return nil }
    return bytes.withUnsafeBytes { bytes in
      guard let base = bytes.baseAddress,
        let found = memchr(base + start, Int32(target.value), end - start)
      else { return nil }
      return UnsafeRawPointer(found) - base
    }
  }

  // MARK: Characters

  private mutating func sanitize() {
    bytes.withUnsafeMutableBufferPointer { bytes in
      for index in 0..<bytes.count {
        let byte = bytes[index]
        if byte < 0x20 {
          // A CR too: later versions of the parser fold CRLF, which would move offsets.
          if byte != 0x09, byte != 0x0A { bytes[index] = 0x20 }
        } else if byte == UInt8(ascii: "&") {
          bytes[index] = Self.hiddenAmpersand
        } else if byte == 0x7F {
          bytes[index] = 0x20
        } else if byte == 0xEF, index + 2 < bytes.count, bytes[index + 1] == 0xBF,
          bytes[index + 2] >= 0xBE
        {
          // U+FFFE and U+FFFF read as U+FFFD.
          bytes[index + 2] = 0xBD
        }
      }
    }
  }

  // MARK: Markup

  private mutating func scanMarkup(at open: Int) {
    let next = byte(open + 1)
    if isLetter(next) {
      scanTag(at: open)
    } else if next == UInt8(ascii: "!"), `is`(open + 2, "-"), `is`(open + 3, "-") {
      scanComment(at: open)
    } else if next == UInt8(ascii: "/"), isLetter(byte(open + 2)) {
      guard let close = tagEnd(from: open) else { return hideTagOpen(at: open) }
      offset = close + 1
    } else if next == UInt8(ascii: "!") || next == UInt8(ascii: "?") || next == UInt8(ascii: "/") {
      scanBogusComment(at: open)
    }
  }

  private func isLetter(_ byte: UInt8) -> Bool { (0x61...0x7A).contains(byte | 0x20) }

  private func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 || byte == 0x0A }

  /// The next `>`.
  private mutating func tagEnd(from start: Int) -> Int? {
    if !lacksTagEnd, let close = find(">", from: start) { return close }
    lacksTagEnd = true
    return nil
  }

  private mutating func scanComment(at open: Int) {
    // `<!-->` and `<!--->` are whole comments.
    if `is`(open + 4, ">") || (`is`(open + 4, "-") && `is`(open + 5, ">")) {
      return scanBogusComment(at: open)
    }
    var search = open + 4
    while !lacksCommentEnd, let dash = find("-", from: search) {
      if `is`(dash + 1, "-") {
        let close = `is`(dash + 2, "!") ? dash + 3 : dash + 2
        if `is`(close, ">") {
          offset = close + 1
          return
        }
      }
      search = dash + 1
    }
    lacksCommentEnd = true
    cutCount += 1
    scanBogusComment(at: open)
  }

  /// Makes everything up to the next `>` a processing instruction; without one, `<` is text.
  private mutating func scanBogusComment(at open: Int) {
    guard let close = tagEnd(from: open) else { return hideTagOpen(at: open) }
    offset = close + 1
    if close == open + 2 {
      // Too short for an instruction; HTMLLayout leaves these three bytes out.
      for index in open...close { bytes[index] = 0x20 }
      return
    }
    bytes[open + 1] = UInt8(ascii: "?")
    bytes[open + 2] = UInt8(ascii: "_")
    // The rest of a longer character must go too.
    var index = open + 3
    while byte(index) & 0xC0 == 0x80 {
      bytes[index] = UInt8(ascii: "_")
      index += 1
    }
  }

  /// Lets a `<` read as text. The text is taken from the source, where it stands unchanged.
  private mutating func hideTagOpen(at open: Int) {
    cutCount += 1
    bytes[open] = Self.hiddenAmpersand
  }

  // MARK: Tags

  /// Steps over a start tag as libxml2 reads it.
  private mutating func scanTag(at open: Int) {
    guard let first = tagEnd(from: open) else { return hideTagOpen(at: open) }
    var nameEnd = open + 1
    while isNameByte(byte(nameEnd)) { nameEnd += 1 }
    if trustsQuotations, !scanAttributes(from: nameEnd, to: bytes.count) {
      trustsQuotations = false
    }
    if !trustsQuotations { _ = scanAttributes(from: nameEnd, to: first + 1) }
    if !`is`(offset - 2, "/") {
      if isName("script", open + 1..<nameEnd) { skipRawText(until: "script") }
      if isName("style", open + 1..<nameEnd) { skipRawText(until: "style") }
    }
  }

  private func isNameByte(_ byte: UInt8) -> Bool {
    isNameStart(byte) || (0x30...0x39).contains(byte) || byte == UInt8(ascii: "-")
  }

  private func isNameStart(_ byte: UInt8) -> Bool {
    isLetter(byte) || byte == UInt8(ascii: ":") || byte == UInt8(ascii: "_")
      || byte == UInt8(ascii: ".")
  }

  /// Steps over the attributes of a tag and its `>`. Returns false when there is none before
  /// `limit`.
  private mutating func scanAttributes(from start: Int, to limit: Int) -> Bool {
    var index = start
    var count = 0
    while index < limit {
      let first = bytes[index]
      if first == UInt8(ascii: ">") {
        offset = index + 1
        return true
      }
      if isSpace(first) || first == UInt8(ascii: "/") {
        index += 1
        continue
      }
      let attributeStart = index
      index = max(index + 1, attributeEnd(from: index, to: limit))
      count += 1
      if count > Self.attributeLimit {
        for blank in attributeStart..<index { bytes[blank] = 0x20 }
        blankedAttributeCount += 1
      }
    }
    return false
  }

  /// The offset after the attribute at `start`.
  private mutating func attributeEnd(from start: Int, to limit: Int) -> Int {
    var index = start
    guard isNameStart(bytes[index]) else {
      // What is no name is skipped up to the next blank.
      while index < limit, !isSpace(bytes[index]), bytes[index] != UInt8(ascii: ">"),
        bytes[index] != UInt8(ascii: "/") || !`is`(index + 1, ">")
      {
        index += 1
      }
      return index
    }
    while index < limit, isNameByte(bytes[index]) { index += 1 }
    var equals = index
    while equals < limit, isSpace(bytes[equals]) { equals += 1 }
    guard equals < limit, bytes[equals] == UInt8(ascii: "=") else { return index }
    index = equals + 1
    while index < limit, isSpace(bytes[index]) { index += 1 }
    for quote: Unicode.Scalar in ["\"", "'"] where index < limit && `is`(index, quote) {
      if let close = find(quote, from: index + 1, to: limit) { return close + 1 }
      // Without an end, the quotation would take the rest of the page with it.
      cutCount += 1
      bytes[index] = 0x20
      index += 1
    }
    while index < limit, !isSpace(bytes[index]), bytes[index] != UInt8(ascii: ">") { index += 1 }
    return index
  }

  // MARK: Scripts

  private func isName(_ name: StaticString, _ range: Range<Int>) -> Bool {
    range.count == name.utf8CodeUnitCount && matches(name, at: range.lowerBound)
  }

  /// Whether lower-case ASCII letters stand at an offset, in any case.
  private func matches(_ text: StaticString, at start: Int) -> Bool {
    guard start + text.utf8CodeUnitCount <= bytes.count else { return false }
    for index in 0..<text.utf8CodeUnitCount
    where bytes[start + index] | 0x20 != text.utf8Start[index] {
      return false
    }
    return true
  }

  /// Steps over the content of a script or style element.
  private mutating func skipRawText(until name: StaticString) {
    var search = offset
    while let open = find("<", from: search) {
      if `is`(open + 1, "/"), matches(name, at: open + 2) {
        offset = open
        return
      }
      search = open + 1
    }
    unclosedScriptByteCount += bytes.count - offset
    offset = bytes.count
  }
}
