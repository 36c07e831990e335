/// Finds the sentences of a text by rules that need no knowledge of its language.
///
/// A sentence ends at a mark of its script (`.` `!` `?` `…` `。` `！` `？` `；` `।` `؟` and the like)
/// with the marks and closing quotes or brackets that follow it, or at a blank line. Marks of
/// scripts written with spaces count only before white space, so `3.14`, `a.b()` and addresses
/// stay whole; abbreviations, initials, list numbers and ordinals (`Dr.`, `e.g.`, `Roe v. Wade`,
/// `J.`, `1.`, `30. Juni`, `im 3. Stock`) do not end a sentence, nor does a mark before a small
/// letter, unless the sentence began with one.
package enum SentenceSplitter {
  /// The UTF-8 offsets of each sentence, in order, without surrounding white space.
  ///
  /// Every character other than white space lies in exactly one range.
  /// - Complexity: O(bytes).
  package static func ranges(in text: String) -> [Range<Int>] {
    var text = text
    return text.withUTF8 { bytes in
      var scan = SentenceScan(bytes: UTF8View(bytes))
      return scan.sentences()
    }
  }
}

/// Scalars of valid UTF-8, by byte offset.
package struct UTF8View {
  private let bytes: UnsafeBufferPointer<UInt8>

  /// Precondition: `bytes` is valid UTF-8 and outlives the view.
  package init(_ bytes: UnsafeBufferPointer<UInt8>) { self.bytes = bytes }

  package var count: Int { bytes.count }

  /// The byte at an offset; 0 after the end.
  package subscript(offset: Int) -> UInt8 { offset < bytes.count ? bytes[offset] : 0 }

  /// The scalar that starts at an offset and its length; nil at the end.
  package func scalar(at offset: Int) -> (value: UInt32, length: Int)? {
    guard offset < bytes.count else { return nil }
    let first = UInt32(bytes[offset])
    func tail(_ index: Int) -> UInt32 { UInt32(self[offset + index]) & 0x3F }
    if first < 0x80 { return (first, 1) }
    if first < 0xE0 { return ((first & 0x1F) << 6 | tail(1), 2) }
    if first < 0xF0 { return ((first & 0x0F) << 12 | tail(1) << 6 | tail(2), 3) }
    return ((first & 0x07) << 18 | tail(1) << 12 | tail(2) << 6 | tail(3), 4)
  }

  /// The scalar that ends before an offset and its length; nil at the start.
  package func scalar(before offset: Int) -> (value: UInt32, length: Int)? {
    var start = offset - 1
    while start > 0, offset - start < 4, bytes[start] & 0xC0 == 0x80 { start -= 1 }
    return start < 0 ? nil : scalar(at: start)
  }

  /// Whether a scalar has Unicode's White_Space property.
  package static func isWhiteSpace(_ scalar: UInt32) -> Bool {
    switch scalar {
    case 0x09...0x0D, 0x20, 0x85, 0xA0, 0x1680, 0x2000...0x200A, 0x2028, 0x2029, 0x202F, 0x205F,
      0x3000:
      true
    default: false
    }
  }

  /// The range without white space at its ends; empty at its start if there is nothing else.
  package func trimmed(_ range: Range<Int>) -> Range<Int> {
    var lower = range.lowerBound
    var upper = range.upperBound
    while lower < upper, let next = scalar(at: lower), Self.isWhiteSpace(next.value) {
      lower += next.length
    }
    guard lower < upper else { return range.lowerBound..<range.lowerBound }
    while lower < upper, let last = scalar(before: upper), Self.isWhiteSpace(last.value) {
      upper -= last.length
    }
    return lower..<upper
  }
}

/// One pass over a text.
private struct SentenceScan {
  let bytes: UTF8View
  private var position = 0
  /// Where the current sentence's first character other than white space stands; nil before it.
  private var start: Int?
  private var found: [Range<Int>] = []

  init(bytes: UTF8View) { self.bytes = bytes }

  mutating func sentences() -> [Range<Int>] {
    while let scalar = bytes.scalar(at: position) {
      if UTF8View.isWhiteSpace(scalar.value) {
        skipWhiteSpace()
        continue
      }
      if start == nil { start = position }
      let mark = SentenceMark(scalar.value)
      let markStart = position
      position += scalar.length
      guard let mark else { continue }
      let isQuoted = skipMarksAndClosers()
      if ends(at: mark, scalar.value, markStart: markStart, isQuoted: isQuoted) { endSentence() }
    }
    endSentence()
    return found
  }

  private mutating func endSentence() {
    if let start { found.append(bytes.trimmed(start..<position)) }
    start = nil
  }

  /// Passes white space; a blank line in it ends the sentence.
  private mutating func skipWhiteSpace() {
    let first = position
    var lineCount = 0
    while let next = bytes.scalar(at: position), UTF8View.isWhiteSpace(next.value) {
      let isLineEnd =
        next.value == 0x0A || next.value == 0x2029
        || (next.value == 0x0D && bytes[position + 1] != 0x0A)
      lineCount += next.value == 0x2029 ? 2 : isLineEnd ? 1 : 0
      position += next.length
    }
    if lineCount >= 2, let start {
      found.append(bytes.trimmed(start..<first))
      self.start = nil
    }
  }

  /// Passes what belongs to a mark: more marks, signs that combine with it, then closing quotes
  /// and brackets. Says whether there were any of these.
  private mutating func skipMarksAndClosers() -> Bool {
    var isQuoted = false
    while let next = bytes.scalar(at: position) {
      if isCloser(next.value) {
        isQuoted = true
      } else if !isCombining(next.value), SentenceMark(next.value) == nil {
        break
      }
      position += next.length
    }
    return isQuoted
  }

  /// Whether the mark just passed, with its closers, ends the sentence.
  private func ends(
    at mark: SentenceMark, _ value: UInt32, markStart: Int, isQuoted: Bool
  ) -> Bool {
    guard let next = bytes.scalar(at: position) else { return true }
    if mark == .unspaced {
      // Japanese goes on after a quotation: 「…。」と言った.
      let goesOn = next.value == 0x3068 || next.value == 0x3063 || isComma(next.value)
      return !(isQuoted && goesOn)
    }
    guard UTF8View.isWhiteSpace(next.value) else {
      // Languages without spaces also use the marks of others.
      return value != 0x2E && isUnspacedLetter(next.value)
    }
    var following = position
    while let scalar = bytes.scalar(at: following) {
      guard UTF8View.isWhiteSpace(scalar.value) || isOpener(scalar.value) else { break }
      following += scalar.length
    }
    let after = bytes.scalar(at: following)?.value ?? 0
    let isSmall = isSmallLetter(after)
    let isEllipsis = value == 0x2026 || (value == 0x2E && bytes[markStart + 1] == 0x2E)
    if isSmall, isEllipsis || isQuoted || !beganSmall { return false }
    if value == 0x2E, !isEllipsis {
      return !isAbbreviation(before: markStart, following: following, isSmall: isSmall)
    }
    return true
  }

  /// Whether the current sentence starts with a small letter, as in informal writing.
  private var beganSmall: Bool {
    guard let start, let first = bytes.scalar(at: start) else { return false }
    return isSmallLetter(first.value)
  }

  /// Whether the full stop at an offset belongs to the word before it; `following` is where the next
  /// word starts.
  private func isAbbreviation(before stop: Int, following: Int, isSmall: Bool) -> Bool {
    var wordStart = stop
    var isNumber = true
    var hasInnerStop = false
    while let scalar = bytes.scalar(before: wordStart), stop - wordStart < 24 {
      let isStop = scalar.value == 0x2E
      guard isStop || isDigit(scalar.value) || isLetter(scalar.value) else { break }
      if isStop { hasInnerStop = true }
      if !isDigit(scalar.value), !isStop { isNumber = false }
      wordStart -= scalar.length
    }
    guard wordStart < stop, stop - wordStart < 24 else { return false }
    if isNumber {
      // "1." or "2.3." in front of what it numbers.
      return wordStart == start
        || (stop - wordStart <= 2
          && (isSmall || isOrdinal(wordStart..<stop, following: following)))
    }
    let word = string(wordStart..<stop)
    let lowered = word.lowercased()
    if Abbreviations.beforeNames.contains(lowered) { return true }
    if Abbreviations.beforeNumbers.contains(lowered), isDigit(UInt32(bytes[following])) {
      return true
    }
    if word.unicodeScalars.count == 1 {
      if isSmall { return true }
      // Initials: "J.", "U.S."; the English "I" ends a sentence too, and "it's." is no initial.
      let before = bytes.scalar(before: wordStart)?.value
      if word != "I", word.first?.isUppercase == true { return before != 0x27 && before != 0x2019 }
      // The parties of a case, "Roe v. Wade"; abbreviations of several words, "z. B. Wasser".
      return (lowered == "v" && self.word(before: wordStart).first?.isUppercase == true)
        || bytes.scalar(at: following).map {
          isLetter($0.value) && bytes[following + $0.length] == 0x2E
        } ?? false
    }
    if Abbreviations.inside.contains(lowered) {
      return isSmall || isDigit(UInt32(bytes[following]))
    }
    let isInitials = hasInnerStop && word.split(separator: ".").allSatisfy { $0.count == 1 }
    return isInitials && (isSmall || word.first?.isUppercase == true)
  }

  /// Whether a number of one or two digits with a full stop counts what follows it: a day of a
  /// month, or anything behind an article, as in German.
  private func isOrdinal(_ number: Range<Int>, following: Int) -> Bool {
    var end = following
    while let scalar = bytes.scalar(at: end), end - following < 16,
      isLetter(scalar.value) || isDigit(scalar.value)
    {
      end += scalar.length
    }
    // "30. 6. 2027", but not the next item of a list.
    if isDigit(UInt32(bytes[following])) {
      let isDatePart = end - following == 4 || (end - following <= 2 && bytes[end] == 0x2E)
      return isDatePart && following == number.upperBound + 2 && bytes[following - 1] == 0x20
    }
    if Abbreviations.months.contains(string(following..<end).lowercased()) { return true }
    let article = word(before: number.lowerBound)
    guard Abbreviations.beforeOrdinals.contains(article.lowercased()) else { return false }
    // English: "I am 30."
    return article != "am" || word(before: number.lowerBound - 3) != "I"
  }

  /// The word of at most 16 bytes that ends before the white space that ends at an offset; empty
  /// where there is none.
  private func word(before offset: Int) -> String {
    var end = offset
    while let scalar = bytes.scalar(before: end), UTF8View.isWhiteSpace(scalar.value),
      offset - end < 4
    {
      end -= scalar.length
    }
    guard end > 0, end < offset else { return "" }
    // "Inc. v. Foo"
    if bytes[end - 1] == 0x2E { end -= 1 }
    var start = end
    while let scalar = bytes.scalar(before: start), isLetter(scalar.value), end - start < 16 {
      start -= scalar.length
    }
    return string(start..<end)
  }

  private func string(_ range: Range<Int>) -> String {
    String(decoding: range.lazy.map { bytes[$0] }, as: UTF8.self)
  }

  // MARK: Classes of scalars

  private func isCloser(_ value: UInt32) -> Bool {
    switch value {
    case 0x22, 0x27, 0x29, 0x5D, 0x7D, 0xBB, 0x2019, 0x201D, 0x203A, 0x3009, 0x300B, 0x300D, 0x300F,
      0x3011, 0x3015, 0x3017, 0x3019, 0x301B, 0x301E, 0x301F, 0xFE42, 0xFE44, 0xFF02, 0xFF07,
      0xFF09, 0xFF3D, 0xFF5D, 0xFF63:
      true
    default: false
    }
  }

  private func isOpener(_ value: UInt32) -> Bool {
    switch value {
    case 0x22, 0x27, 0x28, 0x5B, 0x7B, 0xA1, 0xAB, 0xBF, 0x2018, 0x201C, 0x201E, 0x2039: true
    default: false
    }
  }

  private func isComma(_ value: UInt32) -> Bool {
    value == 0x2C || value == 0x3001 || value == 0xFF0C || value == 0xFF1A
  }

  /// Accents, the keycap, variation selectors.
  private func isCombining(_ value: UInt32) -> Bool {
    switch value {
    case 0x0300...0x036F, 0x200D, 0x20D0...0x20F0, 0xFE00...0xFE0F: true
    default: false
    }
  }

  /// Ideographs, kana and full-width forms; not Hangul, which is written with spaces.
  private func isUnspacedLetter(_ value: UInt32) -> Bool {
    switch value {
    case 0x2E80...0x2FDF, 0x3041...0x30FF, 0x3105...0x312F, 0x31F0...0x31FF, 0x3400...0x9FFF,
      0xF900...0xFAFF, 0xFF10...0xFF9F, 0x20000...0x3FFFF:
      true
    default: false
    }
  }

  private func isDigit(_ value: UInt32) -> Bool { value >= 0x30 && value <= 0x39 }

  private func isLetter(_ value: UInt32) -> Bool {
    if value < 0x80 { return (value | 0x20) >= 0x61 && (value | 0x20) <= 0x7A }
    return Unicode.Scalar(value)?.properties.isAlphabetic ?? false
  }

  private func isSmallLetter(_ value: UInt32) -> Bool {
    if value < 0x80 { return value >= 0x61 && value <= 0x7A }
    return Unicode.Scalar(value)?.properties.isLowercase ?? false
  }
}

/// How a mark that can end a sentence works.
private enum SentenceMark {
  /// Ends it before white space only.
  case spaced
  /// Ends it wherever it stands.
  case unspaced

  init?(_ value: UInt32) {
    switch value {
    case 0x21, 0x2E, 0x3F, 0x2026, 0x203C, 0x203D, 0x2047...0x2049: self = .spaced
    // Armenian, Arabic, Urdu, Devanagari, Burmese, Ethiopic, Khmer, then Chinese and Japanese.
    case 0x0589, 0x061F, 0x06D4, 0x0964, 0x0965, 0x104A, 0x104B, 0x1362, 0x1367, 0x17D4, 0x17D5,
      0x3002, 0xFE52, 0xFE56, 0xFE57, 0xFF01, 0xFF0E, 0xFF1B, 0xFF1F, 0xFF61:
      self = .unspaced
    default: return nil
    }
  }
}

private enum Abbreviations {
  /// Never the end of a sentence.
  static let beforeNames: Set<String> = [
    "mr", "mrs", "ms", "messrs", "mme", "mlle", "dr", "prof", "hon", "rev", "fr", "gen", "col",
    "lt", "capt", "cmdr", "sgt", "maj", "gov", "sen", "rep", "pres", "st", "mt", "ft", "vs", "cf",
    "e.g", "i.e", "eg", "ie", "viz", "approx", "ca", "esp", "incl", "z.b", "d.h", "bzw", "u.a",
    "p.ex", "hr", "hrn", "sra", "srta", "vgl", "ggf", "inkl", "zzgl", "evtl", "sog", "bspw",
    "mio", "mrd", "tsd",
  ]
  /// Abbreviations only before a number.
  static let beforeNumbers: Set<String> = [
    "no", "nos", "nr", "n", "art", "fig", "figs", "eq", "eqs", "ref", "refs", "sec", "sect", "ch",
    "chap", "vol", "vols", "p", "pp", "par", "para", "tab", "app", "ed", "jan", "feb", "mar", "apr",
    "jun", "jul", "aug", "sep", "sept", "oct", "nov", "dec", "okt", "dez", "abb", "abs", "bd",
    "kap", "rn", "str", "tel",
  ]
  /// They stand inside and at the end of sentences alike; what follows decides.
  static let inside: Set<String> = [
    "etc", "inc", "ltd", "co", "corp", "bros", "jr", "sr", "al", "dept", "univ", "est", "a.m",
    "p.m", "am", "pm", "ph.d", "usw", "eds", "resp", "ave", "blvd", "rd",
  ]
  /// Months after a day: German, and the English ones that begin no sentence otherwise.
  static let months: Set<String> = [
    "januar", "jänner", "februar", "märz", "april", "mai", "juni", "juli", "august", "september",
    "oktober", "november", "dezember", "jan", "feb", "mär", "apr", "jun", "jul", "aug", "sep",
    "sept", "okt", "nov", "dez", "january", "february", "june", "july", "october", "december",
  ]
  /// German articles and what is joined with them: a number with a full stop behind one is an
  /// ordinal.
  static let beforeOrdinals: Set<String> = [
    "am", "beim", "im", "vom", "zum", "zur", "der", "die", "das", "dem", "den", "des", "ein",
    "eine", "einem", "einen", "einer",
  ]
}
