import Foundation
import RAGCore
import RAGEval
import Testing

@Suite("TREC files")
struct TRECTests {
  @Test("are written as trec_eval reads them")
  func trecRun() throws {
    let folder = try Folder([:])
    let file = folder.url.appending(path: "run.trec").path
    let run = Run(lists: [
      "q2": try list([("a", 0.5), ("b", 0.25)]), "q1": try list([("x", 1), ("y", 1)]),
    ])
    try run.writeTREC(to: file, tag: "test")
    #expect(
      try String(contentsOfFile: file, encoding: .utf8) == """
        q1 Q0 y 1 1.0 test
        q1 Q0 x 2 1.0 test
        q2 Q0 a 1 0.5 test
        q2 Q0 b 2 0.25 test

        """)
    for id in ["", "a b", "a\u{2003}b"] {
      let bad = Run(lists: ["q": try list([(id, 1)])])
      let error = #expect(throws: RAGError.self) { try bad.writeTREC(to: file) }
      #expect(error?.code == .invalidInput)
      #expect(throws: RAGError.self) { try Run(lists: [id: list([])]).writeTREC(to: file) }
    }
    let nowhere = folder.url.appending(path: "no/run.trec").path
    let error = #expect(throws: RAGError.self) { try run.writeTREC(to: nowhere) }
    #expect(error?.code == .io)
  }

  @Test("give the figures of trec_eval: ranks are not looked at, ties fall to the later id")
  func figures() throws {
    let folder = try Folder([
      "qrels":
        "q1 0 d1 2\nq1 0 d2 0\n\nq1\t0\td3\t1\r\nq1 0 d9 1\nq2 0 d4 1\nq3 0 d1 0\nq4 0 d5 3\n",
      "run": """
      q1 Q0 d1 1 2.0 x
      q1 Q0 d2 9 3.0 x
      q1 Q0 d3 2 2e0 x
      q1\tQ0\td7\t3\t1.0\tx
      q2 Q0 d4 1 1.5 x
      q2 Q0 d5 2 1.5 x
      q3 Q0 d1 1 0.7 x
      """,
    ])
    let qrels = try JudgedSet.trec(qrels: folder.file("qrels")).qrels
    #expect(qrels.grades["q1"] == ["d1": 2, "d2": 0, "d3": 1, "d9": 1])
    let run = try Run(contentsOf: folder.file("run"))
    let names = ["ndcg@3", "recall@3", "p@3", "map", "mrr"]
    let scores = try Scores(
      names.map { try RetrievalMetric($0) }, of: run.lists, judged: qrels.grades)
    // What trec_eval 9 prints with all its digits; it leaves out q4, which has no result.
    let expected = [
      "q1": [0.5209090851403014, 0.6666666666666666, 0.6666666666666666, 0.38888888888888884, 0.5],
      "q2": [0.6309297535714575, 1, 0.3333333333333333, 0.5, 0.5],
      "q3": [0, 0, 0, 0, 0], "q4": [0, 0, 0, 0, 0],
    ]
    #expect(scores.queryIDs == ["q1", "q2", "q3", "q4"])
    for (query, values) in expected {
      for (name, value) in zip(names, values) {
        let found = scores.queries[query]?[name] ?? .nan
        #expect(abs(found - value) < 1e-15, "\(query) \(name) \(found)")
      }
    }
  }

  @Test("are the same after writing and reading")
  func roundTrip() throws {
    let folder = try Folder([:])
    let run = Run(lists: [
      "q1": try list([("a", 0.1), ("b", 1 / 3), ("c", 1e-30)]), "q2": try list([("a", 7)]),
    ])
    try run.writeTREC(to: folder.file("run"))
    #expect(try Run(contentsOf: folder.file("run")) == run)
  }

  @Test("lose the document that asks, where that is wanted")
  func identicalIDs() throws {
    let run = Run(lists: ["a": try list([("b", 1), ("a", 9), ("c", 2)])])
    #expect(run.ignoringIdenticalIDs().lists["a"]?.entries.map(\.documentID) == ["c", "b"])
    let evaluation = Evaluation(
      set: JudgedSet(name: "", documents: [], queries: [], qrels: Qrels(grades: ["a": ["c": 1]])),
      metrics: [try RetrievalMetric("mrr")], ignoresIdenticalIDs: true)
    let report = try evaluation.report(lane: "l", run: run)
    #expect(report.metrics == ["mrr": 1])
    #expect(evaluation.depth == 100)
  }

  @Test("that run against unknown ids say so")
  func runIDs() throws {
    let run = Run(lists: ["q1": try list([("a", 1), ("b", 1)]), "q2": try list([("c", 1)])])
    let qrels = Qrels(grades: ["q1": ["a": 1]])
    let missing = run.missingIDs(qrels: qrels, corpus: ["a"])
    #expect(missing.findings.map(\.kind) == [.runQuery, .runDocument])
    #expect(missing.findings.map(\.examples) == [["q2"], ["b", "c"]])
    #expect(run.missingIDs(qrels: qrels, corpus: nil).findings.map(\.kind) == [.runQuery])
  }

  @Test(
    "name the line of a run that is not right",
    arguments: [
      ("q Q0 d 1 1.0\n", "line 1"), ("q Q0 d 1 1 x\n\nq Q0 d 2 0 x\n", "line 3"),
      ("q Q0 d 1 high x", "line 1"), ("q Q0 d 1 nan x", "line 1"), ("\n", "no result"),
    ])
  func malformedRun(text: String, hint: String) throws {
    let folder = try Folder(["run": text])
    let error = #expect(throws: RAGError.self) { try Run(contentsOf: folder.file("run")) }
    #expect(error?.code == .invalidInput && error?.path == folder.file("run"))
    #expect(error?.message.contains(hint) ?? false, "\(error?.message ?? "")")
  }

  @Test(
    "have topics in three formats",
    arguments: [
      """
      <top>
      <num> Number: 1
      <title> Topic: what is
         first <b
      <desc> Description: of no use
      </top>
      <top><num>2</num><title>zweitens</title></top>
      """,
      "{\"_id\": \"1\", \"text\": \"what is first\"}\n{\"id\": 2, \"text\": \"zweitens\"}",
      "1\twhat is first\r\n\n2\tzweitens\n",
    ])
  func topics(text: String) throws {
    let folder = try Folder(["topics": text, "qrels": "1 0 d 1"])
    let set = try JudgedSet.trec(qrels: folder.file("qrels"), topics: folder.file("topics"))
    #expect(
      set.queries == [.init(id: "1", text: "what is first"), .init(id: "2", text: "zweitens")])
    #expect(set.name == "qrels")
  }

  @Test("number plain lines where asked")
  func plainLines() throws {
    let folder = try Folder(["questions": "what is first\n\nwhat is third\n"])
    let queries = try Topics.load(folder.file("questions"), numbersLines: true)
    #expect(queries.map(\.id) == ["1", "3"])
    #expect(queries.map(\.text) == ["what is first", "what is third"])
  }

  @Test(
    "name what is wrong with topics",
    arguments: [
      ("what is first", "line 1"), ("1\ta\n1\tb", "`1`"), ("<top><num>1<desc>x</top>", "topic 1"),
      ("<top><num>1<title>  </top>", "topic 1"), ("", "no query"), ("<html>", "no query"),
    ])
  func malformedTopics(text: String, hint: String) throws {
    let folder = try Folder(["topics": text])
    let error = #expect(throws: RAGError.self) { try Topics.load(folder.file("topics")) }
    #expect(error?.code == .invalidInput)
    #expect(error?.message.contains(hint) ?? false, "\(error?.message ?? "")")
  }
}
