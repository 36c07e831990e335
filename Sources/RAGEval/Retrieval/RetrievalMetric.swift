import Foundation
import RAGCore

/// A measure of ranked documents, by trec_eval's definitions.
///
/// Grades of 1 and more are relevant and gain what they are (linear gain); all below, and documents
/// without a judgment, are not. A query without a relevant document counts 0.
public struct RetrievalMetric: Metric, Hashable {
  /// What is measured.
  public enum Kind: String, Sendable, Hashable, CaseIterable {
    /// Gain divided by log2(rank + 1), over that of the best order (`ndcg`, `ndcg_cut_k`; Järvelin &
    /// Kekäläinen 2002).
    case ndcg
    /// The share of the relevant documents that were found (`recall_k`).
    case recall
    /// The share of the first k that are relevant, also where fewer were found (`P_k`).
    case precision = "p"
    /// The mean of the precisions at each relevant document (`map`, `map_cut_k`).
    case map
    /// One over the rank of the first relevant document (`recip_rank`).
    case mrr
  }

  /// What is measured.
  public let kind: Kind
  /// The documents that count, from the first on; nil: all.
  public let cutoff: Int?

  /// The name, such as `ndcg@10`.
  public var name: String { kind.rawValue + (cutoff.map { "@\($0)" } ?? "") }

  /// What a report shows unless other metrics are asked for.
  public static let standard = [
    RetrievalMetric(.ndcg, 10), RetrievalMetric(.recall, 10), RetrievalMetric(.recall, 100),
    RetrievalMetric(.mrr, 10), RetrievalMetric(.map, 100), RetrievalMetric(.precision, 10),
  ]

  private init(_ kind: Kind, _ cutoff: Int?) {
    self.kind = kind
    self.cutoff = cutoff
  }

  /// Reads a name: `ndcg`, `map` and `mrr` alone or with a cutoff (`ndcg@10`), `recall` and `p` with
  /// one, from 1 to 9,999; letters of either case.
  ///
  /// - Throws: ``RAGError`` of code `invalidInput`.
  public init(_ name: String) throws {
    let parts = name.lowercased().split(separator: "@", omittingEmptySubsequences: false)
    let cutoff = parts.count == 2 ? Int(parts[1]) : nil
    guard let kind = parts.first.flatMap({ Kind(rawValue: String($0)) }), parts.count <= 2,
      parts.count == 1 ? kind != .recall && kind != .precision : (1..<10_000).contains(cutoff ?? 0)
    else {
      throw RAGError(
        .invalidInput,
        "there is no metric `\(name)`; there are ndcg, map, mrr, and with a cutoff ndcg@k, "
          + "recall@k, p@k, map@k, mrr@k, with a k of 1 to 9,999")
    }
    self.init(kind, cutoff)
  }

  /// The value for one query, of the documents found and the judgments by document id.
  public func value(of list: RankedList, judged grades: [String: Int]) -> Double {
    let found = list.entries.prefix(cutoff ?? .max).map { entry -> Int in
      // A key that is equal may be another id.
      let judged = grades.index(forKey: entry.documentID).map { grades[$0] }
      guard let judged, ExactID(judged.key) == ExactID(entry.documentID) else { return 0 }
      return max(0, judged.value)
    }
    let relevant = grades.values.filter { $0 > 0 }
    guard !relevant.isEmpty else { return 0 }
    let hits = found.indices.filter { found[$0] > 0 }
    switch kind {
    case .ndcg:
      let best = relevant.sorted(by: >).prefix(cutoff ?? .max)
      return Self.discountedGain(found) / Self.discountedGain(best)
    case .recall: return Double(hits.count) / Double(relevant.count)
    case .precision: return Double(hits.count) / Double(cutoff ?? max(1, found.count))
    case .map:
      let precisions = hits.enumerated().map { Double($0 + 1) / Double($1 + 1) }
      return precisions.reduce(0, +) / Double(relevant.count)
    case .mrr: return hits.first.map { 1 / Double($0 + 1) } ?? 0
    }
  }

  private static func discountedGain(_ grades: some Sequence<Int>) -> Double {
    grades.enumerated().reduce(0) { $0 + Double($1.element) / log2(Double($1.offset + 2)) }
  }
}
