import BenchmarkSupport
import RAGIndex

/// Searches among some of the vectors: random ones, and those nearest to and farthest from the
/// mean of the queries.
struct FilterFigures: Encodable {
  private static let shares = [0.5, 0.1, 0.01, 0.001, 0.0001]
  private static let queries = 200

  private let filters: [Filter]
  /// The random filters by their share, in the form that the peers' results have.
  private let filtered: [String: PeerFilter]

  init(of index: any VectorSearching, curves: CurveFigures, workload: Workload) throws {
    var generator = SeededGenerator(seed: 7)
    let base = workload.base
    let random = (0..<base.count).shuffled(using: &generator)
    let near = base.rows(nearestTo: workload.queries.mean)
    let orders = [("random", random), ("near", near), ("far", near.reversed())]
    // A scan in the same codes, whatever the filter: what a filtered search has to beat.
    var flat = try FlatIndex(dimension: base.dimension, metric: .cosine)
    for row in 0..<base.count { try flat.append(id: Int64(row), vector: base[row]) }
    var filters: [Filter] = []
    for (kind, order) in orders {
      for share in Self.shares {
        let filter = try Self.measure(
          index, scan: flat, effort: curves.effort99, kind: kind, share: share,
          rows: order.prefix(max(1, Int(Double(base.count) * share))), workload: workload)
        note(
          "filter \(kind) \(share): recall \(filter.recall), \(filter.qps) QPS, "
            + "scan \(filter.scanQPS) QPS, \(filter.plan)")
        filters.append(filter)
      }
    }
    self.filters = filters
    var ef = 0
    if case .ef(let value) = curves.effort99 { ef = value }
    filtered = Dictionary(
      uniqueKeysWithValues: filters.filter { $0.kind == "random" }.map { filter in
        let point = PeerFilter.Point(ef: ef, recall: filter.recall, qps: filter.qps)
        return (
          "\(filter.share)",
          PeerFilter(points: [point], scanQPS: filter.scanQPS, note: filter.plan)
        )
      })
  }

  private static func measure(
    _ index: any VectorSearching, scan: FlatIndex, effort: SearchEffort, kind: String,
    share: Double,
    rows: some Collection<Int>, workload: Workload
  ) throws -> Filter {
    var ids = [Int64](repeating: -1, count: workload.base.count)
    for row in rows { ids[row] = Int64(row) }
    let truth = Truth(
      base: workload.base, queries: workload.queries, count: min(queries, workload.queries.count),
      ids: ids)
    let allowed = IDSet(rows.lazy.map { Int64($0) })
    let measured = try workload.measure(
      [index, scan].map {
        Search(
          index: $0, queries: workload.prepared(effort, first: queries, allowing: allowed),
          truth: truth)
      })
    return Filter(
      kind: kind, share: share, allowed: allowed.count, recall: measured[0].recall,
      qps: measured[0].qps, ndis: measured[0].distances, plan: measured[0].plan,
      scanRecall: measured[1].recall, scanQPS: measured[1].qps)
  }
}

/// A filter, and what a scan of the allowed vectors makes of it.
private struct Filter: Encodable {
  let kind: String
  let share: Double
  let allowed: Int
  let recall: Double
  let qps: Double
  let ndis: Double
  let plan: String
  let scanRecall: Double
  let scanQPS: Double

  private enum CodingKeys: String, CodingKey {
    case kind, share, allowed, recall, qps, ndis, plan
    case scanRecall = "scan_recall"
    case scanQPS = "scan_qps"
  }
}

/// A filter as the peers' results have it; `ef` is 0 where the effort was a recall.
private struct PeerFilter: Encodable {
  struct Point: Encodable {
    let ef: Int
    let recall: Double
    let qps: Double
  }

  let points: [Point]
  let scanQPS: Double
  let note: String

  private enum CodingKeys: String, CodingKey {
    case points, note
    case scanQPS = "brute_over_allowed_qps"
  }
}

extension VectorTable {
  /// The direction of all vectors together, as a table of one row.
  fileprivate var mean: VectorTable {
    var sum = [Float](repeating: 0, count: dimension)
    for index in elements.indices { sum[index % dimension] += elements[index] }
    return VectorTable(dimension: dimension, elements: sum)
  }

  /// All rows, those nearest to the first row of another table first.
  func rows(nearestTo direction: VectorTable) -> [Int] {
    let scores = (0..<count).map { similarity($0, direction, 0) }
    return (0..<count).sorted { (scores[$0], $1) > (scores[$1], $0) }
  }
}
