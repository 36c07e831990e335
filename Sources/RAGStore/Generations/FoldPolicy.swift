package import RAGIndex

/// When the tail, which is scanned, becomes a generation, and when generations become one.
///
/// A fold makes one generation of neighbouring ones, and of the tail where it reaches that far, as
/// long as they hold no more than `capacity` chunks together: so its memory is bounded, whatever
/// the index holds. The last generations that fit are a body and a delta; the delta grows by a tail
/// at a time, and is folded into the body when it has outgrown a part of it. Generations before
/// them are full, and are only written anew without the chunks that were removed.
///
/// Of n chunks that grow evenly up to `capacity`, a chunk is so written about 1 /
/// `outgrownFraction` times into bodies, and up to n · `outgrownFraction` / (2 · `tailLimit`) times
/// into deltas; beyond, no more often. An index of n chunks has at most 2 n / `capacity` + 2
/// generations, which every search asks.
package struct FoldPolicy: Sendable {
  /// Chunks of the tail and tombstones that every search may have to look through.
  package var tailLimit = 2_048
  /// The body is written anew when all else outgrows this part of it; a full generation when this
  /// part of it was removed.
  package var outgrownFraction = 0.1
  /// Chunks that a fold makes one generation of, at most.
  package var capacity = 262_144
  package var parameters = HNSWParameters()

  package init() {}

  /// What a policy knows of a generation, or of the tail.
  struct Size: Equatable {
    /// Chunks that it was made of.
    var chunkCount: Int
    /// Those of them that were removed since.
    var removedCount: Int

    var liveCount: Int { chunkCount - removedCount }
  }

  /// Neighbouring generations that become one.
  struct Due: Equatable {
    var generations: Range<Int>
    /// Whether the tail goes in too, as far as it fits.
    var takesTail: Bool
  }

  /// The next fold that is due; nil when there is none.
  func next(_ sizes: [Size], tail: Size) -> Due? {
    let open = firstOpen(sizes, tail)
    let body = open < sizes.count ? sizes[open].chunkCount : 0
    let delta = sizes[open...].dropFirst().reduce(0) { $0 + $1.chunkCount }
    let removed = sizes[open...].reduce(0) { $0 + $1.removedCount }
    if delta + tail.chunkCount + removed > allowance(body) {
      return Due(generations: open..<sizes.count, takesTail: true)
    }
    if tail.liveCount > tailLimit {
      return Due(generations: min(open + 1, sizes.count)..<sizes.count, takesTail: true)
    }
    for full in 0..<open {
      if sizes[full].removedCount > allowance(sizes[full].chunkCount) {
        return Due(generations: full..<full + 1, takesTail: false)
      }
      let pair = full..<full + 2
      if pair.upperBound <= open, fits(sizes[pair]) {
        return Due(generations: pair, takesTail: false)
      }
    }
    return nil
  }

  /// The first step of making as few generations as can be of those from the `start`-th on, and of
  /// the tail, without removed chunks; nil when there are none.
  func nextCompaction(_ sizes: [Size], from start: Int, tail: Size) -> Due? {
    guard start < sizes.count || tail.chunkCount > 0 else { return nil }
    var end = min(start + 1, sizes.count)
    while end < sizes.count, fits(sizes[start...end]) { end += 1 }
    let isLast = end == sizes.count && fits(sizes[start..<end], tail)
    return Due(generations: start..<end, takesTail: isLast || start == end)
  }

  /// The first of the last generations that one fold can take together with the tail.
  private func firstOpen(_ sizes: [Size], _ tail: Size) -> Int {
    var first = sizes.count
    while first > 0, fits(sizes[(first - 1)...], tail) { first -= 1 }
    return first
  }

  private func fits(_ sizes: ArraySlice<Size>, _ tail: Size? = nil) -> Bool {
    sizes.reduce(tail?.liveCount ?? 0) { $0 + $1.liveCount } <= capacity
  }

  /// How much may stand beside this many chunks.
  private func allowance(_ chunkCount: Int) -> Int {
    max(Int(outgrownFraction * Double(chunkCount)), tailLimit)
  }
}
