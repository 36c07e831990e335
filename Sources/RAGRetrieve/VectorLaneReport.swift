import RAGIndex

/// What the vector lane did for a query.
public struct VectorLaneReport: Sendable, Hashable, Codable {
  /// `walk` by the links of the graph, `scan` of all vectors that may be hits, or `walkThenScan`.
  /// Without a graph, `scan`.
  public var plan: String
  /// Scores computed in the first pass.
  public var distances: Int
  /// Nodes of the graph whose links were followed.
  public var hops: Int
  /// Scores computed for the final order.
  public var reranked: Int

  init(_ statistics: SearchStatistics?) {
    plan = (statistics?.plan ?? .scan).rawValue
    distances = statistics?.distances ?? 0
    hops = statistics?.hops ?? 0
    reranked = statistics?.reranked ?? 0
  }
}
