import Foundation
import RAGCore

extension JudgedSet {
  /// Reads a folder in the layout of BEIR (Thakur et al. 2021, arXiv:2104.08663): `corpus.jsonl` and
  /// `queries.jsonl` (one object a line with `_id` or `id`, `text`, and for documents `title`), and
  /// `qrels.tsv` or `qrels/test.tsv`.
  ///
  /// Queries that only another file of `qrels` judges, as those for training, are left out.
  /// - Throws: ``RAGError`` of code `notFound` when a file is missing, `io` when it cannot be read,
  ///   `invalidInput` that names file and line when it is malformed or holds an id twice.
  public static func beir(directory: String) throws -> JudgedSet {
    let folder = URL(fileURLWithPath: directory, isDirectory: true)
    let documents = try JSONRecord.all(in: folder.appending(path: "corpus.jsonl")).map {
      Document(id: $0.id, title: $0.title ?? "", text: $0.text)
    }
    let queries = try JSONRecord.queries(in: folder.appending(path: "queries.jsonl"))
    let qrels = try judgments(in: folder)
    return JudgedSet(
      name: folder.standardizedFileURL.lastPathComponent, documents: documents,
      queries: queries.filter { !qrels.elsewhere.contains($0.id) }, qrels: qrels.test)
  }

  /// The judgments to measure with, and the queries that only other files of the folder judge.
  private static func judgments(in folder: URL) throws -> (test: Qrels, elsewhere: Set<String>) {
    let flat = folder.appending(path: "qrels.tsv")
    if FileManager.default.fileExists(atPath: flat.path) {
      return (try Qrels(contentsOf: flat.path), [])
    }
    let splits = folder.appending(path: "qrels")
    let test = splits.appending(path: "test.tsv")
    guard FileManager.default.fileExists(atPath: test.path) else {
      throw RAGError(
        .notFound, "the set has no judgments: neither qrels.tsv nor qrels/test.tsv is there",
        path: folder.path)
    }
    let qrels = try Qrels(contentsOf: test.path)
    var elsewhere = Set<String>()
    for name in ["train.tsv", "dev.tsv"] {
      let file = splits.appending(path: name)
      guard FileManager.default.fileExists(atPath: file.path) else { continue }
      elsewhere.formUnion(try Qrels(contentsOf: file.path).grades.keys)
    }
    return (qrels, elsewhere.subtracting(qrels.grades.keys))
  }
}
