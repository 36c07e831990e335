/// The language in which a prompt gives its rules.
public enum PromptLanguage: String, Sendable, Hashable, Codable, CaseIterable {
  case english = "en"
  case chinese = "zh"

  /// The language for a text, chosen by its scripts alone.
  ///
  /// Chinese where there are more Han characters than words of other letters and nothing of
  /// Japanese or Korean script; English for everything else, as models read English rules with any
  /// question.
  public init(of text: String) {
    var hanCount = 0
    var wordCount = 0
    var isInWord = false
    for scalar in text.unicodeScalars {
      switch scalar.value {
      case 0x3041..<0x3100, 0x31F0..<0x3200, 0xFF66..<0xFFA0, 0x1100..<0x1200, 0x3131..<0x3190,
        0xAC00..<0xD7B0:
        self = .english
        return
      case 0x3400..<0xA000, 0xF900..<0xFB00, 0x20000..<0x32000:
        hanCount += 1
        isInWord = false
      default:
        let isLetter = scalar.properties.isAlphabetic
        if isLetter, !isInWord { wordCount += 1 }
        isInWord = isLetter
      }
    }
    self = hanCount > wordCount ? .chinese : .english
  }
}
