public import RAGCore

extension Answer {
  /// The statements of the text that no citation supports, in their order. What says nothing of the
  /// matter, such as a heading, a line that ends in a colon, code, or thanks, is none.
  public var unsupportedStatements: [String] {
    guard !abstained else { return [] }
    var bytes = Array(text.utf8)
    for citation in citations {
      // A marker behind its statement is no part of the next one; one before it begins one.
      let isBefore = citation.statement.upperBound > citation.marker.upperBound
      bytes.replaceSubrange(
        citation.marker,
        with: repeatElement(UInt8(ascii: isBefore ? "X" : " "), count: citation.marker.count))
    }
    var unsupported: [String] = []
    for line in Self.lines(of: bytes) where Self.mayState(bytes[line]) {
      for sentence in SentenceSplitter.ranges(in: String(decoding: bytes[line], as: UTF8.self)) {
        let place = line.lowerBound + sentence.lowerBound..<line.lowerBound + sentence.upperBound
        let text = String(decoding: bytes[place], as: UTF8.self)
        if !citations.contains(where: { $0.statement.overlaps(place) }), Self.statesSomething(text)
        {
          unsupported.append(text)
        }
      }
    }
    return unsupported
  }

  /// The lines outside of code, without the heads of tables; those that only the width of a page parts
  /// are one.
  private static func lines(of bytes: [UInt8]) -> [Range<Int>] {
    let lines = bytes.split(separator: UInt8(ascii: "\n")).map { $0.startIndex..<$0.endIndex }
    var isCode = false
    var found: [Range<Int>] = []
    var last: String?
    for (index, line) in lines.enumerated() {
      let text = String(decoding: bytes[line], as: UTF8.self)
      let start = text.drop { $0 == " " }
      let isFence = start.hasPrefix("```") && !start.drop { $0 == "`" }.contains("`")
      if isFence { isCode.toggle() }
      let next = index + 1 < lines.count ? bytes[lines[index + 1]] : []
      let isHead = next.first == UInt8(ascii: "|") && next.allSatisfy("|-: ".utf8.contains)
      if isFence || isCode || isHead {
        last = nil
        continue
      }
      if let last, goesOn(last, with: text), let before = found.popLast() {
        found.append(before.lowerBound..<line.upperBound)
      } else {
        found.append(line)
      }
      last = text
    }
    return found
  }

  private static func goesOn(_ line: String, with next: String) -> Bool {
    guard let end = line.last(where: { !$0.isWhitespace }), let start = next.first,
      !".!?:。！？：|".contains(end), !line.hasPrefix("#"),
      next.withoutListNumber.startIndex == next.startIndex
    else { return false }
    return start.isLowercase || line.utf8.count >= wrappedByteCount && start.isLetter
  }

  /// Shorter lines are not broken by the width of a page.
  private static let wrappedByteCount = 60

  /// Whether a line is no heading, and announces nothing.
  private static func mayState(_ line: ArraySlice<UInt8>) -> Bool {
    let text = String(decoding: line, as: UTF8.self)
    let bare = text.trimming("*_ ".contains)
    // "1. **Terms**"
    let item = String(text.withoutListNumber).trimming(" -".contains)
    let isBold =
      item.hasPrefix("**") && item.hasSuffix("**") && !item.dropLast(2).hasSuffix(".")
      && item.ranges(of: "**").count == 2
    return !text.hasPrefix("#") && !isBold && bare.last.map { ":：".contains($0) } != true
  }

  private static func statesSomething(_ sentence: String) -> Bool {
    let text = String(sentence.withoutListNumber)
    let count = InformativeWords.words(of: text).count
    // Few words say something with a number or an end: "It is 42", "Anna died."
    let isEnded = text.last.map { ".。".contains($0) } == true
    let least = text.contains(where: \.isNumber) ? 1 : isEnded ? 2 : 3
    return count >= least && !text.hasSuffix(":") && !Formula.reference.covers(text)
      && !Formula.courtesy.covers(text) && !isLack(text)
  }

  /// Whether a sentence says that the sources lack something, which none can support.
  private static func isLack(_ text: String) -> Bool {
    let text = text.lowercased()
    let english =
      #/
      \b(?:sources?|documents?|passages?)\ (?:do\ not|does\ not|don't|doesn't)\ (?:\w+\ )?
      (?:mention|say|state|contain|specify|provide|include|cover|give|describe|answer|discuss|tell)\b
      /#
    let german =
      #/
      \b(?:quellen?|dokumente?n?)\ (?:nenn|enth[aä]lt|erwähn|sag|geben|gibt)\w*(?:\ \w+){0,2}
      \ (?:nicht|kein)
      /#
    let chinese = #/(?:文档|资料|来源)[中里]?并?(?:没有|未)\w{0,2}(?:提到|提及|说明|提供|包含)/#
    return text.contains(english) || text.contains(german) || text.contains(chinese)
  }
}

extension String {
  fileprivate func trimming(_ isPart: (Character) -> Bool) -> Substring {
    let start = drop(while: isPart)
    return start.lastIndex { !isPart($0) }.map { start[...$0] } ?? ""
  }
}

extension Answer {
  /// The cited statements with a number that no source cited for them was found to have.
  fileprivate var statementsWithOwnNumbers: [String] {
    let bytes = Array(text.utf8)
    var statements: [String] = []
    for (index, citation) in citations.enumerated() {
      let isFirst = index == 0 || citations[index - 1].statement != citation.statement
      guard isFirst else { continue }
      // A marker that stands within its statement is no number of it.
      let markers = citations.map(\.marker).filter(citation.statement.overlaps)
      let places = RangeSet(citation.statement).subtracting(RangeSet(markers))
      let statement = String(decoding: bytes[places], as: UTF8.self)
      let all = citations[index...].prefix { $0.statement == citation.statement }
      let isDoubtful = all.allSatisfy {
        $0.support == .unjudged && StatementSupport.hasOwnNumber(statement, in: $0.quote)
      }
      if isDoubtful { statements.append(statement) }
    }
    return statements
  }
}

/// Accepts answers all of whose statements have a citation that holds, and those that abstain. A
/// citation does not hold where its statement has a number that the source does not have.
public struct CitationSupportChecker: Checker {
  /// Makes a checker; it has no settings.
  public init() {}

  /// The verdict; its score is the share of statements that are supported.
  public func check(_ answer: Answer) async throws -> Verdict {
    let doubtful = answer.statementsWithOwnNumbers
    let unsupported = answer.unsupportedStatements + doubtful
    guard answer.abstained || !answer.citations.isEmpty || !unsupported.isEmpty else {
      return .rejected(
        reason: "The answer cites no source; cite the sources that it rests on.", score: 0)
    }
    guard !unsupported.isEmpty else { return .accepted }
    let supported = Set(answer.citations.map(\.statement)).count - doubtful.count
    return .rejected(
      reason: "No source was cited for these statements, or the source cited does not say so; "
        + "leave them out, or cite a source that does:\n"
        + unsupported.map { "- \($0)" }.joined(separator: "\n"),
      score: Double(supported) / Double(supported + unsupported.count))
  }
}

/// Accepts answers that speak of what was asked: they share a word with the question, or their
/// meaning is near.
public struct AnswerCoverageChecker: Checker {
  /// Unrelated sentences seldom come nearer.
  private static let leastSimilarity = 0.2

  private let question: String
  private let embedder: (any Embedder)?

  /// Makes a checker for the answers to a question; without an embedder it looks at words alone,
  /// and accepts what it cannot tell.
  public init(question: String, embedder: (any Embedder)? = nil) {
    self.question = question
    self.embedder = embedder
  }

  /// The verdict.
  /// - Throws: What the embedder throws.
  public func check(_ answer: Answer) async throws -> Verdict {
    let asked = Set(InformativeWords.words(of: question))
    guard !answer.abstained, asked.isDisjoint(with: InformativeWords.words(of: answer.text)),
      let embedder, let question = embedder.familiarPart(of: question),
      let text = embedder.familiarPart(of: answer.text)
    else { return .accepted }
    let vectors = try await embedder.vectors(of: [question, text], as: .passage)
    let similarity = cosine(vectors[0], vectors[1])
    guard similarity < Self.leastSimilarity else { return .accepted }
    return .rejected(
      reason: "The answer does not speak of what was asked.", score: max(0, similarity))
  }
}
