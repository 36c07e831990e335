/// Chooses the links of a node among candidates (SELECT-NEIGHBORS-HEURISTIC, Algorithm 4).
struct LinkSelection {
  /// The candidates for one node; the same slot may be there twice.
  var candidates: [Candidate] = []
  /// What was chosen, best first.
  private(set) var chosen: [UInt32] = []
  private var pruned: [UInt32] = []

  /// Leaves in `chosen` at most `limit` candidates that are each nearer to the node than to any
  /// other chosen one, so that links spread in all directions; then, as the paper's
  /// keepPrunedConnections, the nearest of the others up to `minimum`.
  ///
  /// Ties go to the higher id, the newer vector as a rule: among equal vectors each links to
  /// another part of them, where the lowest id would make all link to the same few.
  mutating func select(limit: Int, minimum: Int, in view: GraphView) {
    candidates.sort { a, b in
      a.score > b.score
        || (a.score == b.score && view.ids[Int(a.slot)] > view.ids[Int(b.slot)])
    }
    chosen.removeAll(keepingCapacity: true)
    pruned.removeAll(keepingCapacity: true)
    var previous = GraphView.none
    for candidate in candidates where candidate.slot != previous {
      previous = candidate.slot
      if chosen.count == limit { break }
      if chosen.allSatisfy({ view.score(candidate.slot, $0) < candidate.score }) {
        chosen.append(candidate.slot)
      } else {
        pruned.append(candidate.slot)
      }
    }
    chosen += pruned.prefix(max(0, min(minimum, limit) - chosen.count))
  }
}
