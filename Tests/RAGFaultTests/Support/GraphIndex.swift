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

  static var ledger: Ledger {
    var ledger = Ledger()
    for name in names { ledger.acknowledge(batch(name)) }
    return ledger
  }

  struct Failure: Error { var run: CommandRun }

  private static func ingest(_ name: String, in scratch: Scratch) throws {
    let run = try scratch.rag(try batch(name).ingest(in: .shared))
    guard run.status == 0 else { throw Failure(run: run) }
  }
}
