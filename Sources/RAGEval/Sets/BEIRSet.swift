import Foundation
import RAGCore

/// A retrieval test set in the folder layout of BEIR (Thakur et al. 2021, arXiv:2104.08663):
/// documents, queries, and which documents answer which query.
public struct BEIRSet: Sendable {
  /// A document of the corpus.
  public struct Document: Sendable, Hashable {
    /// The id that judgments use.
    public var id: String
    /// The title, empty where the corpus has none.
    public var title: String
    /// The text, without the title.
    public var text: String

    /// Makes a document.
    public init(id: String, title: String = "", text: String) {
      self.id = id
      self.title = title
      self.text = text
    }
  }

  /// A query.
  public struct Query: Sendable, Hashable {
    /// The id that judgments use.
    public var id: String
    /// The words of the query.
    public var text: String

    /// Makes a query.
    public init(id: String, text: String) {
      self.id = id
      self.text = text
    }
  }

  /// The name of the folder.
  public var name: String
  /// The corpus, in the order of its file.
  public var documents: [Document]
  /// The queries that have judgments, in the order of their file.
  public var queries: [Query]
  /// Which documents answer which query.
  public var qrels: Qrels

  /// Reads a folder: `corpus.jsonl` and `queries.jsonl` (one object a line with `_id` or `id`,
  /// `text`, and for documents `title`), and `qrels.tsv` or `qrels/test.tsv` (query, document and
  /// grade with tabs between them; a first line of names is skipped).
  ///
  /// - Throws: ``RAGError`` of code `notFound` when a file is missing, `io` when it cannot be read,
  ///   `invalidInput` that names file and line when it is malformed, holds an id twice, or judges
  ///   a query or a document that does not exist.
  public static func load(directory: String) throws -> BEIRSet {
    let folder = URL(fileURLWithPath: directory, isDirectory: true)
    let documents = try JSONLines.records(folder.appending(path: "corpus.jsonl")).map {
      Document(id: $0.id, title: $0.title ?? "", text: $0.text)
    }
    let queries = try JSONLines.records(folder.appending(path: "queries.jsonl")).map {
      Query(id: $0.id, text: $0.text)
    }
    let candidates = ["qrels.tsv", "qrels/test.tsv"].map { folder.appending(path: $0) }
    guard let file = candidates.first(where: { FileManager.default.fileExists(atPath: $0.path) })
    else {
      throw RAGError(
        .notFound, "the set has no judgments: neither qrels.tsv nor qrels/test.tsv is there",
        path: directory)
    }
    let qrels = try Qrels(contentsOf: file.path)
    try qrels.check(
      queries: Set(queries.map(\.id)), documents: Set(documents.map(\.id)), path: file.path)
    return BEIRSet(
      name: folder.standardizedFileURL.lastPathComponent, documents: documents,
      queries: queries.filter { qrels.grades[$0.id] != nil }, qrels: qrels)
  }

  /// Makes a set of its parts.
  public init(name: String, documents: [Document], queries: [Query], qrels: Qrels) {
    self.name = name
    self.documents = documents
    self.queries = queries
    self.qrels = qrels
  }
}
