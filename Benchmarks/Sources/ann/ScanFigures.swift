import BenchmarkSupport
import RAGIndex

/// Scans of all vectors: by the graph file asked for exact answers, and by an index without graph.
struct ScanFigures: Encodable {
  private static let queries = 200

  private let exactQPS: Double
  private let exactRecall: Double
  private let flat: Flat

  private enum CodingKeys: String, CodingKey {
    case flat
    case exactQPS = "exact_qps"
    case exactRecall = "exact_recall"
  }

  init(of index: any VectorSearching, encoding: VectorEncoding, workload: Workload) throws {
    let base = workload.base
    var flat = try FlatIndex(dimension: base.dimension, metric: .cosine, encoding: encoding)
    let fillSeconds = try seconds {
      for row in 0..<base.count { try flat.append(id: Int64(row), vector: base[row]) }
    }
    let queries = workload.prepared(.exact, first: Self.queries)
    let flatSearch = Search(
      index: flat, queries: workload.prepared(.recall(0.95), first: Self.queries))
    let measured = try workload.measure([Search(index: index, queries: queries), flatSearch])
    let times = try workload.inTurn(1) { _ in try flatSearch.singleQueryMicroseconds() }[0]
    exactQPS = measured[0].qps
    exactRecall = measured[0].recall
    self.flat = Flat(
      recall: measured[1].recall, qps: measured[1].qps,
      p50: median(times.map { median($0) }).rounded(digits: 1),
      p99: median(times.map { percentile($0, 0.99) }).rounded(digits: 1),
      fillSeconds: fillSeconds.rounded(digits: 2))
    note("flat: recall \(self.flat.recall), p50 \(self.flat.p50) us; exact \(exactQPS) QPS")
  }
}

/// An index without graph.
private struct Flat: Encodable {
  let recall: Double
  let qps: Double
  let p50: Double
  let p99: Double
  let fillSeconds: Double

  private enum CodingKeys: String, CodingKey {
    case recall, qps
    case p50 = "p50_us"
    case p99 = "p99_us"
    case fillSeconds = "fill_s"
  }
}
