import RAGCore

/// The documents found for one query, in trec_eval's order: by score, the best first; ties by id,
/// the last in the order of its bytes first.
///
/// Scores are compared as 32-bit floats, as trec_eval does, so that a run gives the same figures
/// here and there.
public struct RankedList: Sendable, Hashable {
  /// A document and how well it answers.
  public struct Entry: Sendable, Hashable {
    /// The document's id.
    public var documentID: String
    /// Higher is better.
    public var score: Double

    /// Makes an entry.
    public init(documentID: String, score: Double) {
      self.documentID = documentID
      self.score = score
    }
  }

  /// The documents, best first, each once.
  public let entries: [Entry]

  /// Orders entries. Of several with one id, as chunks of one document give, the best counts.
  ///
  /// - Throws: ``RAGError`` of code `invalidInput` for a score that is not a number.
  public init(_ entries: some Sequence<Entry>) throws {
    var best: [ExactID: Double] = [:]
    for entry in entries {
      guard !entry.score.isNaN else {
        throw RAGError(
          .invalidInput, "the score of document `\(entry.documentID)` is not a number")
      }
      let id = ExactID(entry.documentID)
      best[id] = max(best[id] ?? -.infinity, entry.score)
    }
    self.entries = best.map { Entry(documentID: $0.key.text, score: $0.value) }.sorted { a, b in
      let (left, right) = (Float(a.score), Float(b.score))
      return left > right
        || (left == right && b.documentID.utf8.lexicographicallyPrecedes(a.documentID.utf8))
    }
  }

  /// The list without one document, in the same order.
  func without(_ documentID: String) -> RankedList {
    RankedList(ordered: entries.filter { ExactID($0.documentID) != ExactID(documentID) })
  }

  /// The first documents of the list.
  func prefix(_ count: Int) -> RankedList { RankedList(ordered: Array(entries.prefix(count))) }

  private init(ordered entries: [Entry]) { self.entries = entries }
}
