/// Recognises the fixed sentence by which a model says that the sources hold no answer.
///
/// Holds the text back as long as it may be that sentence and nothing else than markers, quotes
/// and punctuation around it.
struct RefusalGate {
  private static let sentence = words(of: Answer.notFoundText)

  private static let heldByteCount = 256

  private var held = ""
  private var isOpen = false

  /// Whether all text so far is the refusal.
  var isRefusal: Bool { !isOpen && Self.words(of: held) == Self.sentence }

  /// Whether a text that cites nothing begins with the refusal, whatever it adds.
  static func refuses(_ text: String) -> Bool {
    let words = words(of: text)
    return words.hasPrefix(sentence) || words.hasPrefix("answer" + sentence)
  }

  /// What may be shown after another piece.
  mutating func pass(_ piece: String) -> String {
    if isOpen { return piece }
    held += piece
    if held.utf8.count <= Self.heldByteCount,
      Self.sentence.starts(with: Self.words(of: held))
    {
      return ""
    }
    return finish()
  }

  /// What was held back.
  mutating func finish() -> String {
    isOpen = true
    defer { held = "" }
    return held
  }

  /// The letters of a text, without numbers and marks, in lower case.
  private static func words(of text: String) -> String {
    text.lowercased().filter(\.isLetter)
  }
}
