import Foundation
import RAGCore
import RAGEval
import Testing

@Suite("BEIR folders and TREC runs")
struct BEIRSetTests {
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
      let set = try BEIRSet.load(directory: folder.path)
      #expect(set.name == folder.url.lastPathComponent)
      #expect(
        set.documents == [
          .init(id: "d1", title: "One", text: "first"), .init(id: "d2", text: "second"),
          .init(id: "3", text: "drei\nZeilen"),
        ])
      #expect(set.queries.map(\.id) == ["q1", "q3"])
      #expect(set.qrels.grades == ["q1": ["d1": 1, "d2": 0], "q3": ["3": 2]])
    }
  }

  @Test(
    "says what is wrong with a folder, and where",
    arguments: [
      (["qrels.tsv": "q1\td1\t1\nq9\td1\t1\nq8\td1\t1"], "2 judged queries", "`q8`"),
      (["qrels.tsv": "q1\td1\t1\nq1\td7\t1"], "1 judged documents", "`d7`"),
      (["qrels.tsv": "q1\td1\t1\nq1\td1\t2"], "line 2", "again"),
      (["qrels.tsv": "q1\td1\t1\nq1 d1 1"], "line 2", "tabs"),
      (["qrels.tsv": "q1\td1\t1.5"], "line 1", "whole number"),
      (["qrels.tsv": "query-id\tcorpus-id\tscore\n"], "no judgment", "holds"),
      (["qrels.tsv": "q1\td1\t1", "queries.jsonl": "{\"id\": \"q1\"}"], "line 1", "`text`"),
      (["qrels.tsv": "q1\td1\t1", "queries.jsonl": "[]"], "line 1", "JSON"),
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
    let error = #expect(throws: RAGError.self) { try BEIRSet.load(directory: folder.path) }
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
    let error = #expect(throws: RAGError.self) { try BEIRSet.load(directory: folder.path) }
    #expect(error?.code == .notFound)
    #expect(error?.description.contains(file) ?? false)
  }

  @Test("writes runs as trec_eval reads them")
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
    let set = try BEIRSet.load(directory: Self.shared.appending(path: name).path)
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
    let metrics = try RetrievalMetrics.evaluate(run: ideal, qrels: set.qrels)
    #expect(abs(metrics.means.ndcgAt10 - best) < 1e-9)
    #expect(abs(metrics.means.mrrAt10 - best) < 1e-9)
    #expect(abs(metrics.means.recallAt100 - best) < 1e-9)
  }
}

/// A folder of text files that is removed with its last reference.
private final class Folder {
  let url: URL
  var path: String { url.path }

  init(_ files: [String: String]) throws {
    url = FileManager.default.temporaryDirectory.appending(path: "rag-eval-\(UUID())")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    for (name, text) in files {
      let file = url.appending(path: name)
      try FileManager.default.createDirectory(
        at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
      try Data(text.utf8).write(to: file)
    }
  }

  deinit { try? FileManager.default.removeItem(at: url) }
}
