@_exported public import RAGCore

/// What is searched for in an index of vectors, and how.
public struct VectorQuery: Sendable {
  /// What the hits are to be like; of the index's dimension.
  public var vector: [Float]
  /// The most hits wanted.
  public var k: Int
  /// How thorough the search is.
  public var effort: SearchEffort
  /// Restricts the search to these ids.
  public var allowing: IDSet?
  /// Leaves out these ids.
  public var excluding: IDSet?
  /// Leaves out hits of a lower score (range search).
  public var minimumScore: Float?

  /// Makes a query.
  public init(
    _ vector: [Float], k: Int, effort: SearchEffort = .recall(0.95), allowing: IDSet? = nil,
    excluding: IDSet? = nil, minimumScore: Float? = nil
  ) {
    self.vector = vector
    self.k = k
    self.effort = effort
    self.allowing = allowing
    self.excluding = excluding
    self.minimumScore = minimumScore
  }
}

/// How thorough a search is.
public enum SearchEffort: Sendable, Hashable {
  /// The candidates that a walk keeps, at least `k` (`ef` of HNSW).
  case ef(Int)
  /// The share of the true nearest that is wanted, from 0 to 1, on average over queries. Each query
  /// gets the effort that it needs: the graph was calibrated with samples of its own vectors. 1 is
  /// as ``exact``.
  case recall(Double)
  /// Scores all vectors by all that is kept of them.
  case exact
}

/// What a search did.
public struct SearchStatistics: Sendable, Hashable {
  /// How hits were found.
  public enum Plan: String, Sendable, Hashable, Codable {
    /// By following the links of the graph.
    case walk
    /// By scoring every vector that may be a hit.
    case scan
    /// By following links, which turned out to lead through too many vectors of the wrong kind,
    /// then by scoring every one.
    case walkThenScan
  }

  /// How hits were found.
  public var plan: Plan
  /// Scores computed in the first pass.
  public var distances = 0
  /// Nodes whose links were followed.
  public var hops = 0
  /// Scores computed for the final order.
  public var reranked = 0

  /// The work of two searches together, by the plan of this one.
  package func adding(_ other: SearchStatistics) -> SearchStatistics {
    var sum = self
    sum.distances += other.distances
    sum.hops += other.hops
    sum.reranked += other.reranked
    return sum
  }
}

/// What a search found.
public struct VectorSearchResult: Sendable, Hashable {
  /// The hits, the best first; ties by id, the lowest first.
  public var matches: [Match]
  /// What the search did.
  public var statistics: SearchStatistics
}
