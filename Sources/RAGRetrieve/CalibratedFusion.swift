import RAGCore
import RAGStore

/// Fuses two lanes on scales that mean the same for every query, and looks once more from the best
/// chunk.
///
/// Every candidate gets both scores, also from the lane that did not find it. The cosine is taken as
/// it is, times how far the encoder knows the query's language; BM25 as a share of the best
/// candidate's, or of `ceilingShare` of what the query's words could give, so that a poor match of
/// few words does not count as a perfect one. Then the query's vector is moved towards the best
/// chunk's (Rocchio 1971, with one document), which finds more of its kind; chunks of its own
/// document keep their scores, lest they crowd out others.
struct CalibratedFusion {
  /// Of BM25, against the cosine.
  private static let lexicalWeight = 0.5
  private static let ceilingShare = 0.3
  private static let feedbackWeight = 0.5

  let reader: StoreReader
  let query: Query
  let vector: [Float]
  /// How far the vector lane is trusted, more than 0.
  let trust: Double

  /// The candidates of both lanes, best first.
  ///
  /// - Complexity: O(candidates) vectors and postings, besides the lanes.
  func fuse(_ lanes: [Hit.Lane: [Match]]) throws -> [Fusion.Candidate] {
    let ids = lanes.values.joined().map(\.id)
    let pool = IDSet(Set(ids).sorted())
    guard pool.count > 0 else { return [] }
    let cosines = Scores(try nearest(to: vector, in: pool))
    let words = Scores(
      try reader.lexicalMatches(query.text, count: pool.count, allowing: pool))
    let best = max(
      words.highest, Self.ceilingShare * (try reader.lexicalCeiling(query.text)))
    let lexical = words.values.mapValues { Self.lexicalWeight * $0 / best }
    func first(_ id: Int64) -> Double { trust * cosines[id] + (lexical[id] ?? 0) }

    // The lower of two ids that score alike.
    let seed = pool.sorted.max { (first($0), $1) < (first($1), $0) }
    let feedback = try seed.flatMap { try Feedback($0, cosines, pool, self) }
    return pool.sorted.map { id in
      let semantic = trust * (feedback?.cosine(of: id) ?? cosines[id])
      var opinions: [Hit.Lane: Hit.LaneScore] = [:]
      opinions[.vector] = cosines.opinion(of: id, contribution: semantic)
      opinions[.lexical] = words.opinion(of: id, contribution: lexical[id] ?? 0)
      return Fusion.Candidate(id: id, score: semantic + (lexical[id] ?? 0), lanes: opinions)
    }.sorted(by: Fusion.Candidate.precedes)
  }

  private func nearest(to vector: [Float], in pool: IDSet) throws -> [Match] {
    try reader.nearest(to: vector, count: pool.count, allowing: pool).matches
  }

  /// The scores of a lane.
  private struct Scores {
    var values: [Int64: Double] = [:]
    private var ranks: [Int64: Int] = [:]
    let highest: Double

    init(_ matches: [Match]) {
      highest = Double(matches.first?.score ?? 0)
      for (index, match) in matches.enumerated() {
        values[match.id] = Double(match.score)
        ranks[match.id] = index + 1
      }
    }

    subscript(id: Int64) -> Double { values[id] ?? 0 }

    func opinion(of id: Int64, contribution: Double) -> Hit.LaneScore? {
      ranks[id].map { Hit.LaneScore(rank: $0, score: self[id], contribution: contribution) }
    }
  }

  /// The query's vector, moved towards that of the best chunk.
  private struct Feedback {
    private let seed: Int64
    private let siblings: Set<Int64>
    private let query: Scores
    private let likeness: Scores
    /// Of the sum of both vectors.
    private let length: Double

    /// Nil for a chunk without a vector.
    init?(_ seed: Int64, _ query: Scores, _ pool: IDSet, _ fusion: CalibratedFusion) throws {
      guard let vector = try fusion.reader.vector(of: seed) else { return nil }
      self.seed = seed
      self.query = query
      siblings = try fusion.reader.siblings(of: seed)
      likeness = Scores(try fusion.nearest(to: vector, in: pool))
      let weight = CalibratedFusion.feedbackWeight
      length = (1 + weight * weight + 2 * weight * query[seed]).squareRoot()
    }

    /// The cosine to the moved vector; nil where the query's own counts.
    func cosine(of id: Int64) -> Double? {
      guard id == seed || !siblings.contains(id), length > 0 else { return nil }
      return (query[id] + CalibratedFusion.feedbackWeight * likeness[id]) / length
    }
  }
}
