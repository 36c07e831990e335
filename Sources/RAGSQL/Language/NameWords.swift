/// The words of names and of questions, made comparable.
enum NameWords {
  /// The stems of the words of `snake_case`, `camelCase` or plain text, in order.
  static func stems(of text: some StringProtocol) -> [String] {
    words(of: text).map(stem)
  }

  /// The words in lower case.
  static func words(of text: some StringProtocol) -> [String] {
    var words: [String] = []
    var word = ""
    var previous: Character = " "
    for character in text {
      let isPart = character.isLetter || character.isNumber
      if !word.isEmpty, !isPart || (character.isUppercase && previous.isLowercase) {
        words.append(word)
        word = ""
      }
      if isPart { word += character.lowercased() }
      previous = character
    }
    return word.isEmpty ? words : words + [word]
  }

  /// The word without English endings, as far as they can be told by their letters.
  static func stem(_ word: String) -> String {
    guard word.count > 3, word.allSatisfy(\.isASCII) else { return word }
    for (ending, replacement) in [
      ("ies", "y"), ("sses", "ss"), ("ches", "ch"), ("shes", "sh"), ("xes", "x"), ("ss", "ss"),
      ("us", "us"), ("s", ""), ("ing", ""), ("ed", ""),
    ] where word.hasSuffix(ending) && word.count - ending.count >= 3 {
      let stem = word.dropLast(ending.count) + replacement
      // "names" and "named" meet at "nam".
      return stem.hasSuffix("e") ? String(stem.dropLast()) : String(stem)
    }
    return word.hasSuffix("e") ? String(word.dropLast()) : word
  }
}
