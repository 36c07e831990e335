import Foundation
import RAGCore
import RAGEval
import Testing

@Suite("Retrieval metrics")
struct RetrievalMetricTests {
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
    let scores = try Scores(RetrievalMetric.standard, of: run.lists, judged: qrels.grades)
    #expect(scores.queryIDs == ["a", "b", "c"])
    let ideal = 2 + 1 / log2(3.0) + 1 / 2
    let expected: [String: [Double]] = [
      "ndcg@10": [2.5 / ideal, 0, 0], "recall@10": [2.0 / 3, 0, 0],
      "recall@100": [2.0 / 3, 1, 0], "mrr@10": [1, 0, 0],
      "map@100": [(1 + 2.0 / 3) / 3, 1.0 / 11, 0], "p@10": [0.2, 0, 0],
    ]
    try expect(scores, expected)
  }

  /// The expected figures are those of trec_eval (through pytrec_eval) for the same run: ties,
  /// grades from -1 to 2, a query not answered, one without a relevant document, one not judged.
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
    let metrics = try Self.recordedFigures.keys.sorted().map { try RetrievalMetric($0) }
    try expect(Scores(metrics, of: lists, judged: grades), Self.recordedFigures)
  }

  /// By metric, for q0 to q7.
  private static let recordedFigures: [String: [Double]] = [
    "ndcg@10": [
      0.04449179286568978, 0.06362078819895171, 0.17947710508581735, 0.22009176629808017,
      0.22119341301481266, 0, 0, 0,
    ],
    "ndcg@3": [
      0, 0, 0.38268031849431083, 0.46927872602275644, 0.1480409554829326, 0, 0, 0,
    ],
    "ndcg": [
      0.3227848548021394, 0.3453185528637837, 0.47368369838537244, 0.5090164543224955,
      0.45845323887361417, 0, 0, 0.29951016051119045,
    ],
    "recall@10": [
      0.09090909090909091, 0.09090909090909091, 0.09523809523809523, 0.1,
      0.13043478260869565, 0, 0, 0,
    ],
    "recall@100": [
      0.6363636363636364, 0.5454545454545454, 0.7142857142857143, 0.7,
      0.6086956521739131, 0, 0, 0.5,
    ],
    "p@10": [0.1, 0.1, 0.2, 0.1, 0.3, 0, 0, 0],
    "p@200": [0.045, 0.045, 0.085, 0.04, 0.09, 0, 0, 0.04],
    "map": [
      0.08483730045642271, 0.0694004943974772, 0.17372551812661632, 0.17390847803726478,
      0.1568742495725233, 0, 0, 0.04650858476893334,
    ],
    "map@10": [
      0.012987012987012986, 0.009090909090909092, 0.055555555555555546, 0.1,
      0.05486542443064182, 0, 0, 0,
    ],
    "map@100": [
      0.07129050242686606, 0.050688281123063735, 0.15988010428120247, 0.16689093417761566,
      0.13180392996401818, 0, 0, 0.02823825917135776,
    ],
    "mrr": [0.14285714285714285, 0.1, 0.5, 1, 0.5, 0, 0, 0.0625],
    "mrr@10": [0.14285714285714285, 0.1, 0.5, 1, 0.5, 0, 0, 0],
  ]

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
      try Scores(RetrievalMetric.standard, of: [:], judged: [:])
    }
  }

  @Test("have names in any case, and no others")
  func names() throws {
    for (name, expected) in [
      ("nDCG@10", "ndcg@10"), ("P@5", "p@5"), ("MAP", "map"), ("mrr", "mrr"),
    ] {
      #expect(try RetrievalMetric(name).name == expected)
    }
    for name in ["", "ndcg@", "ndcg@0", "ndcg@-1", "ndcg@1@2", "recall", "p", "f1@10", "@10"] {
      let error = #expect(throws: RAGError.self) { try RetrievalMetric(name) }
      #expect(error?.message.contains("recall@k") ?? false, "\(name)")
    }
  }

  private func expect(_ scores: Scores, _ expected: [String: [Double]]) throws {
    #expect(scores.metrics.count == expected.count)
    for (metric, values) in expected {
      #expect(scores.queryIDs.count == values.count)
      for (query, value) in zip(scores.queryIDs, values) {
        let found = scores.queries[query]?[metric] ?? .nan
        #expect(abs(found - value) < 1e-12, "\(metric) \(query): \(found)")
      }
      let mean = try #require(scores.means[metric])
      #expect(abs(mean - values.reduce(0, +) / Double(values.count)) < 1e-12, "\(metric)")
    }
  }
}
