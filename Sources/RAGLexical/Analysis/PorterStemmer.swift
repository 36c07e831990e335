/// Takes the endings off English words (M. F. Porter, An algorithm for suffix stripping, 1980).
///
/// Details are those of FTS5's tokenizer `porter`: words of 3 to 64 bytes are stemmed, bytes
/// outside ASCII count as consonants, a suffix needs at least a byte before it, and the second step
/// knows `bli` and `logi`.
enum PorterStemmer {
  private static let lengths = 3...64

  /// Stems a word in place, which may grow by a byte, and returns its new length.
  static func stem(_ word: UnsafeMutablePointer<UInt8>, count: Int) -> Int {
    guard lengths.contains(count), word[count - 1] < 0x80 else { return count }
    var stem = Stem(bytes: word, count: count)
    stem.removePlural()
    stem.removePastOrParticiple()
    if stem.last == UInt8(ascii: "y"), stem.hasVowel(stem.count - 1) {
      word[stem.count - 1] = UInt8(ascii: "i")
    }
    stem.apply(step2, measureAbove: 0)
    stem.apply(step3, measureAbove: 0)
    stem.apply(step4, measureAbove: 1)
    stem.tidyEnd()
    return stem.count
  }

  private static let step2 = SuffixRules([
    ("ational", "ate"), ("tional", "tion"), ("enci", "ence"), ("anci", "ance"), ("izer", "ize"),
    ("logi", "log"), ("bli", "ble"), ("alli", "al"), ("entli", "ent"), ("eli", "e"),
    ("ousli", "ous"), ("ization", "ize"), ("ation", "ate"), ("ator", "ate"), ("alism", "al"),
    ("iveness", "ive"), ("fulness", "ful"), ("ousness", "ous"), ("aliti", "al"), ("iviti", "ive"),
    ("biliti", "ble"),
  ])
  private static let step3 = SuffixRules([
    ("icate", "ic"), ("ative", ""), ("alize", "al"), ("iciti", "ic"), ("ical", "ic"), ("ful", ""),
    ("ness", ""),
  ])
  private static let step4 = SuffixRules([
    ("al", ""), ("ance", ""), ("ence", ""), ("er", ""), ("ic", ""), ("able", ""), ("ible", ""),
    ("ant", ""), ("ement", ""), ("ment", ""), ("ent", ""), ("sion", "s"), ("tion", "t"), ("ou", ""),
    ("ism", ""), ("ate", ""), ("iti", ""), ("ous", ""), ("ive", ""), ("ize", ""),
  ])
}

/// Suffixes and what replaces them, by the last letter but one; longer ones come before those that
/// end them.
///
/// `@unchecked Sendable`: the tables are filled in here, never change and, as each is a constant of
/// the program, are never freed. Arrays would be retained and released for every word.
private struct SuffixRules: @unchecked Sendable {
  struct Rule {
    /// The suffix as an integer, its last letter lowest.
    let suffix: UInt64
    let mask: UInt64
    let count: Int
    /// As the suffix.
    let replacement: UInt64
    let replacementCount: Int
  }

  let rules: UnsafeMutableBufferPointer<Rule>
  /// The rules of letter `i` are `starts[i]..<starts[i + 1]`.
  let starts: UnsafeMutableBufferPointer<Int>

  init(_ pairs: [(String, String)]) {
    var rules: [Rule] = []
    var starts = [0]
    func packed(_ text: String) -> UInt64 { text.utf8.reduce(0) { $0 << 8 | UInt64($1) } }
    for letter in UInt8(ascii: "a")...UInt8(ascii: "z") {
      for (suffix, replacement) in pairs where suffix.utf8.dropLast().last == letter {
        let count = suffix.utf8.count
        rules.append(
          Rule(
            suffix: packed(suffix), mask: UInt64.max >> UInt64(64 - 8 * count), count: count,
            replacement: packed(replacement), replacementCount: replacement.utf8.count))
      }
      starts.append(rules.count)
    }
    self.rules = .allocate(capacity: rules.count)
    self.starts = .allocate(capacity: starts.count)
    _ = self.rules.initialize(from: rules)
    _ = self.starts.initialize(from: starts)
  }
}

private struct Stem {
  let bytes: UnsafeMutablePointer<UInt8>
  var count: Int

  var last: UInt8 { bytes[count - 1] }

  /// Step 1a.
  mutating func removePlural() {
    guard last == UInt8(ascii: "s") else { return }
    switch bytes[count - 2] {
    case UInt8(ascii: "s"): break
    case UInt8(ascii: "e"):
      let endsInSses =
        count > 4 && bytes[count - 4] == UInt8(ascii: "s") && bytes[count - 3] == UInt8(ascii: "s")
      let endsInIes = count > 3 && bytes[count - 3] == UInt8(ascii: "i")
      count -= endsInSses || endsInIes ? 2 : 1
    default: count -= 1
    }
  }

  /// Step 1b.
  mutating func removePastOrParticiple() {
    if count > 3, ends("eed") {
      if measure(count - 3) > 0 { count -= 1 }
      return
    }
    if count > 2, ends("ed"), hasVowel(count - 2) {
      count -= 2
    } else if count > 3, ends("ing"), hasVowel(count - 3) {
      count -= 3
    } else {
      return
    }
    if count > 2, ends("at") || ends("bl") || ends("iz") {
      append(UInt8(ascii: "e"))
    } else if count > 1, last == bytes[count - 2], !isVowel(last, afterConsonant: false),
      last != UInt8(ascii: "l"), last != UInt8(ascii: "s"), last != UInt8(ascii: "z")
    {
      count -= 1
    } else if measure(count) == 1, endsInShortSyllable(count) {
      append(UInt8(ascii: "e"))
    }
  }

  /// Steps 2 to 4: replaces the first suffix of the rules that the word has, if what is before it
  /// is long enough.
  mutating func apply(_ rules: SuffixRules, measureAbove least: Int) {
    guard count > 1 else { return }
    let letter = Int(bytes[count - 2]) - 0x61
    guard letter >= 0, letter < 26 else { return }
    let range = rules.starts[letter]..<rules.starts[letter + 1]
    guard !range.isEmpty else { return }
    var tail: UInt64 = 0
    for index in max(0, count - 8)..<count { tail = tail << 8 | UInt64(bytes[index]) }
    for index in range {
      let rule = rules.rules[index]
      guard count > rule.count, tail & rule.mask == rule.suffix else { continue }
      // `sion` and `tion` stand for `ion` behind s or t, which belongs to the stem.
      let isIon = rule.count == 4 && rule.replacementCount == 1
      let stemCount = count - rule.count + (isIon ? 1 : 0)
      guard measure(stemCount) > least else { return }
      count -= rule.count
      for index in (0..<rule.replacementCount).reversed() {
        append(UInt8(truncatingIfNeeded: rule.replacement >> UInt64(8 * index)))
      }
      return
    }
  }

  /// Step 5.
  mutating func tidyEnd() {
    if last == UInt8(ascii: "e") {
      let measure = measure(count - 1)
      if measure > 1 || (measure == 1 && !endsInShortSyllable(count - 1)) { count -= 1 }
    }
    if count > 1, last == UInt8(ascii: "l"), bytes[count - 2] == last, measure(count - 1) > 1 {
      count -= 1
    }
  }

  private mutating func append(_ byte: UInt8) {
    bytes[count] = byte
    count += 1
  }

  private func ends(_ suffix: StaticString) -> Bool {
    let start = bytes + count - suffix.utf8CodeUnitCount
    for index in 0..<suffix.utf8CodeUnitCount where start[index] != suffix.utf8Start[index] {
      return false
    }
    return true
  }

  @inline(__always)
  private func isVowel(_ byte: UInt8, afterConsonant: Bool) -> Bool {
    switch byte {
    case UInt8(ascii: "a"), UInt8(ascii: "e"), UInt8(ascii: "i"), UInt8(ascii: "o"),
      UInt8(ascii: "u"):
      true
    case UInt8(ascii: "y"): afterConsonant
    default: false
    }
  }

  /// How often a consonant follows a vowel within the first bytes, counted up to 2.
  private func measure(_ length: Int) -> Int {
    var measure = 0
    var isConsonant = false
    for index in 0..<length {
      let wasVowel = index > 0 && !isConsonant
      isConsonant = !isVowel(bytes[index], afterConsonant: isConsonant)
      if wasVowel && isConsonant {
        measure += 1
        if measure == 2 { break }
      }
    }
    return measure
  }

  func hasVowel(_ length: Int) -> Bool {
    for index in 0..<length where isVowel(bytes[index], afterConsonant: index > 0) { return true }
    return false
  }

  /// Whether the first bytes end in consonant, vowel, consonant, the last none of w, x and y.
  private func endsInShortSyllable(_ length: Int) -> Bool {
    guard length > 0 else { return false }
    switch bytes[length - 1] {
    case UInt8(ascii: "w"), UInt8(ascii: "x"), UInt8(ascii: "y"): return false
    default: break
    }
    var pattern = 0
    var isConsonant = false
    for index in 0..<length {
      isConsonant = !isVowel(bytes[index], afterConsonant: isConsonant)
      pattern = pattern << 1 | (isConsonant ? 1 : 0)
    }
    return pattern & 7 == 5
  }
}
