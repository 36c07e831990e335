import Foundation
import RAGCore
import RAGEval
import Testing

@Suite("Comparisons")
struct CompareTests {
  @Test("have exact p-values where there are few queries")
  func exact() {
    // Of the 8 choices of signs, only all + and all - are as far out.
    let three = PairedRandomization(differences: [0.1, 0.2, 0.3])
    #expect(three.p == 0.25 && three.isExact)
    // 0 has no sign; of 4 choices those of one sign are as far out.
    #expect(PairedRandomization(differences: [0, 0.5, 0, 0.5]).p == 0.5)
    #expect(PairedRandomization(differences: [0.5, -0.5]).p == 1)
    #expect(PairedRandomization(differences: []).p == 1)
    #expect(PairedRandomization(differences: [0, 0]).p == 1)
    // 0.1 + 0.2 - 0.3 is not 0 in floating point, and no further from it than -0.1 - 0.2 + 0.3.
    #expect(PairedRandomization(differences: [0.3, -0.1, -0.2]).p == 1)
  }

  @Test("sample the choices of signs of many queries, near the exact value, the same each time")
  func sampled() {
    var seed: UInt64 = 7
    for _ in 0..<5 {
      let differences = (0..<16).map { _ in
        seed = seed &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Double(seed >> 40) / Double(1 << 24) - 0.4
      }
      let seen = abs(differences.reduce(0, +)) - 1e-9
      let far = (0..<(1 << 16)).count { choice in
        let sum = differences.indices.reduce(0) {
          $0 + (choice >> $1 & 1 == 1 ? -differences[$1] : differences[$1])
        }
        return abs(sum) >= seen
      }
      let test = PairedRandomization(differences: differences)
      #expect(!test.isExact)
      #expect(abs(test.p - Double(far) / 65_536) < 0.02, "\(differences)")
      #expect(test == PairedRandomization(differences: differences))
      #expect(
        abs(test.p - PairedRandomization(differences: differences, seed: 99).p) < 0.03)
    }
    // As many queries of one sign: no sample is as far out, and the value is not 0.
    let clear = PairedRandomization(differences: [Double](repeating: 0.1, count: 200))
    #expect(clear.p == 1.0 / 10_001)
  }

  private func scores(_ values: [String: Double]) throws -> Scores {
    try Scores(metrics: ["mrr"], queries: values.mapValues { ["mrr": $0] })
  }

  @Test("count what won and lost over the queries that both have")
  func comparison() throws {
    let comparison = try #require(
      Comparison.all(
        of: scores(["a": 1, "b": 0.5, "c": 0, "d": 1]),
        against: scores(["a": 0.5, "b": 0.5, "c": 0.25, "e": 1])
      ).first)
    #expect(comparison.metric == "mrr")
    #expect(abs(comparison.baseline - 1.25 / 3) < 1e-15)
    #expect(abs(comparison.difference - 0.25 / 3) < 1e-15)
    #expect(comparison.won == 1 && comparison.lost == 1)
    #expect(comparison.p == 1)
    #expect(Comparison.all(of: try scores(["a": 1]), against: try scores(["b": 1])).isEmpty)
    let other = try Scores(metrics: ["map"], queries: ["a": ["map": 1]])
    #expect(Comparison.all(of: try scores(["a": 1]), against: other).isEmpty)
  }

  private func evaluation(baseline: Baseline? = nil) throws -> Evaluation {
    Evaluation(
      set: JudgedSet(
        name: "s", documents: [], queries: [],
        qrels: Qrels(grades: ["q1": ["a": 1], "q2": ["b": 1]])),
      metrics: [try RetrievalMetric("mrr"), try RetrievalMetric("p@1")], baseline: baseline)
  }

  private func report(_ run: Run, lane: String) throws -> EvaluationReport {
    let evaluation = try evaluation()
    var set = EvaluationReport.SetReport(set: evaluation.set, part: .all)
    set.lanes = [try evaluation.report(lane: lane, run: run)]
    return EvaluationReport(sets: [set])
  }

  @Test("are the same with a run and with the report of that run")
  func baselines() throws {
    let before = Run(lists: ["q1": try list([("x", 2), ("a", 1)]), "q2": try list([("b", 1)])])
    let after = Run(lists: ["q1": try list([("a", 1)])])
    let folder = try Folder([:])
    try before.writeTREC(to: folder.file("run"))
    try JSONEncoder().encode(report(before, lane: "lexical")).write(
      to: folder.url.appending(path: "report"))
    for file in ["run", "report"] {
      let baseline = try Baseline(contentsOf: folder.file(file))
      let lane = try evaluation(baseline: baseline).report(
        lane: "lexical", run: after)
      #expect(
        try evaluation(baseline: baseline).missingIDs(
          runs: [], lanes: ["lexical"], corpus: nil
        ).findings.isEmpty)
      #expect(lane.unanswered == 1)
      let comparisons = try #require(lane.comparisons)
      #expect(comparisons.map(\.metric) == ["mrr", "p@1"])
      #expect(comparisons.map(\.baseline) == [0.75, 0.5])
      #expect(comparisons.map(\.difference) == [-0.25, 0])
      #expect(comparisons.map(\.won) == [1, 1] && comparisons.map(\.lost) == [1, 1])
    }
    let other = try evaluation(baseline: Baseline(contentsOf: folder.file("report"))).report(
      lane: "vector", run: after)
    #expect(other.comparisons == nil)
  }

  @Test("tell the queries and the lanes that the baseline lacks, before anything is measured")
  func lacking() throws {
    var report = try report(Run(lists: ["q1": list([("a", 1)])]), lane: "l")
    report.sets[0].lanes[0].queries["q2"] = nil
    let evaluation = try evaluation(baseline: .report(report))
    let missing = try evaluation.missingIDs(runs: [], lanes: ["l", "m"], corpus: nil)
    #expect(missing.findings.map(\.kind) == [.baselineQuery])
    #expect(missing.findings.first?.examples == ["q2"])
    let error = #expect(throws: RAGError.self) {
      try evaluation.missingIDs(runs: [], lanes: ["m"], corpus: nil)
    }
    #expect(error?.message.contains("it has l") ?? false)
  }

  @Test("with a report that has none of the metrics are refused, and one is enough")
  func metrics() throws {
    var report = try report(Run(lists: ["q1": list([("a", 1)])]), lane: "l")
    report.sets[0].lanes[0].metrics["mrr"] = nil
    _ = try evaluation(baseline: .report(report)).missingIDs(runs: [], lanes: ["l"], corpus: nil)
    report.sets[0].lanes[0].metrics = ["ndcg@7": 1]
    let error = #expect(throws: RAGError.self) {
      try evaluation(baseline: .report(report)).missingIDs(runs: [], lanes: ["l"], corpus: nil)
    }
    #expect(error?.message.contains("none of mrr, p@1") == true)
    #expect(error?.message.contains("it has ndcg@7") == true)
  }

  @Test("are refused with a directory, which the error calls one")
  func directory() throws {
    let folder = try Folder(["a": "x"])
    for read in [
      { _ = try Baseline(contentsOf: $0) }, { _ = try Qrels(contentsOf: $0) },
      { _ = try Run(contentsOf: $0) }, { _ = try Topics.load($0) },
    ] as [(String) throws -> Void] {
      let error = #expect(throws: RAGError.self) { try read(folder.path) }
      #expect(error?.code == .invalidInput)
      #expect(error?.message.contains("directory") == true)
    }
  }

  @Test("with a run look at its ids too")
  func runBaseline() throws {
    let run = Run(lists: ["q7": try list([("z", 1)])])
    let evaluation = try evaluation(baseline: .run(run))
    let missing = try evaluation.missingIDs(runs: [], lanes: ["m"], corpus: ["a", "b"])
    #expect(
      missing.findings.map(\.kind) == [.judgedQuery, .runQuery, .runDocument, .baselineQuery])
    // Of some queries it may have found nothing.
    let some = Evaluation(
      set: evaluation.set, metrics: evaluation.metrics,
      baseline: .run(Run(lists: ["q1": try list([("a", 1)])])))
    #expect(some.baseline?.unanswered(some.set) == some.set.qrels.grades.count - 1)
    let gaps = try some.missingIDs(runs: [], lanes: ["m"], corpus: ["a", "b"])
    #expect(!gaps.findings.map(\.kind).contains(.baselineQuery))
    #expect(QueryPart.even.contains("q7") != QueryPart.odd.contains("q7"))
    for part in [QueryPart.even, .odd] {
      guard case .run(let selected) = Baseline.run(run).selecting(part) else { continue }
      #expect(selected.lists.isEmpty != part.contains("q7"))
    }
  }

  @Test("are refused with a file that is neither a run nor a report")
  func malformed() throws {
    let folder = try Folder(["object": "{\"sets\": 1}", "words": "hello"])
    for file in ["object", "words"] {
      let error = #expect(throws: RAGError.self) { try Baseline(contentsOf: folder.file(file)) }
      #expect(error?.code == .invalidInput)
    }
  }

  @Test("with thresholds name what missed")
  func thresholds() throws {
    let report = try report(Run(lists: ["q1": try list([("a", 1)])]), lane: "lexical")
    let met = [try Threshold("mrr=0.5"), try Threshold("p@1=0")]
    #expect(Threshold.misses(of: met, in: report).isEmpty)
    let missed = met + [try Threshold("MRR=0.51")]
    #expect(Threshold.misses(of: missed, in: report) == ["s, lexical: mrr is 0.5, under 0.51"])
    for text in ["", "mrr", "mrr=", "mrr=x", "mrr=1.5", "mrr=nan", "f1=0.5", "recall=0.5"] {
      #expect(throws: RAGError.self, "\(text)") { try Threshold(text) }
    }
    let unknown = #expect(throws: RAGError.self) { try Threshold("f1=0.5") }
    #expect(unknown?.message.contains("recall@k") == true)
    #expect(unknown?.message.contains("execution, execution@1, repairable") == true)
  }
}
