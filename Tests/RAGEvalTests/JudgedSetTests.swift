import Foundation
import RAGCore
import Testing

@testable import RAGEval

@Suite("BEIR folders")
struct JudgedSetTests {
  private static let corpus = """
    {"_id": "d1", "title": "One", "text": "first", "metadata": {"url": "x"}}
    {"_id": "d2", "text": "second"}

    {"_id": 3, "title": "", "text": "drei\\nZeilen"}
    """
  private static let queries = """
    {"id": "q1", "text": "what is first"}
    {"id": "q2", "text": "never judged"}
    {"id": "q3", "text": "what is third"}
    """

  @Test(
    "reads both layouts, with and without a line of names, whatever the line ends",
    arguments: ["qrels.tsv", "qrels/test.tsv"], ["", "query-id\tcorpus-id\tscore\n"])
  func layouts(file: String, names: String) throws {
    for ending in ["\n", "\r\n"] {
      let folder = try Folder(
        [
          "corpus.jsonl": Self.corpus, "queries.jsonl": Self.queries,
          file: names + "q3\t3\t2\nq1\td1\t1\nq1\td2\t0\n",
        ].mapValues { $0.replacingOccurrences(of: "\n", with: ending) })
      let set = try JudgedSet.beir(directory: folder.path)
      #expect(set.name == folder.url.lastPathComponent)
      #expect(
        set.documents == [
          .init(id: "d1", title: "One", text: "first"), .init(id: "d2", text: "second"),
          .init(id: "3", text: "drei\nZeilen"),
        ])
      #expect(set.queries.map(\.id) == ["q1", "q2", "q3"])
      #expect(try set.matched().queries.map(\.id) == ["q1", "q3"])
      #expect(set.qrels.grades == ["q1": ["d1": 1, "d2": 0], "q3": ["3": 2]])
    }
  }

  @Test("tells ids apart whose characters are composed in another way, as trec_eval does")
  func composition() throws {
    let (composed, decomposed) = ("caf\u{E9}", "cafe\u{301}")
    let set = JudgedSet(
      name: "s", documents: [], queries: [.init(id: composed, text: "x")],
      qrels: Qrels(grades: [composed: [composed: 1]]))
    #expect(set.missingIDs(corpus: [composed]).findings.isEmpty)
    #expect(set.missingIDs(corpus: [decomposed]).findings.map(\.kind) == [.judgedDocument])
    let found = try list([(decomposed, 2), (composed, 1)])
    #expect(found.entries.count == 2)
    let reciprocalRank = try RetrievalMetric("mrr")
    #expect(reciprocalRank.value(of: found, judged: [composed: 1]) == 0.5)
    let run = Run(lists: [decomposed: found])
    #expect(run.missingIDs(qrels: set.qrels, corpus: nil).findings.map(\.kind) == [.runQuery])
    #expect(run.ignoringIdenticalIDs().lists[decomposed]?.entries.map(\.score) == [1])
    let twice = try Folder([
      "corpus.jsonl":
        "{\"id\":\"\(composed)\",\"text\":\"\"}\n{\"id\":\"\(decomposed)\",\"text\":\"\"}",
      "queries.jsonl": Self.queries, "qrels.tsv": "q1\td1\t1",
    ])
    let error = #expect(throws: RAGError.self) { try JudgedSet.beir(directory: twice.path) }
    #expect(error?.message.contains("line 2") == true)
  }

  @Test(
    "says what is wrong with a folder, and where",
    arguments: [
      (["qrels.tsv": "q1\td1\t1\nq1\td1\t2"], "line 2", "again"),
      (["qrels.tsv": "q1\td1\t1\nq1 d1 1"], "line 2", "tabs"),
      (["qrels.tsv": "q1\td1\t1.5"], "line 1", "whole number"),
      (["qrels.tsv": "query-id\tcorpus-id\tscore\n"], "no judgment", "holds"),
      (["qrels.tsv": "q1\td1\t1", "queries.jsonl": "{\"id\": \"q1\"}"], "line 1", "`text`"),
      (["qrels.tsv": "q1\td1\t1", "queries.jsonl": "[]"], "line 1", "JSON"),
      (
        [
          "qrels.tsv": "q1\td1\t1",
          "queries.jsonl": "{\"id\":\"q0\",\"text\":\"x\"}\n{\"id\":\"q1\",\"text\":\" \"}",
        ], "line 2", "`q1` is empty"
      ),
      (["qrels.tsv": "q1\td1\t1", "corpus.jsonl": "{\"text\": \"x\"}"], "line 1", "`_id`"),
      (
        [
          "qrels.tsv": "q1\td1\t1",
          "corpus.jsonl": "{\"id\":\"d1\",\"text\":\"\"}\n{\"id\":\"d1\",\"text\":\"\"}",
        ], "line 2", "repeats the id `d1`"
      ),
    ])
  func malformed(files: [String: String], first: String, second: String) throws {
    let folder = try Folder(
      ["corpus.jsonl": Self.corpus, "queries.jsonl": Self.queries].merging(files) { $1 })
    let error = #expect(throws: RAGError.self) { try JudgedSet.beir(directory: folder.path) }
    #expect(error?.code == .invalidInput)
    let message = error?.message ?? ""
    #expect(message.contains(first) && message.contains(second), "\(message)")
    #expect(error?.path?.hasPrefix(folder.path) ?? false)
  }

  @Test(
    "names the file that is missing", arguments: ["corpus.jsonl", "queries.jsonl", "qrels.tsv"])
  func missing(file: String) throws {
    var files = [
      "corpus.jsonl": Self.corpus, "queries.jsonl": Self.queries, "qrels.tsv": "q1\td1\t1",
    ]
    files[file] = nil
    let folder = try Folder(files)
    let error = #expect(throws: RAGError.self) { try JudgedSet.beir(directory: folder.path) }
    #expect(error?.code == .notFound)
    #expect(error?.description.contains(file) ?? false)
  }

  @Test("tell which ids do not match, how many and the first of them")
  func missing() throws {
    let folder = try Folder([
      "corpus.jsonl": Self.corpus, "queries.jsonl": Self.queries,
      "qrels.tsv": "q1\td1\t1\nq1\td7\t1\nq8\td1\t1\nq3\td6\t0\nq3\td5\t0\nq3\td4\t0",
    ])
    let set = try JudgedSet.beir(directory: folder.path)
    let missing = set.missingIDs(corpus: set.documents.map(\.id))
    #expect(missing.findings.map(\.kind) == [.judgedDocument, .judgedQuery, .unjudgedQuery])
    #expect(missing.findings.map(\.count) == [4, 1, 1])
    #expect(missing.findings[0].examples == ["d4", "d5", "d6"])
    let error = #expect(throws: RAGError.self) { try missing.requireNone() }
    #expect(error?.code == .invalidInput)
    for part in ["corpus: 4 (`d4`, `d5`, `d6`, …)", "`q8`", "`q2`", "--allow-missing"] {
      #expect(error?.message.contains(part) ?? false, "\(part)")
    }
    let matched = try set.matched()
    #expect(matched.queries.map(\.id) == ["q1", "q3"])
    #expect(Set(matched.qrels.grades.keys) == ["q1", "q3"])
    #expect(throws: RAGError.self) {
      try JudgedSet(name: "", documents: [], queries: [], qrels: set.qrels).matched()
    }
  }

  @Test("leave out queries that are there for training, and no others")
  func splits() throws {
    let folder = try Folder([
      "corpus.jsonl": Self.corpus, "queries.jsonl": Self.queries, "qrels/test.tsv": "q1\td1\t1",
      "qrels/train.tsv": "query-id\tcorpus-id\tscore\nq3\td1\t1\nq1\td2\t1",
    ])
    let set = try JudgedSet.beir(directory: folder.path)
    #expect(set.queries.map(\.id) == ["q1", "q2"])
    #expect(set.qrels.grades == ["q1": ["d1": 1]])
  }

  @Test("fall into the same two halves everywhere")
  func halves() throws {
    // The vectors of the authors of the hash.
    #expect(QueryPart.hash("") == 0xCBF2_9CE4_8422_2325)
    #expect(QueryPart.hash("a") == 0xAF63_DC4C_8601_EC8C)
    #expect(QueryPart.hash("foobar") == 0x8594_4171_F739_67E8)
    let ids = (0..<1000).map { "q\($0)" }
    #expect(ids.allSatisfy { QueryPart.all.contains($0) })
    #expect(ids.allSatisfy { QueryPart.even.contains($0) != QueryPart.odd.contains($0) })
    #expect((450...550).contains(ids.count { QueryPart.even.contains($0) }))
    let set = JudgedSet(
      name: "s", documents: [], queries: ["a", "foobar"].map { .init(id: $0, text: "x") },
      qrels: Qrels(grades: ["a": ["d": 1]]))
    #expect(QueryPart.even.contains("a"))
    let even = try set.selecting(.even)
    #expect(even.queries.map(\.id) == ["a", "foobar"] && even.qrels == set.qrels)
    let error = #expect(throws: RAGError.self) { try set.selecting(.odd) }
    #expect(error?.message.contains("odd") ?? false)
  }

  static let shared = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .appending(path: "../../../shared/data/ir").standardizedFileURL

  @Test(
    "reads the sets of the shared data folder",
    .enabled(
      if: FileManager.default.fileExists(atPath: shared.path), "the shared data are not here"),
    arguments: [
      ("cranfield", 1), ("claude-docs", 1), ("xquad-en", 1), ("xquad-zh", 1),
    ])
  func sharedSets(name: String, least: Int) throws {
    let set = try JudgedSet.beir(directory: Self.shared.appending(path: name).path)
    #expect(set.name == name)
    #expect(set.documents.count >= least && set.queries.count >= least)
    #expect(set.queries.count == set.qrels.grades.count)
    // A run of the judged documents themselves, by grade, is the best there is.
    let ideal = Run(
      lists: try set.qrels.grades.mapValues { grades in
        try list(grades.filter { $0.value > 0 }.map { ($0.key, Double($0.value)) })
      })
    let answerable = set.qrels.grades.values.filter { $0.values.contains { $0 > 0 } }.count
    let best = Double(answerable) / Double(set.queries.count)
    let scores = try Scores(
      RetrievalMetric.standard, of: ideal.lists, judged: set.qrels.grades)
    for metric in ["ndcg@10", "mrr@10", "recall@100"] {
      #expect(abs((scores.means[metric] ?? 0) - best) < 1e-9, "\(metric)")
    }
    #expect(set.missingIDs(corpus: set.documents.map(\.id)).findings.isEmpty)
  }
}
