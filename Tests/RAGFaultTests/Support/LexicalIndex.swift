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

  /// States of the same index and of another one in which all words are in a generation's file: the
  /// last one, the one before, that of the other.
  static func compacted() throws -> [IndexImage] {
    var images: [IndexImage] = []
    for variant in 0...1 {
      try Scratch.run { scratch in
        let batches = batches(variant)
        for commands in [batches.dropLast(), batches.suffix(1)] {
          let commands = try commands.map { try $0.ingest(in: .shared) } + [["compact"]]
          for command in commands {
            let run = try scratch.rag(command)
            guard run.status == 0 else { throw GraphIndex.Failure(run: run) }
          }
          images.append(try IndexImage(scratch.index))
        }
      }
    }
    return [images[1], images[0], images[3]]
  }

  private static func batches(_ variant: Int) -> [Batch] {
    let first = Batch("a", count: 20 + variant)
    return [first, Batch("b", count: 20 + variant), first.changed(every: 4, dropping: 9)]
  }
}
