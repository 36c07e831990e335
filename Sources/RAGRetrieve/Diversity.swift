import RAGCore
import RAGStore

/// Orders candidates so that each says something that those before it do not.
///
/// Chunks that say the same as a better one, word for word but for a few, go behind all others. With
/// a weight, the next is always the one of the most marginal relevance: its own score against its
/// likeness to what is there (Carbonell & Goldstein 1998, "The Use of MMR", with 1 - lambda for the weight).
struct Diversity {
  /// Chunks whose vectors are nearer than this may say the same.
  private static let duplicateCosine = 0.95
  /// Of the words of two chunks that say the same, the share that both have.
  private static let duplicateWords = 0.9
  /// Candidates looked at for each that is wanted.
  static let poolFactor = 4

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
    var duplicates: Set<Int64> = []
    var chosen: [Fusion.Candidate] = []
    while chosen.count < min(count, candidates.count) {
      let others = pool.indices.lazy.filter { !duplicates.contains(pool[$0].id) }
      // Without a weight they stand in their order.
      let next = weight == 0 ? others.first : others.max { gain(pool[$0]) < gain(pool[$1]) }
      guard let next else { break }
      let candidate = pool.remove(at: next)
      chosen.append(candidate)
      guard chosen.count < count, let vector = try reader.vector(of: candidate.id) else { continue }
      var near: [Int64] = []
      for match in try neighbours(of: vector, in: ids) {
        likeness[match.id] = max(likeness[match.id] ?? 0, Double(match.score))
        if Double(match.score) >= Self.duplicateCosine, match.id != candidate.id {
          near.append(match.id)
        }
      }
      if !near.isEmpty { try duplicates.formUnion(same(as: candidate.id, among: near)) }
    }
    let rest = pool + candidates.dropFirst(Self.poolFactor * count)
    return chosen + rest.filter { !duplicates.contains($0.id) }
      + rest.filter { duplicates.contains($0.id) }
  }

  /// The chunks nearest to one: with a weight all, as each is held against it; without, those that
  /// may say the same.
  private func neighbours(of vector: [Float], in ids: IDSet) throws -> [Match] {
    if weight == 0 {
      let few = try reader.nearest(to: vector, count: 16, allowing: ids).matches
      if let last = few.last, Double(last.score) < Self.duplicateCosine { return few }
    }
    return try reader.nearest(to: vector, count: ids.count, allowing: ids).matches
  }

  /// Those of some chunks that say the same as another: with nearly all words in common, and every
  /// number, so that the lease of another year is another lease.
  private func same(as id: Int64, among others: [Int64]) throws -> [Int64] {
    let words = Dictionary(
      try reader.chunks([id] + others).map { ($0.id, Self.words(of: $0.text)) }
    ) { first, _ in first }
    guard let own = words[id] else { return [] }
    return others.filter { other in
      guard let theirs = words[other] else { return false }
      let shared = own.intersection(theirs).count
      return Double(shared) >= Self.duplicateWords * Double(own.union(theirs).count)
        && own.symmetricDifference(theirs).allSatisfy { !$0.contains(where: \.isNumber) }
    }
  }

  private static func words(of text: String) -> Set<String> {
    Set(
      text.split { !$0.isLetter && !$0.isNumber }.map { $0.lowercased() })
  }
}
