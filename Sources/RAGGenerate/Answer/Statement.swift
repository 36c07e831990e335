/// What a marker is to prove.
struct Statement {
  /// UTF-8 offsets in the answer's text; empty where the place is not known yet.
  var range: Range<Int>
  var text: String

  /// Whether a text has a letter or a digit, but for those of tags.
  static func says(_ text: String) -> Bool {
    let rest = Wrapping.tags.reduce(text) { $0.replacing($1, with: "") }
    return rest.contains { $0.isLetter || $0.isNumber }
  }
}
