import RAGCore
import RAGStore

/// Orders candidates so that each says something that those before it do not.
///
/// Chunks that say the same as a better one go behind all others. With a weight, the next is always
/// the one of the most marginal relevance: its own score against its likeness to what is there
/// (Carbonell & Goldstein 1998, "The Use of MMR", with 1 - lambda for the weight).
struct Diversity {
  /// Chunks whose vectors are nearer than this say the same.
  static let duplicateCosine = 0.95
  /// Candidates looked at for each that is wanted.
  private static let poolFactor = 4

  let reader: StoreReader
  /// From 0 to 1.
  let weight: Double

  /// The candidates with the `count` to be shown first.
  ///
  /// - Complexity: O(`count`²) comparisons of vectors.
  func order(_ candidates: [Fusion.Candidate], count: Int) throws -> [Fusion.Candidate] {
    var pool = Array(candidates.prefix(Self.poolFactor * count))
    let ids = IDSet(pool.map(\.id))
    var likeness: [Int64: Double] = [:]
    // From 0 to 1 as cosines are, whatever gave the scores.
    let low = pool.last?.score ?? 0
    let scale = max((pool.first?.score ?? 0) - low, .leastNormalMagnitude)
    func gain(_ candidate: Fusion.Candidate) -> Double {
      (1 - weight) * (candidate.score - low) / scale - weight * (likeness[candidate.id] ?? 0)
    }
    var chosen: [Fusion.Candidate] = []
    while chosen.count < min(count, candidates.count) {
      let next = pool.indices.filter { likeness[pool[$0].id] ?? 0 < Self.duplicateCosine }
        .max { gain(pool[$0]) < gain(pool[$1]) }
      guard let next else { break }
      let candidate = pool.remove(at: next)
      chosen.append(candidate)
      guard chosen.count < count, let vector = try reader.vector(of: candidate.id) else { continue }
      for match in try reader.nearest(to: vector, count: ids.count, allowing: ids).matches {
        likeness[match.id] = max(likeness[match.id] ?? 0, Double(match.score))
      }
    }
    return chosen + pool + candidates.dropFirst(Self.poolFactor * count)
  }
}
