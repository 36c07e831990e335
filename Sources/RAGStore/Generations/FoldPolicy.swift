package import RAGIndex

/// When the tail, which is scanned, becomes a generation, and when generations become one.
///
/// There are at most two generations: a body, and a delta that grows by a tail at a time and is
/// folded into the body when it has outgrown a part of it. Of an index of n chunks that grows
/// evenly, a chunk is so written about 1 / `outgrownFraction` times into bodies, and up to
/// n · `outgrownFraction` / (2 · `tailLimit`) times into deltas.
package struct FoldPolicy: Sendable {
  /// Chunks of the tail and tombstones that every search may have to look through.
  package var tailLimit = 2_048
  /// The body is written anew when all else outgrows this part of it.
  package var outgrownFraction = 0.1
  package var parameters = HNSWParameters()

  package init() {}

  /// How many generations stay as they are while all that follows them becomes one; nil when
  /// nothing has to be done.
  func generationsToKeep(chunkCounts: [Int], tail: Int, tombstones: Int) -> Int? {
    let body = chunkCounts.first ?? 0
    let others = chunkCounts.dropFirst().reduce(0, +) + tail + tombstones
    if others > max(Int(outgrownFraction * Double(body)), tailLimit) { return 0 }
    return tail > tailLimit ? 1 : nil
  }
}
