/// Takes out what a model thinks before it answers: a block between `<think>` and `</think>` at the
/// beginning of its text, as DeepSeek-R1 and Qwen3 write.
struct ThinkingFilter {
  private enum State {
    case beginning
    case thinking
    case answering
  }

  private static let start = "<think>"
  private static let end = "</think>"

  private var state = State.beginning
  private var held = ""

  /// What may be shown after another piece.
  mutating func filter(_ piece: String) -> String {
    guard state != .answering else { return piece }
    held += piece
    if state == .beginning {
      let text = held.drop(while: \.isWhitespace)
      if text.hasPrefix(Self.start) {
        state = .thinking
      } else if Self.start.hasPrefix(text) {
        return ""
      } else {
        return rest()
      }
    }
    guard let range = held.firstRange(of: Self.end) else { return "" }
    held.removeSubrange(..<range.upperBound)
    return rest()
  }

  /// What was held back at the end of the text. A thought without end is no answer.
  mutating func finish() -> String { state == .beginning ? rest() : "" }

  private mutating func rest() -> String {
    state = .answering
    defer { held = "" }
    return held
  }
}
