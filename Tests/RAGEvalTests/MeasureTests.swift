import Foundation
import RAGCore
import Testing

@testable import RAGEval

@Suite("Measuring searches")
struct MeasureTests {
  @Test("times are those of ranks")
  func latency() {
    let hundred = Latency((1...100).reversed().map { .milliseconds($0) })
    #expect([hundred.p50, hundred.p95, hundred.p99] == [50, 95, 99])
    let one = Latency([.microseconds(1500)])
    #expect([one.p50, one.p95, one.p99] == [1.5, 1.5, 1.5])
    let three = Latency([.milliseconds(1), .milliseconds(2), .milliseconds(3)])
    #expect([three.p50, three.p95, three.p99] == [2, 3, 3])
  }

  @Test("a lane finds as deep as asked and is timed as users search")
  func lane() async throws {
    let calls = Locked<[String]>([])
    let lane = Lane(name: "l") { query, depth in
      calls.withLock { $0.append("\(query) \(depth)") }
      return [.init(documentID: "d", score: 1), .init(documentID: "d", score: 2)]
    } search: { query in
      calls.withLock { $0.append(query) }
    }
    let queries: [JudgedSet.Query] = [.init(id: "1", text: "a"), .init(id: "2", text: "b")]
    let run = try await lane.measure(queries, depth: 5).run
    #expect(calls.withLock { $0 } == ["a 5", "b 5", "a", "b"])
    #expect(run.lists["1"]?.entries == [.init(documentID: "d", score: 2)])
    #expect(run.lists.count == 2)
  }

  @Test("a query that cannot be asked is named")
  func refused() async throws {
    let lane = Lane(name: "l") { text, _ in
      guard text != "?" else { throw RAGError(.invalidInput, "no letters") }
      return []
    } search: { _ in
    }
    let error = await #expect(throws: RAGError.self) {
      try await lane.measure([.init(id: "a", text: "x"), .init(id: "b", text: "?")], depth: 1)
    }
    #expect(error?.message == "query `b`: no letters")
  }

  @Test("a run holds as many documents as metrics look at, without the one that asks")
  func depth() async throws {
    let lane = Lane(name: "l") { _, depth in
      (0..<depth + 50).map { .init(documentID: "d\($0)", score: Double(-$0)) }
    } search: { _ in
    }
    let set = JudgedSet(
      name: "s", documents: [], queries: [.init(id: "d3", text: "x")],
      qrels: Qrels(grades: ["d3": ["d4": 1]]))
    for (ignores, last) in [(false, "d199"), (true, "d200")] {
      let evaluation = Evaluation(
        set: set, metrics: [try RetrievalMetric("recall@200")], ignoresIdenticalIDs: ignores)
      let entries = try await evaluation.run(lane).run.lists["d3"]?.entries ?? []
      #expect(entries.count == 200 && entries.last?.documentID == last)
      #expect(entries.contains { $0.documentID == "d3" } != ignores)
    }
  }

  @Test("what is as near as the last of the nearest counts as found")
  func share() {
    func matches(_ pairs: [(Int64, Float)]) -> [Match] {
      pairs.map { Match(id: $0.0, score: $0.1) }
    }
    let exact = matches([(1, 0.9), (2, 0.8), (3, 0.8), (4, 0.7)])
    #expect(EffortCurve.share(found: exact, of: exact) == 1)
    #expect(EffortCurve.share(found: [], of: exact) == 0)
    #expect(
      EffortCurve.share(found: matches([(1, 0.9), (9, 0.7), (8, 0.6)]), of: exact) == 0.5)
    #expect(EffortCurve.share(found: [], of: []) == 1)
  }

  @Test("a curve has a point an effort")
  func curve() async throws {
    let points = try await EffortCurve.measure(
      efforts: [0.5, 1], vectors: [[0], [1]], count: 4
    ) { vector, effort in
      (0..<(effort == 1 ? 4 : vector[0] == 0 ? 1 : 2)).map { Match(id: $0, score: Float(-$0)) }
    } distances: { _, effort in
      effort == 1 ? 100 : 10
    }
    #expect(points.map(\.effort) == [0.5, 1])
    #expect(points.map(\.recall) == [0.375, 1])
    #expect(points.map(\.distances) == [10, 100])
  }

  @Test("rows of queries are written with tabs or as JSON lines", arguments: ["tsv", "jsonl"])
  func rows(ending: String) throws {
    let folder = try Folder([:])
    let set = JudgedSet(
      name: "s", documents: [], queries: [], qrels: Qrels(grades: ["q1": ["a": 1], "q2": ["b": 1]]))
    let run = Run(lists: ["q1": try list([("x", 2), ("a", 1)])])
    var report = EvaluationReport.SetReport(set: set, part: .all)
    report.lanes = [
      try Evaluation(set: set, metrics: [RetrievalMetric("mrr"), RetrievalMetric("p@1")])
        .report(lane: "l", run: run)
    ]
    let file = folder.file("rows." + ending)
    try QueryRows.write(
      EvaluationReport(sets: [report]), metrics: ["mrr", "p@1"], to: file)
    let expected =
      ending == "tsv"
      ? """
      set\tlane\tquery\tmrr\tp@1
      s\tl\tq1\t0.5\t0.0
      s\tl\tq2\t0.0\t0.0

      """
      : """
      {"lane":"l","metrics":{"mrr":0.5,"p@1":0},"query":"q1","set":"s"}
      {"lane":"l","metrics":{"mrr":0,"p@1":0},"query":"q2","set":"s"}

      """
    #expect(try String(contentsOfFile: file, encoding: .utf8) == expected)
  }
}
