import RAGCore

/// Vectors in one contiguous run, searched exactly: for the few that no graph holds yet, and as
/// the oracle of the graph. Scores are bit for bit those of the graph.
public struct FlatIndex: Sendable {
  /// The length of every vector.
  public let dimension: Int
  /// The measure of likeness.
  public let metric: VectorMetric
  /// The ids, in the order of their insertion.
  public private(set) var ids: [Int64] = []
  private var vectors: [Float] = []

  /// Makes an empty index.
  ///
  /// - Throws: ``RAGError`` of code `invalidInput` for a dimension outside
  ///   ``HNSWParameters/dimensions``.
  public init(dimension: Int, metric: VectorMetric) throws {
    self.dimension = try HNSWParameters.checked(dimension: dimension)
    self.metric = metric
  }

  /// The number of vectors.
  public var count: Int { ids.count }

  /// Adds a vector. An id may come only once; this is not checked here.
  ///
  /// - Throws: ``RAGError`` of code `dimensionMismatch` or `invalidInput` for a vector that cannot
  ///   be compared.
  public mutating func append(id: Int64, vector: [Float]) throws {
    vectors += try metric.prepare(vector, dimension: dimension)
    ids.append(id)
  }

  /// The best `k` vectors by score, ties by id; fewer when there are fewer.
  ///
  /// `allowing` restricts the search to its ids, `excluding` leaves out its ids.
  /// - Throws: ``RAGError`` of code `dimensionMismatch` or `invalidInput` for a query that cannot
  ///   be compared or a `k` that is not positive.
  /// - Complexity: O(count · dimension).
  public func search(
    _ query: [Float], k: Int, allowing: IDSet? = nil, excluding: IDSet? = nil
  ) throws -> [VectorMatch] {
    let query = try metric.prepare(query, dimension: dimension)
    guard k > 0 else { throw RAGError(.invalidInput, "k must be at least 1, not \(k)") }
    var best = BestMatches(limit: k)
    let kernel = ScoreKernel(metric)
    let allowed = allowing.map { Set($0.sorted) }
    let excluded = excluding.map { Set($0.sorted) } ?? []
    vectors.withUnsafeBufferPointer { vectors in
      query.withUnsafeBufferPointer { query in
        // An empty array has no address; there is nothing to score then.
        guard let rows = vectors.baseAddress, let query = query.baseAddress else { return }
        for (row, id) in ids.enumerated() {
          guard allowed?.contains(id) ?? true, !excluded.contains(id) else { continue }
          let score = kernel.pair(query, rows + row * dimension, dimension)
          best.offer(VectorMatch(id: id, score: score))
        }
      }
    }
    return best.sorted()
  }
}
