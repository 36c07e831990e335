import RAGCore

/// A marker that stands before its statement, and what has come since.
struct HeldMarkers {
  /// How many bytes of a sentence are looked at to either side of a marker that waits for its end.
  static let longestWait = 512

  var role: LeadingMarker.Role
  /// What its line has before it.
  let line: String
  /// Whether its line begins with it: then "[1]." may count an item, whose sentence follows.
  let countsItem: Bool
  private(set) var tokens: [MarkerReader.Token] = []
  private var byteCount = 0

  init(role: LeadingMarker.Role, behind line: String, countsItem: Bool = false) {
    self.role = role
    self.line = line
    self.countsItem = countsItem
  }

  mutating func append(_ token: MarkerReader.Token) {
    tokens.append(token)
    byteCount += token.text.utf8.count
  }

  /// Whether nothing of what is waited for comes with a token or behind it.
  func isComplete(before token: MarkerReader.Token) -> Bool {
    if byteCount > Self.longestWait { return true }
    switch token {
    case .text(let string)
    where tokens.last?.isMarker == true && string.first.map(")）".contains) == true:
      return role != .opening
    case .text(let string):
      // A sentence that follows is none of the marker's, unless it goes on with a small letter.
      let next = Wrapping.withoutClosing(string)
      return role == .sequel && next.first.map { $0.isLowercase || ":：".contains($0) } == false
        && tokens.allSatisfy { Wrapping.withoutClosing($0.text).allSatisfy(\.isWhitespace) }
    case .blank(let string): return string.contains("\n") || sentence.isComplete
    case .marker:
      let last = tokens.lastIndex { $0.isMarker } ?? 0
      return !LeadingMarker.continues(tokens[(last + 1)...].text)
    }
  }

  /// The sentence of the markers, without any of them; in it, where the first of them belongs; and
  /// whether another sentence has begun.
  var sentence: (text: String, place: Int, isComplete: Bool) {
    let text = line + tokens.text
    let place = line.utf8.count
    let sentences = SentenceSplitter.ranges(in: text)
    func said(_ sentence: Range<Int>) -> String {
      String(decoding: Array(text.utf8)[sentence], as: UTF8.self)
    }
    let own = sentences.first {
      $0.upperBound > place && (!countsItem || Statement.says(said($0)))
    }
    guard let sentence = own ?? sentences.last else { return ("", 0, false) }
    return (
      said(sentence),
      min(max(place - sentence.lowerBound, 0), sentence.count), sentence != sentences.last
    )
  }
}

extension Sequence<MarkerReader.Token> {
  /// The text of all, without markers.
  var text: String { map(\.text).joined() }
}

extension MarkerReader.Token {
  /// Nothing for a marker.
  var text: String {
    switch self {
    case .text(let string), .blank(let string): string
    case .marker: ""
    }
  }

  var isMarker: Bool { if case .marker = self { true } else { false } }
  var isBlank: Bool { if case .blank = self { true } else { false } }
}
