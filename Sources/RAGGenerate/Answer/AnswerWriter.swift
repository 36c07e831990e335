import RAGCore
import RAGRetrieve

/// Puts an answer together piece by piece, and keeps only the citations that hold.
///
/// White space waits until it is known that something follows it, so that a marker taken out
/// leaves no gap and the text ends with a visible character.
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
      switch token {
      case .text(let string): try write(string)
      case .blank(let string): writeBlank(string)
      case .marker(let numbers): try await writeMarkers(numbers)
      }
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

  private mutating func writeMarkers(_ numbers: [Int]) async throws {
    var statement: Range<Int>?
    var hasWritten = false
    for number in numbers {
      guard let hit = sources[number], checkedCitationCount < Self.citationCount else {
        removedCitationCount += 1
        continue
      }
      let claim = statement ?? self.statement()
      statement = claim
      guard !claim.isEmpty else {
        removedCitationCount += 1
        continue
      }
      let isRepeated = citations.reversed().prefix { $0.statement == claim }
        .contains { $0.number == number }
      if isRepeated { continue }
      checkedCitationCount += 1
      guard let finding = try await support.finding(for: string(claim), in: hit.text) else {
        removedCitationCount += 1
        continue
      }
      guard let proof = try await proof(of: finding, in: hit) else { continue }
      if !hasWritten { try append(blank) }
      try append(marker: number, to: claim, proof)
      hasWritten = true
    }
    if hasWritten { blank = "" }
    hasRemoved = !hasWritten
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
  /// last line since the marker before, or that marker's own statement where nothing follows it.
  private func statement() -> Range<Int> {
    var line = max(openStart, bytes.count - Self.statementByteCount)
    while line < bytes.count, bytes[line] & 0xC0 == 0x80 { line += 1 }
    line = bytes[line...].lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? line
    let sentences = SentenceSplitter.ranges(in: string(line..<bytes.count))
    let last = sentences.last { range in
      string((line + range.lowerBound)..<(line + range.upperBound))
        .contains { $0.isLetter || $0.isNumber }
    }
    guard let last else { return lastStatement ?? bytes.count..<bytes.count }
    var lower = line + last.lowerBound
    while ",;:. ".utf8.contains(bytes[lower]) { lower += 1 }
    return lower..<(line + last.upperBound)
  }

  private func string(_ range: Range<Int>) -> String {
    String(decoding: bytes[range], as: UTF8.self)
  }
}
