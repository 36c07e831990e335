import Foundation
import RAGCore
import RAGEval
import Testing

@Suite("Retrieval metrics")
struct RetrievalMetricsTests {
  @Test("agree with a table worked out by hand")
  func handComputed() throws {
    let qrels = Qrels(grades: [
      // Found at ranks 1 and 3 of three relevant ones: grades 2, 0, 1 against 2, 1, 1.
      "a": ["d1": 2, "d3": 1, "d9": 1, "d2": 0],
      // The only relevant one comes eleventh.
      "b": ["x": 1],
      // Nothing was found.
      "c": ["d1": 1],
    ])
    let run = Run(lists: [
      "a": try list([("d1", 9), ("d2", 8), ("d3", 7), ("d4", 6)]),
      "b": try list((0..<10).map { ("y\($0)", Double(20 - $0)) } + [("x", 1)]),
      "not judged": try list([("d1", 1)]),
    ])
    let metrics = try RetrievalMetrics.evaluate(run: run, qrels: qrels)
    #expect(metrics.rows.map(\.queryID) == ["a", "b", "c"])
    let ideal = 2 + 1 / log2(3.0) + 1 / 2
    try expect(metrics, "a", (2.5 / ideal, 2.0 / 3, 2.0 / 3, 1))
    try expect(metrics, "b", (0, 0, 1, 0))
    try expect(metrics, "c", (0, 0, 0, 0))
    #expect(abs(metrics.means.ndcgAt10 - 2.5 / ideal / 3) < 1e-12)
    #expect(abs(metrics.means.recallAt10 - 2.0 / 9) < 1e-12)
    #expect(abs(metrics.means.recallAt100 - 5.0 / 9) < 1e-12)
    #expect(abs(metrics.means.mrrAt10 - 1.0 / 3) < 1e-12)
  }

  /// The expected figures are those of trec_eval (through pytrec_eval) for the same run: ties, grades
  /// from -1 to 2, a query not answered, one without a relevant document, one not judged.
  @Test("agree with trec_eval to the last digits")
  func recorded() throws {
    var grades: [String: [String: Int]] = [:]
    var lists: [String: RankedList] = ["q99": try list([("d1", 1)])]
    for q in 0..<8 {
      for d in 0..<160 {
        let hash = (q * 5 + d * 11 + d * d * q) % 29
        if hash < 4 { grades["q\(q)", default: [:]]["d\(d)"] = q == 6 ? 0 : [0, 1, 2, -1][hash] }
      }
      guard q != 5 else { continue }
      lists["q\(q)"] = try list(
        (0..<160).filter { (q * 7 + $0 * 3) % 5 != 0 }.map { d in
          // The odd ones differ in double precision only: ties for trec_eval.
          ("d\(d)", Double((q * 31 + d * 17) % 23) / 4 + (d % 2 == 1 ? 1e-12 : 0))
        })
    }
    let metrics = try RetrievalMetrics.evaluate(
      run: Run(lists: lists), qrels: Qrels(grades: grades))
    let expected = [
      ("q0", 0.04449179286568978, 0.09090909090909091, 0.6363636363636364, 0.14285714285714285),
      ("q1", 0.06362078819895171, 0.09090909090909091, 0.5454545454545454, 0.1),
      ("q2", 0.17947710508581735, 0.09523809523809523, 0.7142857142857143, 0.5),
      ("q3", 0.22009176629808017, 0.1, 0.7, 1.0),
      ("q4", 0.22119341301481266, 0.13043478260869565, 0.6086956521739131, 0.5),
      ("q5", 0, 0, 0, 0), ("q6", 0, 0, 0, 0), ("q7", 0, 0, 0.5, 0),
    ]
    #expect(metrics.rows.count == expected.count)
    for (id, ndcg, recall10, recall100, mrr) in expected {
      try expect(metrics, id, (ndcg, recall10, recall100, mrr))
    }
    #expect(abs(metrics.means.ndcgAt10 - 0.09110935818291896) < 1e-12)
    #expect(abs(metrics.means.recallAt10 - 0.0634363824581216) < 1e-12)
    #expect(abs(metrics.means.recallAt100 - 0.46309994353472617) < 1e-12)
    #expect(abs(metrics.means.mrrAt10 - 0.28035714285714286) < 1e-12)
  }

  @Test("a list is ordered by score, ties by the bytes of the id, the last first, each once")
  func order() throws {
    let ranked = try list([
      ("b", 1), ("a", 1), ("ä", 1), ("Z", 1), ("10", 1), ("9", 1), ("c", 2), ("d", -1), ("b", 0.5),
      ("d", 3), ("e", 1 + 1e-12),
    ])
    #expect(ranked.entries.map(\.documentID) == ["d", "c", "ä", "e", "b", "a", "Z", "9", "10"])
    #expect(throws: RAGError.self) { try list([("a", .nan)]) }
    #expect(try list([]).entries.isEmpty)
  }

  @Test("measuring against nothing is an error")
  func nothingJudged() {
    #expect(throws: RAGError.self) {
      try RetrievalMetrics.evaluate(run: Run(), qrels: Qrels(grades: [:]))
    }
  }

  @Test("values have stable names in JSON")
  func names() throws {
    let metrics = try RetrievalMetrics.evaluate(
      run: Run(lists: ["q": try list([("d", 1)])]), qrels: Qrels(grades: ["q": ["d": 1]]))
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    #expect(
      String(decoding: try encoder.encode(metrics.means), as: UTF8.self)
        == #"{"mrr@10":1,"ndcg@10":1,"recall@10":1,"recall@100":1}"#)
  }

  private func expect(
    _ metrics: RetrievalMetrics, _ id: String, _ expected: (Double, Double, Double, Double)
  ) throws {
    let values = try #require(metrics.rows.first { $0.queryID == id }).values
    #expect(abs(values.ndcgAt10 - expected.0) < 1e-12, "\(id)")
    #expect(abs(values.recallAt10 - expected.1) < 1e-12, "\(id)")
    #expect(abs(values.recallAt100 - expected.2) < 1e-12, "\(id)")
    #expect(abs(values.mrrAt10 - expected.3) < 1e-12, "\(id)")
  }
}

func list(_ entries: [(String, Double)]) throws -> RankedList {
  try RankedList(entries.map { RankedList.Entry(documentID: $0.0, score: $0.1) })
}
