import RAGCore

/// A retrieval test set: queries, which documents answer them, and the documents themselves where
/// the set brings them.
public struct JudgedSet: Sendable {
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

  /// The name of the folder, or of the file of judgments.
  public var name: String
  /// The corpus, in the order of its file; empty where an index holds it.
  public var documents: [Document]
  /// The queries, in the order of their file; empty where only runs are measured.
  public var queries: [Query]
  /// Which documents answer which query.
  public var qrels: Qrels

  /// Makes a set of its parts.
  public init(name: String, documents: [Document], queries: [Query], qrels: Qrels) {
    self.name = name
    self.documents = documents
    self.queries = queries
    self.qrels = qrels
  }

  /// The set with the queries of one part only.
  ///
  /// - Throws: ``RAGError`` of code `invalidInput` when no judged query is in that part.
  public func selecting(_ part: QueryPart) throws -> JudgedSet {
    var set = self
    set.queries = queries.filter { part.contains($0.id) }
    set.qrels.grades = qrels.grades.filter { part.contains($0.key) }
    guard !set.qrels.grades.isEmpty else {
      throw RAGError(
        .invalidInput, "the \(part.rawValue) part of the queries of \(name) has no judgments")
    }
    return set
  }

  /// The ids that one file of the set names and another lacks; `corpus` holds the ids of the
  /// documents that can be found.
  public func missingIDs(corpus: [String]) -> MissingIDs {
    var missing = MissingIDs()
    let asked = queries.map(\.id)
    missing.add(.judgedDocument, qrels.grades.values.flatMap(\.keys), notIn: corpus)
    missing.add(.judgedQuery, qrels.grades.keys, notIn: asked)
    missing.add(.unjudgedQuery, asked, notIn: qrels.grades.keys)
    return missing
  }

  /// The set without queries that have no judgments, and without judgments of queries that it
  /// does not have.
  ///
  /// - Throws: ``RAGError`` of code `invalidInput` when nothing is left.
  public func matched() throws -> JudgedSet {
    var set = self
    let asked = Set(queries.map(\.id))
    set.queries = queries.filter { qrels.grades[$0.id] != nil }
    set.qrels.grades = qrels.grades.filter { asked.contains($0.key) }
    guard !set.queries.isEmpty else {
      throw RAGError(.invalidInput, "no query of \(name) has judgments; do the ids match?")
    }
    return set
  }
}
