/// The words of a text that tell what it is about, in a form that compares across inflections.
///
/// Words are runs of letters, digits and underscores in lower case, without function words of
/// English and with English endings taken off; Chinese, Japanese and Korean text is taken in
/// pairs of neighbouring characters, as it has no spaces or long endings. Endings are taken off more
/// carefully than by Porter's stemmer, with which the index finds more: it takes "universe" and
/// "university" for one word, and here a word is to prove something.
enum InformativeWords {
  /// The words in their order, repeated ones included.
  static func words(of text: String) -> [String] {
    var words: [String] = []
    var run: [Unicode.Scalar] = []
    var isPaired = false
    func endRun() {
      defer { run.removeAll(keepingCapacity: true) }
      guard isPaired else {
        var view = String.UnicodeScalarView()
        view.append(contentsOf: run)
        let word = String(view).lowercased()
        if !word.isEmpty, !functionWords.contains(word) { words.append(stem(word)) }
        return
      }
      guard run.count > 1 else {
        words += run.map { String(Character($0)) }
        return
      }
      for (first, second) in zip(run, run.dropFirst()) {
        words.append(String(Character(first)) + String(Character(second)))
      }
    }
    for scalar in text.unicodeScalars {
      // Apostrophes stand within words and are no part of them: don't, l'eau.
      if scalar == "'" || scalar == "’", !run.isEmpty {
        continue
      }
      guard isWordScalar(scalar) else {
        endRun()
        continue
      }
      let pairs = isUnspaced(scalar)
      if pairs != isPaired {
        endRun()
        isPaired = pairs
      }
      run.append(scalar)
    }
    endRun()
    return words
  }

  private static func isWordScalar(_ scalar: Unicode.Scalar) -> Bool {
    if scalar.value < 0x80 {
      return (scalar >= "a" && scalar <= "z") || (scalar >= "A" && scalar <= "Z")
        || (scalar >= "0" && scalar <= "9") || scalar == "_"
    }
    switch scalar.properties.generalCategory {
    case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter,
      .nonspacingMark, .spacingMark, .decimalNumber, .letterNumber, .otherNumber:
      return true
    default: return false
    }
  }

  /// Whether a scalar is of a script that does not set words apart by spaces.
  static func isUnspaced(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x0E00..<0x0F00, 0x1000..<0x10A0, 0x1780..<0x1800, 0x3005...0x3007, 0x3041..<0x3100,
      0x3105..<0x3130, 0x31A0..<0x3200, 0x3400..<0xA000, 0xAC00..<0xD7A4, 0xF900..<0xFB00,
      0xFF66..<0xFFA0, 0x20000..<0x40000:
      true
    default: false
    }
  }

  /// The word without plural, past or progressive ending, so that both sides of a comparison
  /// lose the same.
  static func stem(_ word: String) -> String {
    var letters = Array(word.utf8)
    guard letters.count > 3, letters.allSatisfy({ $0 >= 0x61 && $0 <= 0x7A }) else { return word }
    func ends(_ suffix: String, leaving count: Int) -> Bool {
      letters.count >= suffix.utf8.count + count
        && letters.suffix(suffix.utf8.count)
          .elementsEqual(suffix.utf8)
    }
    if ends("ies", leaving: 2) {
      letters.replaceSubrange((letters.count - 3)..., with: [UInt8(ascii: "y")])
    } else if ends("sses", leaving: 1) {
      letters.removeLast(2)
    } else if ends("s", leaving: 3), !ends("ss", leaving: 0), !ends("us", leaving: 0),
      !ends("is", leaving: 0)
    {
      letters.removeLast()
    }
    for suffix in ["ing", "ed"] where ends(suffix, leaving: 3) {
      letters.removeLast(suffix.utf8.count)
      // stopped, running: the doubled letter came with the ending.
      if let last = letters.last, letters.dropLast().last == last, !"lsz".utf8.contains(last) {
        letters.removeLast()
      }
      break
    }
    if letters.count > 3, letters.last == UInt8(ascii: "e") { letters.removeLast() }
    return String(decoding: letters, as: UTF8.self)
  }
}

/// Words of English that say nothing of what a text is about, apostrophes left out.
private let functionWords: Set<String> = Set(
  """
  a about after again all also am an and any are arent as at be because been before being below \
  between both but by can cannot cant could did didnt do does doesnt doing dont during each else \
  ever few for from further get give given had has have having he her here hers him his how i if \
  im in into is isnt it its itself just let made make many may me might more most much must my \
  no nor not of off on once one only or other our out over own same several shall she should so \
  some such tell than that thats the their them then there theres these they thing this those \
  through to too under until up upon us use used uses using very was wasnt we were what whats \
  when where wheres which while who whom whose why will with within without would yes you your
  """.split(separator: " ").map(String.init))
