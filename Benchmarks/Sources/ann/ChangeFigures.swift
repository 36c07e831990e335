import BenchmarkSupport
import RAGIndex

/// Insertions and deletions, and searches after them, all in memory.
struct ChangeFigures: Encodable {
  private let insertMicroseconds: Double
  private let deleteMicroseconds: Double?
  private let afterDelete: Speed?
  private let deletes: [Deletion]
  private let churn: Churn

  private enum CodingKeys: String, CodingKey {
    case deletes, churn
    case insertMicroseconds = "insert_us"
    case deleteMicroseconds = "delete_us"
    case afterDelete = "after_delete"
  }

  /// Begins with a graph that has all vectors, which it empties.
  init(
    of graph: MutableGraph, builder: Builder, effort: SearchEffort, workload: Workload
  ) throws {
    insertMicroseconds = try insertQueries(into: graph, workload: workload)
    let base = workload.base
    var generator = SeededGenerator(seed: 8)
    let random = try deletions(
      from: graph, kind: "random", order: (0..<base.count).shuffled(using: &generator),
      effort: effort, workload: workload)
    deleteMicroseconds = random.first?.microseconds
    afterDelete = random.first.map { Speed(recall: $0.recall, qps: $0.qps) }

    let fresh = try builder.build()
    churn = try Churn(against: fresh, builder: builder, effort: effort, workload: workload)
    let centre = Int.random(in: 0..<base.count, using: &generator)
    let direction = VectorTable(dimension: base.dimension, elements: base[centre])
    deletes =
      random
      + (try deletions(
        from: fresh, kind: "clustered", order: base.rows(nearestTo: direction), effort: effort,
        workload: workload))
  }
}

/// How good and fast searches are.
private struct Speed: Encodable {
  let recall: Double
  let qps: Double
}

/// Searches after a share of the vectors was deleted.
private struct Deletion: Encodable {
  let kind: String
  let share: Double
  let recall: Double
  let qps: Double
  /// The time of each deletion.
  let microseconds: Double

  private enum CodingKeys: String, CodingKey {
    case kind, share, recall, qps
    case microseconds = "delete_us"
  }
}

/// Inserts some of the queries one by one and takes them out again; returns the time of each.
private func insertQueries(into graph: MutableGraph, workload: Workload) throws -> Double {
  let first = Int64(workload.base.count)
  let vectors = (0..<min(500, workload.queries.count)).map { workload.queries[$0] }
  let elapsed = try seconds {
    for (number, vector) in vectors.enumerated() {
      try graph.insert(id: first + Int64(number), vector: vector)
    }
  }
  try graph.delete(IDSet(first..<first + Int64(vectors.count)))
  let each = (1e6 * elapsed / Double(vectors.count)).rounded(digits: 1)
  note("inserted one in \(each) us")
  return each
}

/// Deletes rows in an order and searches when 10, 50 and 90 % are gone.
private func deletions(
  from graph: MutableGraph, kind: String, order: [Int], effort: SearchEffort, workload: Workload
) throws -> [Deletion] {
  let queries = workload.prepared(effort)
  var ids = workload.base.rowIDs
  var gone = 0
  return try [0.1, 0.5, 0.9].map { share in
    let rows = order[gone..<max(gone, Int(Double(order.count) * share))]
    gone = rows.endIndex
    let removed = IDSet(rows.lazy.map { Int64($0) })
    let elapsed = try seconds { _ = try graph.delete(removed) }
    for row in rows { ids[row] = -1 }
    let truth = Truth(base: workload.base, queries: workload.queries, ids: ids)
    let measured = try workload.measure([Search(index: graph, queries: queries, truth: truth)])[0]
    note("\(share) deleted, \(kind): recall \(measured.recall), \(measured.qps) QPS")
    return Deletion(
      kind: kind, share: share, recall: measured.recall, qps: measured.qps,
      microseconds: (1e6 * elapsed / Double(max(1, rows.count))).rounded(digits: 2))
  }
}
