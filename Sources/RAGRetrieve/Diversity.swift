import RAGCore
import RAGStore

/// Orders candidates so that each says something that those before it do not: the next is always the
/// one of the most marginal relevance, its own score against its likeness to what is there
/// (Carbonell & Goldstein 1998, "The Use of MMR", with 1 - lambda for the weight).
struct Diversity {
  /// Candidates looked at for each that is wanted.
  static let poolFactor = 4

  let reader: StoreReader
  /// From 0 to 1.
  let weight: Double

  /// The candidates with the `count` to be shown first.
  ///
  /// - Complexity: O(`count` × candidates) comparisons of vectors.
  func order(_ candidates: [Fusion.Candidate], count: Int) throws -> [Fusion.Candidate] {
    var pool = candidates
    let ids = IDSet(pool.map(\.id))
    var likeness: [Int64: Double] = [:]
    // From 0 to 1 as cosines are, whatever gave the scores.
    let low = pool.last?.score ?? 0
    let scale = max((pool.first?.score ?? 0) - low, .leastNormalMagnitude)
    func gain(_ candidate: Fusion.Candidate) -> Double {
      (1 - weight) * (candidate.score - low) / scale - weight * (likeness[candidate.id] ?? 0)
    }
    var chosen: [Fusion.Candidate] = []
    while chosen.count < count, let next = pool.indices.max(by: { gain(pool[$0]) < gain(pool[$1]) })
    {
      let candidate = pool.remove(at: next)
      chosen.append(candidate)
      guard chosen.count < count, let vector = try reader.vector(of: candidate.id) else { continue }
      for match in try reader.nearest(to: vector, count: ids.count, allowing: ids).matches {
        likeness[match.id] = max(likeness[match.id] ?? 0, Double(match.score))
      }
    }
    return chosen + pool
  }
}
