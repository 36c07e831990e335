package import RAGCore

/// How the ranked lists of several lanes become one.
public enum Fusion: Sendable, Hashable {
  /// The cosine, as far as the encoder knows the query's language, and half of BM25 on a scale of
  /// the query's own, each for every candidate; then once more from the best chunk.
  case calibrated
  /// The weighted sum of scores, each lane's scaled to 0...1 between its last and its first
  /// candidate; the lexical lane has the rest of the weight (Bruch, Gai & Ingber 2023, "An
  /// Analysis of Fusion Functions for Hybrid Retrieval", section 4).
  case convex(vectorWeight: Double)
  /// The sum of `1 / (constant + rank)` (Cormack, Clarke & Büttcher 2009, "Reciprocal Rank
  /// Fusion").
  case reciprocalRank(constant: Double)

  /// Calibrated, which did best on public judgments and needs no tuning.
  public static let standard = Fusion.calibrated

  /// A candidate of a fused list, with each lane's opinion.
  package struct Candidate: Sendable {
    package var id: Int64
    package var score: Double
    package var lanes: [Hit.Lane: Hit.LaneScore]

    /// Best first, equal scores in the order of ids.
    static func precedes(_ a: Candidate, _ b: Candidate) -> Bool {
      a.score != b.score ? a.score > b.score : a.id < b.id
    }
  }

  /// Fuses lanes by what they say of their own candidates, best first; for ``calibrated``, whose
  /// lanes are asked again, see ``CalibratedFusion``.
  /// - Complexity: O(n log n) for n candidates.
  package func fuse(_ lanes: [Hit.Lane: [Match]]) -> [Candidate] {
    if lanes.count == 1, let (lane, matches) = lanes.first {
      return matches.enumerated().map { index, match in
        let score = Double(match.score)
        return Candidate(
          id: match.id, score: score,
          lanes: [lane: Hit.LaneScore(rank: index + 1, score: score, contribution: score)])
      }
    }
    var candidates: [Int64: Candidate] = [:]
    for (lane, matches) in lanes.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
      let contribution = contribution(of: lane, matches)
      for (index, match) in matches.enumerated() {
        let part = contribution(index, Double(match.score))
        var candidate =
          candidates[match.id] ?? Candidate(id: match.id, score: 0, lanes: [:])
        candidate.score += part
        candidate.lanes[lane] = Hit.LaneScore(
          rank: index + 1, score: Double(match.score), contribution: part)
        candidates[match.id] = candidate
      }
    }
    return candidates.values.sorted(by: Candidate.precedes)
  }

  /// What a candidate of a lane adds to the sum, by its index and score.
  private func contribution(
    of lane: Hit.Lane, _ matches: [Match]
  ) -> (Int, Double) -> Double {
    switch self {
    case .calibrated:
      let best = Double(matches.first?.score ?? 0)
      return { _, score in lane == .vector ? score : best > 0 ? 0.5 * score / best : 0 }
    case .reciprocalRank(let constant):
      return { index, _ in 1 / (constant + Double(index + 1)) }
    case .convex(let vectorWeight):
      let weight = lane == .vector ? vectorWeight : 1 - vectorWeight
      let high = Double(matches.first?.score ?? 0)
      let low = Double(matches.last?.score ?? 0)
      return { _, score in
        weight * (high > low ? (score - low) / (high - low) : 1)
      }
    }
  }
}
