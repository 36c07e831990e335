import Foundation
import Synchronization

/// An index with a graph, which is made once: batches of one-chunk documents, with vectors cut short
/// to keep it small. The files that it was made of are in ``Scratch/shared``.
enum GraphIndex {
  static let dimensions = 32
  // Batches of at most 1,000 chunks: so many one query can ask for.
  static let names = ["a", "b", "c"]

  private static let made = Mutex<IndexImage?>(nil)

  static func batch(_ name: String) -> Batch { Batch(name, count: 800, parts: 1...1) }

  static func image() throws -> IndexImage {
    try made.withLock { made in
      if let made { return made }
      let image = try Scratch.run(encoder: Rag.model, dimensions: dimensions) { scratch in
        for name in names { try ingest(name, in: scratch) }
        return try IndexImage(scratch.index)
      }
      made = image
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
