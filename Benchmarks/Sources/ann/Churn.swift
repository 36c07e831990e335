import BenchmarkSupport
import RAGIndex

/// Searches after half of the vectors were replaced by themselves, against a fresh graph.
struct Churn: Encodable {
  private let recall: Double
  private let freshRecall: Double
  private let qps: Double
  private let freshQPS: Double
  private let replaceSeconds: Double

  private enum CodingKeys: String, CodingKey {
    case recall, qps
    case freshRecall = "fresh_recall"
    case freshQPS = "fresh_qps"
    case replaceSeconds = "replace_s"
  }

  /// Replaces 5 % at random ten times: deletes them and inserts them again with new ids.
  init(
    against fresh: MutableGraph, builder: Builder, effort: SearchEffort, workload: Workload
  ) throws {
    let base = workload.base
    let graph = try builder.build()
    var generator = SeededGenerator(seed: 9)
    let order = (0..<base.count).shuffled(using: &generator)
    var ids = base.rowIDs
    var replaceSeconds = 0.0
    for step in 0..<10 {
      let rows = order[step * base.count / 20..<(step + 1) * base.count / 20]
      let vectors = base.gathered(rows)
      let old = IDSet(rows.map { ids[$0] })
      for row in rows { ids[row] += Int64(base.count) }
      let new = rows.map { ids[$0] }
      replaceSeconds += try seconds {
        try graph.delete(old)
        try graph.insert(ids: new, vectors: vectors, threads: builder.mostThreads)
      }
    }
    let truth = Truth(base: base, queries: workload.queries, ids: ids)
    let queries = workload.prepared(effort)
    let measured = try workload.measure([
      Search(index: graph, queries: queries, truth: truth),
      Search(index: fresh, queries: queries),
    ])
    (recall, freshRecall) = (measured[0].recall, measured[1].recall)
    (qps, freshQPS) = (measured[0].qps, measured[1].qps)
    self.replaceSeconds = replaceSeconds.rounded(digits: 2)
    note("half replaced: recall \(recall), fresh \(freshRecall); \(qps) QPS, fresh \(freshQPS)")
  }
}
