import RAGCore

/// The text of an answer, put together piece by piece.
///
/// White space waits until it is known that something follows it, so that a marker taken out leaves
/// no gap and the text ends with a visible character; brackets that held nothing but what was taken
/// out go with it.
struct AnswerText {
  /// How far back a sentence may begin.
  private static let sentenceByteCount = 4096
  /// Of the sentences before a place, the last so many are looked at.
  private static let sentenceCount = 8

  let byteLimit: Int

  /// Valid UTF-8.
  private var bytes: [UInt8] = []
  private var blank = ""
  /// White space behind a marker that was taken out at the end of the text.
  private var blankBehindRemoved: String?
  /// How much of the text was given to `takePiece`.
  private var takenByteCount = 0

  init(byteLimit: Int) { self.byteLimit = byteLimit }

  var byteCount: Int { bytes.count }
  var string: String { string(0..<bytes.count) }
  var last: Character? { tail.last }

  /// The white space before what follows: the larger break of the two around what was taken out.
  var gap: String {
    if bytes.isEmpty { return "" }
    guard let behind = blankBehindRemoved, !behind.isEmpty else { return blank }
    func breakCount(_ blank: String) -> Int { blank.count { $0.isNewline } }
    return breakCount(behind) >= breakCount(blank) ? behind : blank
  }

  /// Whether the text ends with a marker that was taken out.
  private var endsWithRemoved: Bool { blankBehindRemoved == "" }

  // MARK: Writing

  /// Adds text that begins and ends with visible characters, made ready by ``mended(before:)``.
  mutating func write(_ string: Substring) throws {
    guard !string.isEmpty else { return }
    // A gap before punctuation was there for the sake of the marker.
    if endsWithRemoved, isEnd(string), !gap.contains("\n") { blank = "" }
    try append(string)
  }

  /// Adds text as it is, behind the white space that waits.
  mutating func append(_ string: some StringProtocol) throws {
    let gap = gap
    guard bytes.count + gap.utf8.count + string.utf8.count <= byteLimit else {
      throw RAGError(
        .limitExceeded,
        "the answer has more than \(byteLimit) bytes (Limits.answerByteCount) and was stopped")
    }
    bytes += gap.utf8
    bytes += string.utf8
    blank = ""
    blankBehindRemoved = nil
  }

  /// Adds white space between other text.
  mutating func writeBlank(_ string: String) {
    if bytes.isEmpty || endsWithRemoved && (endsWithOpening || endsWithWrapping) { return }
    if endsWithRemoved, string.contains("\n") { cutSeparators() }
    if let behind = blankBehindRemoved {
      blankBehindRemoved = behind + string
    } else {
      blank += string
    }
  }

  /// Tells that a marker was taken out at the end of the text.
  mutating func markRemoved() {
    blank = gap
    blankBehindRemoved = ""
  }

  /// What was added since the last call. What may have to go with a marker that is taken out, such as
  /// brackets around it, waits unless the text has ended.
  mutating func takePiece(isLast: Bool) -> String? {
    if isLast, endsWithRemoved { cutSeparators() }
    let tail = tail
    let written = isLast ? tail[...] : Wrapping.withoutPossibleOpening(tail[...])
    let end = bytes.count - tail.utf8.count + written.utf8.count
    guard takenByteCount < end else { return nil }
    defer { takenByteCount = end }
    return string(takenByteCount..<end)
  }

  // MARK: What stood around a marker that was taken out

  private static func closes(_ character: Character) -> Bool {
    ".,;:!?…)]。，；：！？、）】".contains(character)
  }

  /// Marks that close what was said where nothing but punctuation stands with them.
  private static let closingMarks = Set("\"”“»’'」_~*")

  /// Whether a text that follows ends what was said: with punctuation, or what closes a wrapping.
  private func isEnd(_ text: Substring) -> Bool {
    text.first.map(Self.closes) == true
      || !text.isEmpty && text.allSatisfy { Self.closes($0) || Self.closingMarks.contains($0) }
      || Wrapping.all.contains { text.hasPrefix($0.closing) && $0.isOpen(in: lastLine) }
  }

  var endsWithOpening: Bool { last.map { Wrapping.brackets[$0] != nil } == true }

  /// Whether a bracket is open that has led only to a marker, as in "(see".
  var endsWithLeadIn: Bool { Wrapping.leadIn(in: tail[...]) != nil }

  var endsWithWrapping: Bool {
    let line = lastLine
    return Wrapping.all.contains { $0.opens(atEndOf: line) }
  }

  /// What is left of text that follows, where a marker was taken out before it: brackets that held
  /// nothing else go, and so does what parted the marker from others.
  mutating func mended(before text: String) -> Substring {
    var rest = text[...]
    guard endsWithRemoved else { return rest }
    dropMended(from: &rest)
    if isEnd(rest) { cutSeparators() }
    // An entry of a list, or of one of sources: "[9]. …", "[9]: …".
    if let first = rest.first,
      first == "：" || first == ":" && rest.dropFirst().first?.isLowercase != true || rest == ".",
      gap.contains("\n") || !Statement.says(String(lastLine.withoutListNumber))
    {
      rest.removeFirst()
      dropMended(from: &rest)
    }
    return rest
  }

  private mutating func dropMended(from text: inout Substring) {
    while !gap.contains("\n"), let length = mend(before: text) { text = text.dropFirst(length) }
  }

  /// How many characters before a text go with the marker, what they close taken out.
  private mutating func mend(before text: Substring) -> Int? {
    guard let first = text.first, let last else { return nil }
    let isFirst = endsWithOpening || endsWithWrapping
    if last == ".", text == "." { return 1 }
    if isFirst || ".!?。！？|".contains(last), Wrapping.separators.contains(first) {
      if isFirst { blank = "" }
      return 1
    }
    if isFirst, Wrapping.joiners.contains(String(text)) { return text.count }
    if Wrapping.brackets[last] == first, !Wrapping.opensCall(tail), cutOpening(last.utf8.count) {
      return 1
    }
    let tail = tail[...]
    if let leadIn = Wrapping.leadIn(in: tail), Wrapping.brackets[tail[leadIn]] == first,
      cutOpening(tail[leadIn...].utf8.count)
    {
      return 1
    }
    for wrapping in Wrapping.all
    where gap.isEmpty && text.hasPrefix(wrapping.closing) && wrapping.opens(atEndOf: lastLine)
      && cutOpening(wrapping.opening.utf8.count)
    {
      return wrapping.closing.count
    }
    return nil
  }

  /// The last line, of a long one the end.
  private var lastLine: String {
    let lower = bytes.count - HeldMarkers.longestWait
    return string(lineStart(from: lower, to: bytes.count)..<bytes.count)
  }

  /// Takes away what parted the marker that was taken out from others.
  private mutating func cutSeparators() { _ = cut(trailing(Wrapping.separators.contains)) }

  private mutating func cutOpening(_ count: Int) -> Bool {
    guard cut(count) else { return false }
    let count = trailing(\.isWhitespace)
    let space = string(bytes.count - count..<bytes.count)
    if cut(count) { blank = space }
    return true
  }

  /// Takes bytes from the end of the text, unless they were given away.
  private mutating func cut(_ count: Int) -> Bool {
    guard bytes.count - count >= takenByteCount else { return false }
    bytes.removeLast(count)
    return true
  }

  /// The bytes of the last characters that are part of something.
  private func trailing(_ isPart: (Character) -> Bool) -> Int {
    tail.reversed().prefix(while: isPart).reduce(0) { $0 + $1.utf8.count }
  }

  private var tail: String {
    string(characterStart(from: bytes.count - 64)..<bytes.count)
  }

  // MARK: Reading

  func string(_ range: Range<Int>) -> String {
    String(decoding: bytes[range], as: UTF8.self)
  }

  /// Where the last line of the text up to an end begins, or the part of it behind an offset.
  func lineStart(from lower: Int, to end: Int) -> Int {
    let line = min(characterStart(from: lower), end)
    return bytes[line..<end].lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? line
  }

  /// Where the first whole character from an offset on begins.
  private func characterStart(from offset: Int) -> Int {
    var start = max(0, offset)
    while start < bytes.count, bytes[start] & 0xC0 == 0x80 { start += 1 }
    return start
  }

  /// The sentences behind an offset that say something, the last one first.
  func lastSentences(since start: Int) -> [Statement] {
    let lower = max(start, bytes.count - Self.sentenceByteCount)
    var sentences: [Statement] = []
    var end = bytes.count
    while end > lower, sentences.count < Self.sentenceCount {
      let start = lineStart(from: lower, to: end)
      sentences += SentenceSplitter.ranges(in: string(start..<end)).reversed().map {
        statement(at: (start + $0.lowerBound)..<(start + $0.upperBound))
      }.filter { Statement.says($0.text) }
      end = start - 1
    }
    return Array(sentences.prefix(Self.sentenceCount))
  }

  /// The statement in a range, without what parts it from others, and the bracket that its marker
  /// stands in.
  func statement(at range: Range<Int>) -> Statement {
    let text = string(range)
    var rest = text.drop { ",;:. )，；：。、）".contains($0) }
    while let tag = Wrapping.tags.first(where: rest.hasPrefix) {
      rest = rest.dropFirst(tag.count).drop { ",;:. )，；：。、）".contains($0) }
    }
    let said = Wrapping.withoutOpening(rest)
    let start = range.upperBound - rest.utf8.count
    return Statement(
      range: start..<start + said.utf8.count,
      text: Wrapping.tags.reduce(String(said)) { $0.replacing($1, with: "") })
  }
}
