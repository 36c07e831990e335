import Foundation
import Synchronization

/// A small index of words only, made once: three commits, one of them of changes. Every probe finds
/// something in it.
enum LexicalIndex {
  private static let made = Mutex<[String: IndexImage]>([:])

  /// `variant` changes what is in it, not what it looks like.
  static func image(_ variant: Int = 0) throws -> IndexImage {
    try made.withLock { made in
      if let image = made["\(variant)"] { return image }
      let image = try Scratch.run { scratch in
        for batch in batches(variant) {
          let run = try scratch.rag(try batch.ingest(in: .shared))
          guard run.status == 0 else { throw GraphIndex.Failure(run: run) }
        }
        return try IndexImage(scratch.index)
      }
      made["\(variant)"] = image
      return image
    }
  }

  private static func batches(_ variant: Int) -> [Batch] {
    let first = Batch("a", count: 20 + variant)
    return [first, Batch("b", count: 20 + variant), first.changed(every: 4, dropping: 9)]
  }
}
