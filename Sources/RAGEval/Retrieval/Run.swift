import Foundation
import RAGCore

/// What a system found for each query of a set.
public struct Run: Sendable, Hashable {
  /// The documents found, by query id.
  public var lists: [String: RankedList]

  /// Makes a run; queries may be added later.
  public init(lists: [String: RankedList] = [:]) {
    self.lists = lists
  }

  /// The run with the queries of one part only.
  public func selecting(_ part: QueryPart) -> Run {
    Run(lists: lists.filter { part.contains($0.key) })
  }

  /// The run without documents that have the id of the query that found them.
  ///
  /// Some sets of BEIR ask with documents of the corpus (ArguAna, Quora), and leave these out.
  public func ignoringIdenticalIDs() -> Run {
    Run(
      lists: Dictionary(
        uniqueKeysWithValues: lists.map { ($0.key, $0.value.without($0.key)) }))
  }

  /// The run with so many documents a query at most.
  func prefix(_ count: Int) -> Run { Run(lists: lists.mapValues { $0.prefix(count) }) }

  /// The judged queries for which there is nothing.
  func unanswered(_ qrels: Qrels) -> Int {
    qrels.grades.keys.count { lists[$0]?.entries.isEmpty ?? true }
  }

  /// The ids that the run names and others lack; `corpus` holds the ids of the documents that can be
  /// found, nil where they are not known.
  public func missingIDs(qrels: Qrels, corpus: [String]?) -> MissingIDs {
    var missing = MissingIDs()
    missing.add(.runQuery, lists.keys, notIn: qrels.grades.keys)
    if let corpus {
      let found = lists.values.flatMap { $0.entries.map(\.documentID) }
      missing.add(.runDocument, found, notIn: corpus)
    }
    return missing
  }
}
