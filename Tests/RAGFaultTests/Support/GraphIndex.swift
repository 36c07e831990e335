import Foundation
import Synchronization

/// An index with a graph, which is made once: batches of one-chunk documents, with vectors cut short
/// to keep it small. The files that it was made of are in ``Scratch/shared``.
enum GraphIndex {
  static let dimensions = 32
  // Batches of at most 1,000 chunks: so many one query can ask for.
  static let names = ["a", "b", "c", "d"]

  static let batchCount = 700

  private static let made = Mutex<[String: IndexImage]>([:])

  static func batch(_ name: String) -> Batch { Batch(name, count: batchCount, parts: 1...1) }

  /// The index of all batches, or all but one.
  static func image(without left: String = "") throws -> IndexImage {
    try made.withLock { made in
      if let image = made[left] { return image }
      let image = try Scratch.run(encoder: Rag.model, dimensions: dimensions) { scratch in
        for name in names where name != left { try ingest(name, in: scratch) }
        return try IndexImage(scratch.index)
      }
      made[left] = image
      return image
    }
  }

  // MARK: A graph that is due

  /// The last batch of the index of which a new graph is due.
  static let last = Batch("t", count: 60, parts: 1...1)

  /// Of batch "c" so many documents are removed there.
  private static let removedCount = 570

  /// An index of which so much is removed, and so much not in the graph, that an ingest of changes
  /// of ``last`` or of a new batch of its size makes a new graph (`FoldPolicy.tailLimit`).
  static func dueImage() throws -> IndexImage {
    let whole = try image()
    return try made.withLock { made in
      if let image = made["due"] { return image }
      let image = try Scratch.run(encoder: Rag.model, dimensions: dimensions) { scratch in
        try whole.restore(to: scratch.index)
        try done(try scratch.rag(try last.ingest(in: .shared)))
        for condition in [#"batch = "b""#, #"batch = "c" and number < \#(removedCount)"#] {
          try done(try scratch.rag("delete", "--where", condition))
        }
        let image = try IndexImage(scratch.index)
        // Else the ingest to come might find nothing due, or all done.
        guard !image.generationNames.isEmpty, image.generationNames == whole.generationNames else {
          throw NotDue(names: image.generationNames)
        }
        return image
      }
      made["due"] = image
      return image
    }
  }

  /// What there is in ``dueImage()``.
  static var dueLedger: Ledger {
    var ledger = ledger
    ledger.acknowledge(last)
    ledger.acknowledge(Batch("b", count: 0))
    var left = batch("c")
    left.documents = left.documents.filter { $0.key >= removedCount }
    ledger.acknowledge(left)
    return ledger
  }

  struct NotDue: Error { var names: [String] }

  static var ledger: Ledger {
    var ledger = Ledger()
    for name in names { ledger.acknowledge(batch(name)) }
    return ledger
  }

  struct Failure: Error { var run: CommandRun }

  private static func ingest(_ name: String, in scratch: Scratch) throws {
    try done(try scratch.rag(try batch(name).ingest(in: .shared)))
  }

  private static func done(_ run: CommandRun) throws {
    guard run.status == 0 else { throw Failure(run: run) }
  }
}
