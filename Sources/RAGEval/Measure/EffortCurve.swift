public import RAGCore

/// What searching less than everything costs and saves: for several efforts, how many of the truly
/// nearest are found, how fast, and with how many distances.
public enum EffortCurve {
  /// What one effort gives.
  public struct Point: Sendable, Hashable, Codable {
    /// The recall that was asked for; 1 compares with every vector.
    public var effort: Double
    /// How many of the nearest were wanted.
    public var count: Int
    /// The share of the nearest that were found, the mean over all queries.
    public var recall: Double
    /// Times of a search, without making the vector.
    public var latency: Latency
    /// Distances computed, of codes or whole vectors, the mean over all queries.
    public var distances: Double
  }

  /// Measures efforts, which take turns on each vector, so that what disturbs the machine disturbs
  /// all; each search runs once before it is timed.
  ///
  /// - Parameters:
  ///   - efforts: the recalls to ask for, from 0 to 1.
  ///   - vectors: what to search with, one at least.
  ///   - count: how many of the nearest to find.
  ///   - search: gives the matches, best first.
  ///   - distances: tells how many distances such a search computes.
  /// - Returns: one point an effort, in their order.
  /// - Throws: what `search` and `distances` throw.
  public static func measure(
    efforts: [Double], vectors: [[Float]], count: Int,
    search: (_ vector: [Float], _ effort: Double) async throws -> [Match],
    distances: (_ vector: [Float], _ effort: Double) async throws -> Int
  ) async throws -> [Point] {
    var durations = [[Duration]](repeating: [], count: efforts.count)
    var recalls = [Double](repeating: 0, count: efforts.count)
    var sums = [Int](repeating: 0, count: efforts.count)
    for vector in vectors {
      let exact = try await search(vector, 1)
      for (index, effort) in efforts.enumerated() {
        _ = try await search(vector, effort)
        let start = ContinuousClock.now
        let found = try await search(vector, effort)
        durations[index].append(ContinuousClock.now - start)
        recalls[index] += share(found: found, of: exact)
        sums[index] += try await distances(vector, effort)
      }
    }
    let total = Double(vectors.count)
    return efforts.indices.map { index in
      Point(
        effort: efforts[index], count: count, recall: recalls[index] / total,
        latency: Latency(durations[index]), distances: Double(sums[index]) / total)
    }
  }

  /// The share of the nearest that were found; what is as near as the last of them counts too, since
  /// equal texts have equal vectors.
  static func share(found: [Match], of exact: [Match]) -> Double {
    guard let last = exact.last else { return 1 }
    let ids = Set(exact.map(\.id))
    let hits = found.prefix(exact.count).count { ids.contains($0.id) || $0.score >= last.score }
    return Double(hits) / Double(exact.count)
  }
}
