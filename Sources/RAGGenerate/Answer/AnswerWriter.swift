import RAGCore
import RAGRetrieve

/// Puts an answer together piece by piece, and keeps only the citations that hold.
///
/// White space waits until it is known that something follows it, so that a marker taken out
/// leaves no gap and the text ends with a visible character. A marker that stands before its
/// statement waits for the end of the sentence, by which it is judged; where it is taken out of
/// a place that needs a word, as in "according to [1]", `[…]` stands for it.
struct AnswerWriter {
  /// The hits that may be cited, by number.
  let sources: [Int: Hit]
  let verifier: (any CitationVerifier)?
  let support: StatementSupport
  let limits: Limits

  /// More markers than this are taken out, whatever they name.
  private static let citationCount = 1_000
  /// How far before its marker a statement may begin.
  private static let statementByteCount = 4096
  /// How many bytes of a sentence are looked at to either side of a marker that waits for its end.
  private static let longestWait = 512

  /// The text so far, valid UTF-8.
  private var bytes: [UInt8] = []
  private(set) var citations: [Citation] = []
  private(set) var removedCitationCount = 0
  private var checkedCitationCount = 0
  private var blank = ""
  private var hasRemoved = false
  /// Where the text begins that no marker refers to yet.
  private var openStart = 0
  private var lastStatement: Range<Int>?
  /// A marker that stands before its statement, and what has come since.
  private var held: [MarkerReader.Token] = []
  private var heldByteCount = 0
  private var heldRole = LeadingMarker.Role.reference
  /// How much of the text was given to `takePiece`.
  private var takenByteCount = 0

  init(
    sources: [Int: Hit], verifier: (any CitationVerifier)?, support: StatementSupport,
    limits: Limits
  ) {
    self.sources = sources
    self.verifier = verifier
    self.support = support
    self.limits = limits
  }

  var text: String { String(decoding: bytes, as: UTF8.self) }

  // MARK: Text

  /// Adds what a model wrote.
  mutating func write(_ tokens: [MarkerReader.Token]) async throws {
    for token in tokens {
      if !held.isEmpty, endsHeld(token) {
        // What another marker follows is that one's.
        if heldRole == .early, token.isMarker { heldRole = .reference }
        try await finish()
      }
      if held.isEmpty, token.isMarker { heldRole = role }
      if !held.isEmpty || (token.isMarker && heldRole != .reference) {
        held.append(token)
        heldByteCount += token.text.utf8.count
      } else {
        try await write(token)
      }
    }
  }

  /// Adds what was waiting for more.
  mutating func finish() async throws {
    if !held.isEmpty { try await writeHeld() }
  }

  private mutating func write(_ token: MarkerReader.Token) async throws {
    switch token {
    case .text(let string): try write(string)
    case .blank(let string): writeBlank(string)
    case .marker(let numbers): try await writeMarkers(numbers)
    }
  }

  /// Adds text that begins and ends with visible characters.
  mutating func write(_ string: String) throws {
    // A gap before punctuation was there for the sake of the marker.
    let closes = string.unicodeScalars.first.map { ".,;:!?)]。，；：！？、".unicodeScalars.contains($0) }
    if !(hasRemoved && closes == true) { try append(blank) }
    blank = ""
    hasRemoved = false
    try append(string)
  }

  /// Adds white space between other text.
  mutating func writeBlank(_ string: String) {
    guard !bytes.isEmpty else { return }
    if hasRemoved { blank = "" }
    hasRemoved = false
    blank += string
  }

  /// What was added since the last call.
  mutating func takePiece() -> String? {
    guard takenByteCount < bytes.count else { return nil }
    defer { takenByteCount = bytes.count }
    return string(takenByteCount..<bytes.count)
  }

  private mutating func append(_ string: String) throws {
    guard bytes.count + string.utf8.count <= limits.answerByteCount else {
      throw RAGError(
        .limitExceeded,
        "the answer has more than \(limits.answerByteCount) bytes (Limits.answerByteCount) "
          + "and was stopped")
    }
    bytes += string.utf8
  }

  // MARK: Citations

  /// Adds a quoted sentence with its marker, unless its source refutes it.
  ///
  /// `range` is of the hit's text, `shown` the same text as a reader is to see it.
  mutating func writeQuote(_ shown: String, from number: Int, at range: Range<Int>) async throws {
    let finding = StatementSupport.Finding(range: range, support: .exact)
    guard let hit = sources[number], let proof = try await proof(of: finding, in: hit) else {
      hasRemoved = true
      return
    }
    let start = bytes.count + blank.utf8.count
    // What reads as a marker in the source is none of the answer's.
    try write(UntrustedText.neutralised(shown))
    let statement = start..<bytes.count
    try append(" ")
    try append(marker: number, to: statement, proof)
  }

  /// Adds the markers of those numbers whose sources support a claim; without one, that is the
  /// statement before them.
  private mutating func writeMarkers(_ numbers: [Int], of given: Claim? = nil) async throws {
    var claim = given
    var hasWritten = false
    for number in numbers {
      guard let hit = sources[number], checkedCitationCount < Self.citationCount else {
        removedCitationCount += 1
        continue
      }
      let judged = claim ?? statement()
      claim = judged
      guard !judged.text.isEmpty else {
        removedCitationCount += 1
        continue
      }
      let isRepeated = citations.reversed().prefix { $0.statement == judged.range }
        .contains { $0.number == number }
      if isRepeated { continue }
      checkedCitationCount += 1
      guard let finding = try await support.finding(for: judged.text, in: hit.text) else {
        removedCitationCount += 1
        continue
      }
      guard let proof = try await proof(of: finding, in: hit) else { continue }
      if !hasWritten { try append(blank) }
      try append(marker: number, to: judged.range, proof)
      hasWritten = true
    }
    if hasWritten { blank = "" }
    hasRemoved = !hasWritten
  }

  /// What a marker is to prove.
  private struct Claim {
    /// UTF-8 offsets in the answer's text.
    var range: Range<Int>
    var text: String
  }

  /// What is known of the place of a quote; nil, and counted, when its source refutes it.
  private mutating func proof(
    of finding: StatementSupport.Finding, in hit: Hit
  ) async throws -> Proof? {
    let quote = String(decoding: Array(hit.text.utf8)[finding.range], as: UTF8.self)
    let unproved = {
      Proof(hit: hit, quote: quote, span: hit.textSpan, status: $0, support: finding.support)
    }
    guard let verifier else { return unproved(.unverified) }
    switch try await verifier.verify(quote, at: finding.range, of: hit) {
    case .verified(let span):
      return Proof(
        hit: hit, quote: quote, span: span, status: .verified, support: finding.support)
    case .sourceChanged: return unproved(.sourceChanged)
    case .sourceGone: return unproved(.sourceGone)
    case .refuted:
      removedCitationCount += 1
      return nil
    }
  }

  private struct Proof {
    var hit: Hit
    var quote: String
    var span: Span
    var status: CitationStatus
    var support: CitationSupport
  }

  private mutating func append(
    marker number: Int, to statement: Range<Int>, _ proof: Proof
  ) throws {
    let start = bytes.count
    try append("[\(number)]")
    openStart = bytes.count
    lastStatement = statement
    citations.append(
      Citation(
        number: number, chunk: proof.hit.chunk.id, document: proof.hit.document,
        quote: proof.quote, statement: statement, marker: start..<openStart, span: proof.span,
        status: proof.status, support: proof.support))
  }

  /// The statement that a marker at the end of the text belongs to: the last sentence of the
  /// last line since the marker before that says more than where it is from, or that marker's own
  /// statement where there is none, or else what there is.
  private func statement() -> Claim {
    claim(placeOfStatement ?? lastSentence(Self.says) ?? bytes.count..<bytes.count)
  }

  private var placeOfStatement: Range<Int>? {
    lastSentence { !ReferenceClause.addsNothing($0) } ?? lastStatement
  }

  /// The last sentence of a kind since the marker before.
  private func lastSentence(_ isWanted: (String) -> Bool) -> Range<Int>? {
    let lower = max(openStart, bytes.count - Self.statementByteCount)
    var end = bytes.count
    while end > lower {
      let start = lineStart(from: lower, to: end)
      let sentence = SentenceSplitter.ranges(in: string(start..<end)).last {
        isWanted(string((start + $0.lowerBound)..<(start + $0.upperBound)))
      }
      if let sentence { return (start + sentence.lowerBound)..<(start + sentence.upperBound) }
      end = start - 1
    }
    return nil
  }

  private func claim(_ place: Range<Int>) -> Claim {
    let range = withoutPunctuation(place)
    return Claim(range: range, text: string(range))
  }

  /// Where the last line of the text up to an end begins, or the part of it behind an offset.
  private func lineStart(from lower: Int, to end: Int) -> Int {
    var line = max(0, lower)
    while line < end, bytes[line] & 0xC0 == 0x80 { line += 1 }
    return bytes[line..<end].lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? line
  }

  private func withoutPunctuation(_ range: Range<Int>) -> Range<Int> {
    var lower = range.lowerBound
    while lower < range.upperBound, ",;:. ".utf8.contains(bytes[lower]) { lower += 1 }
    return lower..<range.upperBound
  }

  private static func says(_ text: String) -> Bool { text.contains { $0.isLetter || $0.isNumber } }

  private func string(_ range: Range<Int>) -> String {
    String(decoding: bytes[range], as: UTF8.self)
  }

  // MARK: Markers before their statement

  /// What a marker at the end of the text would be.
  private var role: LeadingMarker.Role {
    if blank.contains("\n") { return .opening }
    if openStart == bytes.count, openStart > 0 { return .reference }
    let lower = max(openStart, bytes.count - LeadingMarker.byteCount)
    let start = lineStart(from: lower, to: bytes.count)
    return LeadingMarker.role(behind: string(start..<bytes.count))
  }

  /// Whether what is held is complete before a token.
  private func endsHeld(_ token: MarkerReader.Token) -> Bool {
    if heldByteCount > Self.longestWait { return true }
    switch token {
    case .text(let string):
      return heldRole == .sequel && string.first?.isLowercase != true
        && held.allSatisfy { $0.text.allSatisfy(\.isWhitespace) }
    case .blank(let string): return string.contains("\n") || heldSentence().isComplete
    case .marker:
      let last = held.lastIndex { $0.isMarker } ?? 0
      return !LeadingMarker.continues(Self.text(of: held[(last + 1)...]))
    }
  }

  /// The sentence of the markers that are held, without any markers; in it, where the first of them
  /// belongs; and whether another sentence has begun.
  private func heldSentence() -> (text: String, place: Int, isComplete: Bool) {
    var line = ""
    if heldRole == .object || heldRole == .early {
      let start = lineStart(
        from: max(openStart, bytes.count - Self.longestWait), to: bytes.count)
      line = string(start..<bytes.count) + blank
    }
    let text = line + Self.text(of: held)
    let place = line.utf8.count
    let sentences = SentenceSplitter.ranges(in: text)
    guard let sentence = sentences.first(where: { $0.upperBound > place }) ?? sentences.last else {
      return ("", 0, false)
    }
    return (
      String(decoding: Array(text.utf8)[sentence], as: UTF8.self),
      min(max(place - sentence.lowerBound, 0), sentence.count), sentence != sentences.last
    )
  }

  private static func text(of tokens: some Sequence<MarkerReader.Token>) -> String {
    tokens.map(\.text).joined()
  }

  /// Adds what is held, its markers judged by their sentence; where nothing of it follows them, by
  /// the statement before them as others are.
  private mutating func writeHeld() async throws {
    let sentence = heldSentence()
    let tokens = held
    held = []
    heldByteCount = 0
    let following = String(decoding: Array(sentence.text.utf8)[sentence.place...], as: UTF8.self)
    let isBehind =
      heldRole == .reference || !Self.says(following)
      || (ReferenceClause.addsNothing(following) && placeOfStatement != nil)
    let claim = isBehind ? nil : Claim(range: bytes.count..<bytes.count, text: sentence.text)
    let start = openStart
    let first = citations.count
    for (index, token) in tokens.enumerated() {
      guard case .marker(let numbers) = token else {
        try await write(token)
        continue
      }
      let role = role
      try await writeMarkers(numbers, of: claim)
      if hasRemoved, leavesGap(role, before: tokens[(index + 1)...]) {
        hasRemoved = false
        try write("[…]")
      }
    }
    if claim != nil, first < citations.count {
      placeStatement(ofCitationsFrom: first, behind: start)
    }
  }

  /// Whether a sentence lacks a word where a marker was taken out.
  private func leavesGap(
    _ role: LeadingMarker.Role, before tokens: ArraySlice<MarkerReader.Token>
  ) -> Bool {
    if bytes.last == UInt8(ascii: "]") { return false }
    switch tokens.first(where: { !$0.isBlank }) {
    case .marker: return false
    case .text(let string) where role == .opening || role == .sequel:
      return string.first?.isLowercase == true
    default: return role == .object || role == .reference
    }
  }

  /// Gives citations with one statement the place of the sentence that their markers stand in.
  private mutating func placeStatement(ofCitationsFrom first: Int, behind end: Int) {
    let marker = citations[first].marker.lowerBound
    let start = lineStart(from: max(end, marker - Self.longestWait), to: marker)
    let sentences = SentenceSplitter.ranges(in: string(start..<bytes.count))
    guard let sentence = sentences.first(where: { start + $0.upperBound > marker }) else { return }
    let upper = start + sentence.upperBound
    var range = withoutPunctuation((start + sentence.lowerBound)..<upper)
    for citation in citations[first...] where citation.marker.lowerBound == range.lowerBound {
      range = withoutPunctuation(citation.marker.upperBound..<upper)
    }
    for index in first..<citations.count { citations[index].statement = range }
    lastStatement = range
  }
}

extension MarkerReader.Token {
  /// Nothing for a marker.
  fileprivate var text: String {
    switch self {
    case .text(let string), .blank(let string): string
    case .marker: ""
    }
  }

  fileprivate var isMarker: Bool { if case .marker = self { true } else { false } }
  fileprivate var isBlank: Bool { if case .blank = self { true } else { false } }
}
