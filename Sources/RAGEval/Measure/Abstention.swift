import RAGCore

/// Whether a way of searching can tell what the corpus answers from what it does not.
///
/// Every query is asked twice: of the corpus as it is, and with the documents that answer it hidden.
/// Abstaining is wrong the first time, and right the second time.
public struct Abstention: Sendable, Hashable, Codable {
  /// The highest evidence of what was found, from 0 to 1; 0 where that is nothing.
  public struct Evidence: Sendable, Hashable, Codable {
    /// With the documents that answer the query.
    public var answered: Double
    /// Without them.
    public var hidden: Double

    /// Makes evidence.
    public init(answered: Double, hidden: Double) {
      self.answered = answered
      self.hidden = hidden
    }
  }

  /// Where nothing that was found has as much evidence, the search abstains.
  public var minimumEvidence: Double
  /// Queries that abstained although the documents that answer them were there.
  public var falseAbstentions: Int
  /// Queries that abstained when those were hidden.
  public var correctAbstentions: Int
  /// The area under the ROC curve: how often a query with its documents has more evidence than one
  /// without, a tie counting half (Fawcett 2006, "An introduction to ROC analysis", section 7). It
  /// does not depend on `minimumEvidence`.
  public var auc: Double
  /// The evidence by query.
  public var queries: [String: Evidence]

  /// Counts abstentions.
  ///
  /// - Throws: ``RAGError`` of code `invalidInput` when there are no queries.
  public init(minimumEvidence: Double, queries: [String: Evidence]) throws {
    guard !queries.isEmpty else {
      throw RAGError(.invalidInput, "no query has a relevant document that could be hidden")
    }
    self.minimumEvidence = minimumEvidence
    self.queries = queries
    falseAbstentions = queries.values.count { $0.answered < minimumEvidence }
    correctAbstentions = queries.values.count { $0.hidden < minimumEvidence }
    auc = Self.area(
      above: queries.values.map(\.hidden).sorted(), of: queries.values.map(\.answered).sorted())
  }

  /// Asks every query that has a relevant document.
  ///
  /// - Parameters:
  ///   - set: the queries and judgments; a grade of 1 or more is relevant.
  ///   - minimumEvidence: where the search abstains.
  ///   - onQuery: called after each query.
  ///   - evidence: gives the highest evidence of what is found for a text without some documents.
  /// - Returns: what was found for each of them.
  /// - Throws: what `evidence` throws, and as ``init(minimumEvidence:queries:)``.
  public static func measure(
    _ set: JudgedSet, minimumEvidence: Double, onQuery: () -> Void = {},
    evidence: (_ text: String, _ hidden: Set<String>) async throws -> Double
  ) async throws -> Abstention {
    var queries: [String: Evidence] = [:]
    for query in set.queries {
      defer { onQuery() }
      let relevant = Set((set.qrels.grades[query.id] ?? [:]).filter { $0.value > 0 }.keys)
      guard !relevant.isEmpty else { continue }
      queries[query.id] = Evidence(
        answered: try await evidence(query.text, []),
        hidden: try await evidence(query.text, relevant))
    }
    return try Abstention(minimumEvidence: minimumEvidence, queries: queries)
  }

  /// The share of pairs in which the higher side is higher; both sides ascend.
  private static func area(above lower: [Double], of higher: [Double]) -> Double {
    var below = 0
    var upTo = 0
    var sum = 0.0
    for value in higher {
      while below < lower.count, lower[below] < value { below += 1 }
      while upTo < lower.count, lower[upTo] <= value { upTo += 1 }
      sum += Double(below + upTo) / 2
    }
    return sum / Double(lower.count * higher.count)
  }
}
