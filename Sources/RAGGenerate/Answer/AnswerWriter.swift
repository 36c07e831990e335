import RAGCore
import RAGRetrieve

/// Puts an answer together piece by piece, and keeps only the citations that hold.
///
/// A marker that stands before its statement waits for the end of the sentence, by which it is
/// judged; where it is taken out of a place that needs a word, as in "according to [1]", `[…]`
/// stands for it.
struct AnswerWriter {
  /// More markers than this are taken out, whatever they name.
  private static let citationCount = 1_000

  /// The hits that may be cited, by number.
  let sources: [Int: Hit]
  let prover: CitationProver

  private(set) var answer: AnswerText
  private(set) var citations: [Citation] = []
  private(set) var removedCitationCount = 0
  private var checkedCitationCount = 0
  /// Where the text begins that no marker refers to yet, also none that was taken out.
  private var openStart = 0
  /// What the marker before was to prove.
  private var lastStatements: [Statement] = []
  /// The sentences of its line that no marker refers to yet, the last one first: a marker behind several
  /// is theirs too, as far as its source says so.
  private var openStatements: [Statement] = []
  /// Whether markers stand in a list of sources, without a statement of their own.
  private var isInList = false
  private var held: HeldMarkers?
  /// Whether the marker before stood before its statement, at the beginning of its line or clause.
  private var followsOpening = false

  init(sources: [Int: Hit], prover: CitationProver, byteLimit: Int) {
    self.sources = sources
    self.prover = prover
    answer = AnswerText(byteLimit: byteLimit)
  }

  // MARK: Writing

  /// Adds what a model wrote.
  mutating func write(_ tokens: [MarkerReader.Token]) async throws {
    for token in tokens {
      if let role = held?.role, held?.isComplete(before: token) == true {
        // What another marker follows is that one's.
        if role == .early, token.isMarker { held?.role = .reference }
        try await finish()
      }
      if held == nil, token.isMarker { held = heldMarkers }
      if held == nil { try await write(token) } else { held?.append(token) }
    }
  }

  /// Adds what was waiting for more.
  mutating func finish() async throws {
    guard let markers = held else { return }
    held = nil
    try await write(markers)
  }

  /// Adds a quoted sentence with its marker, unless its source refutes it.
  ///
  /// `range` is of the hit's text, `shown` the same text as a reader is to see it.
  mutating func writeQuote(_ shown: String, from number: Int, at range: Range<Int>) async throws {
    let finding = StatementSupport.Finding(range: range, support: .exact)
    guard let hit = sources[number], let proof = try await prover.proof(of: finding, in: hit) else {
      removedCitationCount += 1
      answer.markRemoved()
      return
    }
    let start = answer.byteCount + answer.gap.utf8.count
    // What reads as a marker in the source is none of the answer's.
    try write(UntrustedText.neutralised(shown))
    let statement = start..<answer.byteCount
    answer.writeBlank(" ")
    try append(marker: number, to: statement, proof)
  }

  /// Adds white space between other text.
  mutating func writeBlank(_ string: String) {
    if string.contains("\n") { followsOpening = false }
    answer.writeBlank(string)
    forgetPlaces(behind: answer.byteCount)
  }

  /// What was added since the last call.
  mutating func takePiece(isLast: Bool = false) -> String? {
    defer { forgetPlaces(behind: answer.byteCount) }
    return answer.takePiece(isLast: isLast)
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

  private mutating func write(_ string: String) throws {
    let string = answer.mended(before: string)
    forgetPlaces(behind: answer.byteCount)
    try answer.write(string)
  }

  /// Brings all places to what is left of the text.
  private mutating func forgetPlaces(behind end: Int) {
    openStart = min(openStart, end)
    for index in lastStatements.indices {
      lastStatements[index].range = lastStatements[index].range.clamped(to: 0..<end)
    }
    openStatements.removeAll { $0.range.upperBound > end }
    for index in citations.indices.reversed() {
      guard citations[index].statement.upperBound > end else { break }
      citations[index].statement = citations[index].statement.clamped(to: 0..<end)
    }
  }

  // MARK: Citations

  /// Adds the markers of those numbers whose sources support a statement: a given one, or else one of
  /// ``statements(of:or:)``.
  private mutating func writeMarkers(
    _ numbers: [Int], of given: [Statement] = [], or other: Statement? = nil
  ) async throws {
    let said = answer.lastSentences(since: openStart)
    if !said.isEmpty {
      isInList = said.allSatisfy { Formula.reference.covers($0.text) }
      openStatements = statementsOfLine(in: said)
    }
    let statements = given.isEmpty ? statements(of: said, or: other) : given
    var hasWritten = false
    for number in numbers {
      guard let hit = sources[number], checkedCitationCount < Self.citationCount else {
        removedCitationCount += 1
        continue
      }
      if isRepeated(number, statements) { continue }
      checkedCitationCount += 1
      let candidates = statements + knownStatements(of: number)
      let found = try await prover.proof(
        ofFirst: candidates, areAlike: given.isEmpty && other == nil, in: hit)
      guard let (statement, proof) = found else {
        removedCitationCount += 1
        continue
      }
      try append(marker: number, to: statement.range, proof)
      if given.isEmpty, other == nil { try await citeOpenStatements(number, of: hit) }
      lastStatements = statements
      hasWritten = true
    }
    guard !hasWritten else { return }
    // What was said for a marker is not said for the next one.
    if given.isEmpty, other == nil { lastStatements = statements }
    openStart = answer.byteCount
    answer.markRemoved()
  }

  /// What a marker at the end of the text may prove, the likeliest first: the last sentence since the
  /// marker before, and behind the end of that sentence the others of the line. Where it says only what
  /// it is from, those before it or what that marker was to prove come first, and `other` takes its
  /// place.
  private func statements(of said: [Statement], or other: Statement?) -> [Statement] {
    if let last = said.first, !Formula.reference.covers(last.text) {
      let isSetApart = answer.last.map { ".!?。！？".contains($0) } == true && !answer.gap.isEmpty
      let others = isSetApart ? openStatements.dropFirst() : []
      return [last] + (other.map { [$0] } ?? []) + others
    }
    let saying = said.filter { !Formula.reference.covers($0.text) }
    let earlier = saying.isEmpty ? lastStatements : saying
    guard let clause = other ?? said.first,
      earlier.isEmpty || !InformativeWords.words(of: clause.text).isEmpty
    else { return earlier }
    return earlier + [clause]
  }

  /// Those of some sentences, given from the last one back, that stand in the last line.
  private func statementsOfLine(in said: [Statement]) -> [Statement] {
    let line = answer.lineStart(from: openStart, to: answer.byteCount)
    return said.prefix { $0.range.lowerBound >= line }
  }

  /// Adds citations of the last marker's source, before the last one, for the sentences that nothing was
  /// cited for before that marker. They are many, and their meanings are not compared.
  private mutating func citeOpenStatements(_ number: Int, of hit: Hit) async throws {
    guard let last = citations.last else { return }
    for statement in openStatements.reversed()
    where !statement.range.overlaps(last.statement) && !Formula.reference.covers(statement.text) {
      let found = try await prover.byWordsAlone.proof(
        ofFirst: [statement], areAlike: false, in: hit)
      guard let proof = found?.proof, proof.support != .unjudged else { continue }
      let citation = Citation(number, for: statement.range, marker: last.marker, proof)
      citations.insert(citation, at: citations.count - 1)
    }
  }

  /// In a list of sources, what one was cited for already.
  private func knownStatements(of number: Int) -> [Statement] {
    guard isInList, let known = citations.last(where: { $0.number == number }) else { return [] }
    return [answer.statement(at: known.statement)]
  }

  /// Whether a marker only says once more what stands right before it.
  private func isRepeated(_ number: Int, _ statements: [Statement]) -> Bool {
    openStart == answer.byteCount
      && citations.reversed().prefix { citation in
        (statements + openStatements).contains { $0.range == citation.statement }
      }.contains { $0.number == number }
  }

  private mutating func append(
    marker number: Int, to statement: Range<Int>, _ proof: CitationProver.Proof
  ) throws {
    let marker = "[\(number)]"
    try answer.append(marker)
    openStart = answer.byteCount
    let place = (openStart - marker.utf8.count)..<openStart
    citations.append(Citation(number, for: statement, marker: place, proof))
  }

  // MARK: Markers before their statement

  /// What waits with a marker at the end of the text; nil where what was said is what it proves.
  private var heldMarkers: HeldMarkers? {
    let role = role
    guard role != .reference else { return nil }
    let lower = max(openStart, answer.byteCount - HeldMarkers.longestWait)
    let start = answer.lineStart(from: lower, to: answer.byteCount)
    let line = answer.string(start..<answer.byteCount)
    guard role == .object || role == .early else {
      let countsItem = role == .opening && (answer.gap.contains("\n") || !Statement.says(line))
      return HeldMarkers(role: role, behind: "", countsItem: countsItem)
    }
    return HeldMarkers(role: role, behind: line + answer.gap)
  }

  /// What a marker at the end of the text would be.
  private var role: LeadingMarker.Role {
    if answer.gap.contains("\n") { return .opening }
    if openStart == answer.byteCount, openStart > 0 { return .reference }
    let lower = max(openStart, answer.byteCount - LeadingMarker.byteCount)
    let start = answer.lineStart(from: lower, to: answer.byteCount)
    let line = answer.string(start..<answer.byteCount)
    let role = LeadingMarker.role(behind: line)
    let isOpening = role == .sequel || role != .object && LeadingMarker.opensClause(line)
    // Set against what was said, a marker belongs to that, but where nothing is set apart.
    let isTrailing =
      answer.gap.isEmpty && !answer.endsWithOpening && !answer.endsWithWrapping
      && answer.last?.isASCII == true
    return followsOpening && isOpening && !isTrailing ? .opening : role
  }

  /// Adds what was held, its markers judged by their sentence; where nothing of it follows them, by
  /// the statement before them as others are.
  private mutating func write(_ held: HeldMarkers) async throws {
    var sentence = held.sentence
    let place = sentence.place
    if held.role == .early {
      (sentence.text, sentence.place) = LeadingMarker.clause(of: sentence.text, around: place)
    }
    let following = String(decoding: Array(sentence.text.utf8)[sentence.place...], as: UTF8.self)
    let isBehind = held.role == .reference || !Statement.says(following)
    let end = answer.byteCount
    let whole = isBehind ? nil : Statement(range: end..<end, text: sentence.text)
    let addsNothing = Formula.reference.covers(following)
    let isWithinLine = held.role == .opening && !answer.gap.contains("\n")
    let isLaterClause = sentence.place < place
    let isLabelled = held.role == .object && answer.last.map { ":：".contains($0) } == true
    // It may stand behind its statement all the same.
    let before =
      isWithinLine || isLaterClause || isLabelled
      ? answer.lastSentences(since: openStart).first { !Formula.reference.covers($0.text) } : nil
    let both = [whole, before].compactMap(\.self)
    let given = whole == nil ? [] : isLabelled ? both.reversed() : both
    let opensClause = isWithinLine && LeadingMarker.opensClause(answer.string(openStart..<end))
    let clauseStart = end + answer.gap.utf8.count - sentence.place
    let start = opensClause ? end : isLaterClause ? clauseStart : openStart
    let first = citations.count
    for (index, token) in held.tokens.enumerated() {
      guard case .marker(let numbers) = token else {
        try await write(token)
        continue
      }
      let role = role
      let count = citations.count
      try await writeMarkers(
        numbers, of: addsNothing ? [] : given, or: addsNothing ? whole : nil)
      if citations.count == count, leavesGap(role, of: held, before: index + 1) {
        try answer.append("[…]")
      }
    }
    placeStatement(ofCitationsFrom: first, behind: start)
    followsOpening = held.role == .opening && !isBehind
  }

  /// Whether a sentence lacks a word where a marker was taken out.
  private func leavesGap(
    _ role: LeadingMarker.Role, of held: HeldMarkers, before index: Int
  ) -> Bool {
    if answer.last == "]" || answer.endsWithOpening { return false }
    let next = held.tokens[index...].drop(while: \.isBlank)
    switch next.first {
    case .marker: return false
    case nil where answer.endsWithLeadIn: return false
    case .text where role == .opening || role == .sequel:
      let word = next.prefix { !$0.isBlank && !$0.isMarker }.text
      return word.first?.isLowercase == true && !Wrapping.joiners.contains(word)
    default: return role == .object || role == .reference && held.role == .object
    }
  }

  /// Gives citations that were judged by their whole sentence its place.
  private mutating func placeStatement(ofCitationsFrom first: Int, behind end: Int) {
    let placed = citations.indices[first...].filter { citations[$0].statement.isEmpty }
    guard let marker = placed.first.map({ citations[$0].marker.lowerBound }) else { return }
    let start = answer.lineStart(from: max(end, marker - HeldMarkers.longestWait), to: marker)
    let markers = RangeSet(citations[first...].map(\.marker))
    let sentences = SentenceSplitter.ranges(in: answer.string(start..<answer.byteCount)).map {
      start + $0.lowerBound..<start + $0.upperBound
    }
    // In "[1]. …" the first sentence says nothing.
    let sentence = sentences.first { sentence in
      sentence.upperBound > marker
        && RangeSet(sentence).subtracting(markers).ranges.contains {
          Statement.says(answer.string($0))
        }
    }
    guard let sentence else { return }
    let upper = sentence.upperBound
    var statement = answer.statement(at: sentence)
    for index in placed where citations[index].marker.lowerBound == statement.range.lowerBound {
      statement = answer.statement(at: citations[index].marker.upperBound..<upper)
    }
    for index in placed { citations[index].statement = statement.range }
    lastStatements = [statement]
  }
}

extension Citation {
  fileprivate init(
    _ number: Int, for statement: Range<Int>, marker: Range<Int>, _ proof: CitationProver.Proof
  ) {
    self.init(
      number: number, chunk: proof.hit.chunk.id, document: proof.hit.document, quote: proof.quote,
      statement: statement, marker: marker, span: proof.span, status: proof.status,
      support: proof.support)
  }
}
