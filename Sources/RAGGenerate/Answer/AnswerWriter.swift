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
  /// More sentences are not held against a source.
  private static let claimCount = 8
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
  /// Where the text begins that no marker refers to yet, also none that was taken out.
  private var openStart = 0
  /// What the marker before was to prove.
  private var lastClaims: [Claim] = []
  /// Whether markers stand in a list of sources, without a statement of their own.
  private var isInList = false
  /// A marker that stands before its statement, and what has come since.
  private var held: [MarkerReader.Token] = []
  private var heldByteCount = 0
  private var heldRole = LeadingMarker.Role.reference
  /// Whether the marker before stood before its statement, at the beginning of its line or clause.
  private var followsOpening = false
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
    case .marker(let numbers):
      followsOpening = false
      try await writeMarkers(numbers)
    }
  }

  /// Adds text that begins and ends with visible characters.
  mutating func write(_ string: String) throws {
    let string = hasRemoved ? mended(before: string) : string[...]
    guard let first = string.first else { return }
    // A gap before punctuation was there for the sake of the marker.
    if !(hasRemoved && Self.closes(first)) || blank.contains("\n") { try append(blank) }
    blank = ""
    hasRemoved = false
    try append(string)
  }

  /// Adds white space between other text.
  mutating func writeBlank(_ string: String) {
    guard !bytes.isEmpty else { return }
    if string.contains("\n") { followsOpening = false }
    if hasRemoved, lastCharacter.map(Self.isOpening) == true { return }
    defer { hasRemoved = false }
    guard hasRemoved else {
      blank += string
      return
    }
    // The larger break of the two around what was taken out.
    func breakCount(_ blank: String) -> Int { blank.count { $0.isNewline } }
    if breakCount(string) >= breakCount(blank) { blank = string }
  }

  /// What was added since the last call. What may have to go with a marker that is taken out, such as
  /// brackets around it, waits unless the text has ended.
  mutating func takePiece(isLast: Bool = false) -> String? {
    let waiting =
      isLast
      ? 0 : trailing { Self.isOpening($0) || Self.separators.contains($0) || $0.isWhitespace }
    let end = bytes.count - waiting
    guard takenByteCount < end else { return nil }
    defer { takenByteCount = end }
    return string(takenByteCount..<end)
  }

  private mutating func append(_ string: some StringProtocol) throws {
    guard bytes.count + string.utf8.count <= limits.answerByteCount else {
      throw RAGError(
        .limitExceeded,
        "the answer has more than \(limits.answerByteCount) bytes (Limits.answerByteCount) "
          + "and was stopped")
    }
    bytes += string.utf8
  }

  // MARK: What stood around a marker that was taken out

  private static let brackets: [Character: Character] = [
    "(": ")", "（": "）", "[": "]", "【": "】",
  ]
  private static let separators: Set<Character> = [",", ";", "、", "，", "；"]
  /// Whether a character opens brackets that models put markers in.
  static func isOpening(_ character: Character) -> Bool { brackets[character] != nil }
  private static func closes(_ character: Character) -> Bool {
    ".,;:!?)]。，；：！？、）】".contains(character)
  }

  /// Takes out brackets that held nothing else, and what parted the marker from others; returns what
  /// is left of the text behind it.
  private mutating func mended(before text: String) -> Substring {
    var rest = text[...]
    while let first = rest.first, let last = lastCharacter, !blank.contains("\n"),
      let closing = Self.brackets[last]
    {
      if Self.separators.contains(first) {
        blank = ""
      } else if first == closing, !isCall, cut(last.utf8.count) {
        let gap = trailing(\.isWhitespace)
        let space = string(bytes.count - gap..<bytes.count)
        if cut(gap) { blank = space }
      } else {
        break
      }
      rest.removeFirst()
    }
    if let first = rest.first, Self.closes(first) { _ = cut(trailing(Self.separators.contains)) }
    return rest
  }

  /// Whether the text ends with the bracket of a call, as in `print([1])`.
  private var isCall: Bool {
    let tail = tail
    guard tail.last == "(", let name = tail.dropLast().last else { return false }
    return name.isASCII && (name.isLetter || name.isNumber || name == "_")
  }

  private var lastCharacter: Character? { tail.last }

  /// The bytes of the last characters that are part of something.
  private func trailing(_ isPart: (Character) -> Bool) -> Int {
    tail.reversed().prefix(while: isPart).reduce(0) { $0 + $1.utf8.count }
  }

  private var tail: String {
    string(characterStart(from: bytes.count - 64)..<bytes.count)
  }

  /// Takes bytes from the end of the text, unless they were given away.
  private mutating func cut(_ count: Int) -> Bool {
    guard bytes.count - count >= takenByteCount else { return false }
    bytes.removeLast(count)
    openStart = min(openStart, bytes.count)
    for index in lastClaims.indices {
      lastClaims[index].range = lastClaims[index].range.clamped(to: 0..<bytes.count)
    }
    for index in citations.indices.reversed() {
      guard citations[index].statement.upperBound > bytes.count else { break }
      citations[index].statement = citations[index].statement.clamped(to: 0..<bytes.count)
    }
    return true
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

  /// Adds the markers of those numbers whose sources support a claim: a given one, or else one of
  /// ``claims(by:or:)``.
  private mutating func writeMarkers(
    _ numbers: [Int], of given: [Claim] = [], or other: Claim? = nil
  ) async throws {
    let said = lastSentences
    if !said.isEmpty { isInList = said.allSatisfy { ReferenceClause.addsNothing($0.text) } }
    let claims = given.isEmpty ? claims(by: said, or: other) : given
    var hasWritten = false
    for number in numbers {
      guard let hit = sources[number], checkedCitationCount < Self.citationCount else {
        removedCitationCount += 1
        continue
      }
      if isRepeated(number, claims) { continue }
      checkedCitationCount += 1
      guard let (claim, finding) = try await supported(claims, by: hit, number) else {
        removedCitationCount += 1
        continue
      }
      guard let proof = try await proof(of: finding, in: hit) else { continue }
      if !hasWritten { try append(blank) }
      try append(marker: number, to: claim.range, proof)
      lastClaims = claims
      hasWritten = true
    }
    if hasWritten {
      blank = ""
    } else {
      // What was said for a marker is not said for the next one.
      if given.isEmpty, other == nil { lastClaims = claims }
      openStart = bytes.count
    }
    hasRemoved = !hasWritten
  }

  /// Whether a marker only says once more what stands right before it.
  private func isRepeated(_ number: Int, _ claims: [Claim]) -> Bool {
    openStart == bytes.count
      && citations.reversed().prefix { citation in
        claims.contains { $0.range == citation.statement }
      }.contains { $0.number == number }
  }

  /// The first of some claims that a source supports. A list of sources names one for what it was
  /// cited for already.
  private func supported(
    _ claims: [Claim], by hit: Hit, _ number: Int
  ) async throws -> (Claim, StatementSupport.Finding)? {
    let known = isInList ? citations.last { $0.number == number }?.statement : nil
    for claim in claims + (known.map { [self.claim($0)] } ?? []) where !claim.text.isEmpty {
      if let finding = try await support.finding(for: claim.text, in: hit.text) {
        return (claim, finding)
      }
    }
    return nil
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
    citations.append(
      Citation(
        number: number, chunk: proof.hit.chunk.id, document: proof.hit.document,
        quote: proof.quote, statement: statement, marker: start..<openStart, span: proof.span,
        status: proof.status, support: proof.support))
  }

  /// What a marker at the end of the text may prove, the likeliest first: the last sentence since the
  /// marker before. Where that says only what it is from, those before it or what that marker was to
  /// prove come first, and `other` takes its place.
  private func claims(by said: [Claim], or other: Claim?) -> [Claim] {
    if let last = said.first, !ReferenceClause.addsNothing(last.text) {
      return [last] + (other.map { [$0] } ?? [])
    }
    let statements = said.filter { !ReferenceClause.addsNothing($0.text) }
    let earlier = statements.isEmpty ? lastClaims : statements
    guard let clause = other ?? said.first,
      earlier.isEmpty || !InformativeWords.words(of: clause.text).isEmpty
    else { return earlier }
    return earlier + [clause]
  }

  /// The sentences since the marker before that say something, the last one first.
  private var lastSentences: [Claim] {
    let lower = max(openStart, bytes.count - Self.statementByteCount)
    var sentences: [Claim] = []
    var end = bytes.count
    while end > lower, sentences.count < Self.claimCount {
      let start = lineStart(from: lower, to: end)
      sentences += SentenceSplitter.ranges(in: string(start..<end)).reversed().map {
        claim((start + $0.lowerBound)..<(start + $0.upperBound))
      }.filter { Self.says($0.text) }
      end = start - 1
    }
    return Array(sentences.prefix(Self.claimCount))
  }

  private func claim(_ place: Range<Int>) -> Claim {
    let range = withoutPunctuation(place)
    return Claim(range: range, text: string(range))
  }

  /// Where the last line of the text up to an end begins, or the part of it behind an offset.
  private func lineStart(from lower: Int, to end: Int) -> Int {
    let line = min(characterStart(from: lower), end)
    return bytes[line..<end].lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? line
  }

  /// Where the first whole character from an offset on begins.
  private func characterStart(from offset: Int) -> Int {
    var start = max(0, offset)
    while start < bytes.count, bytes[start] & 0xC0 == 0x80 { start += 1 }
    return start
  }

  /// A statement without what parts it from others, and the bracket that its marker stands in.
  private func withoutPunctuation(_ range: Range<Int>) -> Range<Int> {
    let text = string(range)
    let rest = text.drop { ",;:. )，；：。、）".contains($0) }
    let bracket = rest.reversed().prefix { Self.isOpening($0) || $0.isWhitespace }
    let end = range.upperBound - bracket.reduce(0) { $0 + $1.utf8.count }
    return (range.upperBound - rest.utf8.count)..<end
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
    let line = string(start..<bytes.count)
    let role = LeadingMarker.role(behind: line)
    let isOpening = role == .sequel || role != .object && LeadingMarker.opensClause(line)
    // Set against what was said, a marker belongs to that, but where nothing is set apart.
    let isTrailing =
      blank.isEmpty && lastCharacter.map { $0.isASCII && !Self.isOpening($0) } == true
    return followsOpening && isOpening && !isTrailing ? .opening : role
  }

  /// Whether what is held is complete before a token.
  private func endsHeld(_ token: MarkerReader.Token) -> Bool {
    if heldByteCount > Self.longestWait { return true }
    switch token {
    case .text(let string)
    where held.last?.isMarker == true && string.first.map(")）".contains) == true:
      return heldRole != .opening
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
    var sentence = heldSentence()
    let place = sentence.place
    if heldRole == .early {
      (sentence.text, sentence.place) = LeadingMarker.clause(of: sentence.text, around: place)
    }
    let tokens = held
    held = []
    heldByteCount = 0
    let following = String(decoding: Array(sentence.text.utf8)[sentence.place...], as: UTF8.self)
    let isBehind = heldRole == .reference || !Self.says(following)
    let whole =
      isBehind ? nil : Claim(range: bytes.count..<bytes.count, text: sentence.text)
    let addsNothing = ReferenceClause.addsNothing(following)
    let isWithinLine = heldRole == .opening && !blank.contains("\n")
    let isLaterClause = sentence.place < place
    let isLabelled = heldRole == .object && lastCharacter.map { ":：".contains($0) } == true
    // It may stand behind its statement all the same.
    let before =
      isWithinLine || isLaterClause || isLabelled
      ? lastSentences.first { !ReferenceClause.addsNothing($0.text) } : nil
    let claims = [whole, before].compactMap(\.self)
    let given = whole == nil ? [] : isLabelled ? claims.reversed() : claims
    let opensClause = isWithinLine && LeadingMarker.opensClause(string(openStart..<bytes.count))
    let clauseStart = bytes.count + blank.utf8.count - sentence.place
    let start = opensClause ? bytes.count : isLaterClause ? clauseStart : openStart
    let first = citations.count
    for (index, token) in tokens.enumerated() {
      guard case .marker(let numbers) = token else {
        try await write(token)
        continue
      }
      let role = role
      try await writeMarkers(
        numbers, of: addsNothing ? [] : given, or: addsNothing ? whole : nil)
      if hasRemoved, leavesGap(role, before: tokens[(index + 1)...]) {
        hasRemoved = false
        try write("[…]")
      }
    }
    placeStatement(ofCitationsFrom: first, behind: start)
    followsOpening = heldRole == .opening && !isBehind
  }

  /// Whether a sentence lacks a word where a marker was taken out.
  private func leavesGap(
    _ role: LeadingMarker.Role, before tokens: ArraySlice<MarkerReader.Token>
  ) -> Bool {
    if lastCharacter.map({ $0 == "]" || Self.isOpening($0) }) == true { return false }
    let next = tokens.drop(while: \.isBlank)
    switch next.first {
    case .marker: return false
    case .text where role == .opening || role == .sequel:
      let word = Self.text(of: next.prefix { !$0.isBlank && !$0.isMarker })
      return word.first?.isLowercase == true && !["and", "or", "und", "oder"].contains(word)
    default: return role == .object || role == .reference
    }
  }

  /// Gives citations that were judged by their whole sentence its place.
  private mutating func placeStatement(ofCitationsFrom first: Int, behind end: Int) {
    let placed = citations.indices[first...].filter { citations[$0].statement.isEmpty }
    guard let marker = placed.first.map({ citations[$0].marker.lowerBound }) else { return }
    let start = lineStart(from: max(end, marker - Self.longestWait), to: marker)
    let sentences = SentenceSplitter.ranges(in: string(start..<bytes.count))
    guard let sentence = sentences.first(where: { start + $0.upperBound > marker }) else { return }
    let upper = start + sentence.upperBound
    var range = withoutPunctuation((start + sentence.lowerBound)..<upper)
    for index in placed where citations[index].marker.lowerBound == range.lowerBound {
      range = withoutPunctuation(citations[index].marker.upperBound..<upper)
    }
    for index in placed { citations[index].statement = range }
    lastClaims = [Claim(range: range, text: string(range))]
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
