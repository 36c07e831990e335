import RAGCore

/// Whether answers cite what answers the question, and whether their citations hold.
///
/// Needs judgments of documents only, and no model: answers may be made of the documents' own
/// sentences.
public struct AnswerQuality: Sendable, Hashable, Codable {
  /// An answer, as far as it is measured.
  public struct Observation: Sendable, Hashable, Codable {
    /// The documents that it cites, one for each citation.
    public var cited: [String]
    /// Citations whose quote was found, character for character, at its place in the source.
    public var exactCount: Int
    /// Statements of the text.
    public var statementCount: Int
    /// Those among them that have a citation.
    public var supportedCount: Int

    /// Makes an observation.
    public init(cited: [String], exactCount: Int, statementCount: Int, supportedCount: Int) {
      self.cited = cited
      self.exactCount = exactCount
      self.statementCount = statementCount
      self.supportedCount = supportedCount
    }
  }

  /// Queries that have a relevant document.
  public var asked: Int
  /// Those that got an answer.
  public var answered: Int
  /// Citations of all answers.
  public var citations: Int
  /// The share of citations whose document is relevant; nil without citations.
  public var citationPrecision: Double?
  /// The share of the questions asked whose answer cites a relevant document.
  public var citationRecall: Double
  /// The share of citations whose span gives the quote; nil without citations.
  public var spanExactness: Double?
  /// The share of statements that have a citation; nil without statements.
  public var supported: Double?

  /// Counts over the answers by query; a grade of 1 or more is relevant.
  ///
  /// - Throws: ``RAGError`` of code `invalidInput` when no query has a relevant document.
  public init(_ observations: [String: Observation], judged qrels: Qrels) throws {
    func share(_ part: Int, of whole: Int) -> Double? {
      whole > 0 ? Double(part) / Double(whole) : nil
    }
    var (right, recalled, exact, statements, supportedStatements) = (0, 0, 0, 0, 0)
    (asked, answered, citations) = (0, 0, 0)
    for (query, grades) in qrels.grades {
      let relevant = Set(grades.filter { $0.value > 0 }.keys)
      guard !relevant.isEmpty else { continue }
      asked += 1
      guard let answer = observations[query], answer.statementCount > 0 else { continue }
      answered += 1
      citations += answer.cited.count
      let good = answer.cited.count { relevant.contains($0) }
      right += good
      recalled += good > 0 ? 1 : 0
      exact += answer.exactCount
      statements += answer.statementCount
      supportedStatements += answer.supportedCount
    }
    guard asked > 0 else {
      throw RAGError(.invalidInput, "no query has a relevant document that could be cited")
    }
    citationPrecision = share(right, of: citations)
    citationRecall = Double(recalled) / Double(asked)
    spanExactness = share(exact, of: citations)
    supported = share(supportedStatements, of: statements)
  }

  /// Asks every query that has a relevant document.
  ///
  /// - Parameters:
  ///   - set: the queries and judgments; a grade of 1 or more is relevant.
  ///   - onQuery: called after each query.
  ///   - answer: answers a text; nil where it abstains.
  /// - Returns: what the answers cite.
  /// - Throws: what `answer` throws, and as ``init(_:judged:)``.
  public static func measure(
    _ set: JudgedSet, onQuery: () -> Void = {},
    answer: (_ text: String) async throws -> Observation?
  ) async throws -> AnswerQuality {
    var observations: [String: Observation] = [:]
    for query in set.queries {
      defer { onQuery() }
      guard set.qrels.grades[query.id]?.values.contains(where: { $0 > 0 }) == true else { continue }
      observations[query.id] = try await answer(query.text)
    }
    return try AnswerQuality(observations, judged: set.qrels)
  }
}
