import Foundation
import RAGCore

/// How well a run answers the queries of a set, by trec_eval's definitions.
public struct RetrievalMetrics: Sendable, Hashable {
  /// The measures of one query, or their means.
  public struct Values: Sendable, Hashable, Codable {
    /// Discounted gain of the first 10 documents over that of the best 10 (`ndcg_cut_10`): a grade
    /// counts as it is, divided by log2(rank + 1).
    public var ndcgAt10: Double
    /// The share of the relevant documents that are among the first 10 (`recall_10`).
    public var recallAt10: Double
    /// The share of the relevant documents that are among the first 100 (`recall_100`).
    public var recallAt100: Double
    /// One over the rank of the first relevant document, 0 when the first 10 hold none
    /// (`recip_rank` of a run cut at 10).
    public var mrrAt10: Double

    private enum CodingKeys: String, CodingKey {
      case ndcgAt10 = "ndcg@10"
      case recallAt10 = "recall@10"
      case recallAt100 = "recall@100"
      case mrrAt10 = "mrr@10"
    }
  }

  /// The measures of one query.
  public struct Row: Sendable, Hashable {
    /// The query's id.
    public var queryID: String
    /// Its measures.
    public var values: Values
  }

  /// One row a judged query, by query id.
  public var rows: [Row]
  /// The means over all judged queries.
  public var means: Values

  /// Measures a run against judgments.
  ///
  /// Every judged query counts, with zeros when the run found nothing for it or when it has no
  /// relevant document; queries without judgments do not count.
  /// - Throws: ``RAGError`` of code `invalidInput` when nothing is judged.
  public static func evaluate(run: Run, qrels: Qrels) throws -> RetrievalMetrics {
    guard !qrels.grades.isEmpty else {
      throw RAGError(.invalidInput, "there are no judgments to measure a run against")
    }
    let rows = qrels.grades.sorted { $0.key < $1.key }.map { queryID, grades in
      Row(queryID: queryID, values: values(run.lists[queryID]?.entries ?? [], grades))
    }
    func mean(_ value: (Values) -> Double) -> Double {
      rows.reduce(0) { $0 + value($1.values) } / Double(rows.count)
    }
    return RetrievalMetrics(
      rows: rows,
      means: Values(
        ndcgAt10: mean(\.ndcgAt10), recallAt10: mean(\.recallAt10),
        recallAt100: mean(\.recallAt100), mrrAt10: mean(\.mrrAt10)))
  }

  private static func values(
    _ entries: [RankedList.Entry], _ grades: [String: Int]
  ) -> Values {
    // Grades below 1 are not relevant and gain nothing.
    let found = entries.prefix(100).map { max(0, grades[$0.documentID] ?? 0) }
    let relevant = grades.values.filter { $0 > 0 }.sorted(by: >)
    guard !relevant.isEmpty else {
      return Values(ndcgAt10: 0, recallAt10: 0, recallAt100: 0, mrrAt10: 0)
    }
    func recall(_ depth: Int) -> Double {
      Double(found.prefix(depth).filter { $0 > 0 }.count) / Double(relevant.count)
    }
    let first = found.prefix(10).firstIndex { $0 > 0 }
    return Values(
      ndcgAt10: discountedGain(found.prefix(10)) / discountedGain(relevant.prefix(10)),
      recallAt10: recall(10), recallAt100: recall(100),
      mrrAt10: first.map { 1 / Double($0 + 1) } ?? 0)
  }

  private static func discountedGain(_ grades: ArraySlice<Int>) -> Double {
    grades.enumerated().reduce(0) { $0 + Double($1.element) / log2(Double($1.offset + 2)) }
  }
}
