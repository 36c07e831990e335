/// Chooses where a run of pieces is cut, so that a change moves only the cuts beside it.
///
/// Every boundary between two pieces has a rank made of its kind and a hash of the text that
/// follows. A boundary is a cut when no better one lies within `radius` on either side: local
/// minima, after the local-maximum chunking of Bjørner, Blass and Gurevich (Content-Dependent
/// Chunking for Differential Compression, 2010). Whether a boundary is a cut then depends on the
/// text within `radius` of it alone, however long the run. Stretches that stay longer than
/// `maximum` are cut once more within themselves.
struct BoundaryFinder {
  /// No two cuts, and no cut and an end of the run, are nearer than this.
  var radius: Int
  /// The most weight between two cuts.
  var maximum: Int

  /// Positions in `weights` at which a part starts, the first (0) included.
  ///
  /// `weights` are positive; a part exceeds `maximum` only when it is a single piece. `ranks[i]`
  /// belongs to the boundary before piece `i`, less is better; `ranks[0]` is not used.
  /// - Complexity: O(pieces).
  func starts(weights: [Int], ranks: [UInt64]) -> [Int] {
    guard weights.count > 1 else { return weights.isEmpty ? [] : [0] }
    // offsets[i]: weight before piece i.
    var offsets = [0]
    offsets.reserveCapacity(weights.count + 1)
    for weight in weights { offsets.append(offsets[offsets.count - 1] + weight) }
    var starts: [Int] = []
    if offsets[weights.count] <= maximum { return [0] }
    let cuts = localMinima(offsets: offsets, ranks: ranks) + [weights.count]
    var first = 0
    for cut in cuts {
      starts.append(first)
      split(first..<cut, offsets: offsets, ranks: ranks, into: &starts)
      first = cut
    }
    return starts
  }

  /// The boundaries that no other beats within `radius`; the ends of the run beat all.
  private func localMinima(offsets: [Int], ranks: [UInt64]) -> [Int] {
    let end = offsets.count - 1
    // The nearest boundary to the right that is better; found by a stack of rising ranks.
    var betterRight = [Int](repeating: end, count: end)
    var betterLeft = [Int](repeating: 0, count: end)
    var stack: [Int] = []
    for index in 1..<end {
      while let last = stack.last, ranks[last] > ranks[index] {
        betterRight[last] = index
        stack.removeLast()
      }
      // Of equals the first wins.
      betterLeft[index] = stack.last ?? 0
      stack.append(index)
    }
    return (1..<end).filter { index in
      offsets[index] - offsets[betterLeft[index]] >= radius
        && offsets[betterRight[index]] - offsets[index] >= radius
    }
  }

  /// Cuts a stretch that is too long, from its start; appends the positions.
  private func split(
    _ stretch: Range<Int>, offsets: [Int], ranks: [UInt64], into starts: inout [Int]
  ) {
    var first = stretch.lowerBound
    let end = stretch.upperBound
    while offsets[end] - offsets[first] > maximum {
      let left = offsets[end] - offsets[first]
      // What lies to the right has as little say as can be, so that a change there moves no cut
      // here; only a remnant is not left behind.
      let least = maximum / 3
      let most = min(maximum, left - maximum / 6)
      // Of equals the last, so that a text that only repeats itself makes long parts.
      var best: Int?
      var farthest = first + 1
      for index in (first + 1)..<end {
        let weight = offsets[index] - offsets[first]
        if weight > maximum { break }
        farthest = index
        if weight >= least, weight <= most, best.map({ ranks[index] <= ranks[$0] }) ?? true {
          best = index
        }
      }
      guard first + 1 < end else { return }
      first = best ?? farthest
      starts.append(first)
    }
  }
}
