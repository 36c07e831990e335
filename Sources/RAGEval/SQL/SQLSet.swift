import Foundation
import RAGCore

/// Questions to a database with the queries that answer them, and queries that fail.
public struct SQLSet: Sendable {
  /// A question, with queries that are right.
  public struct Question: Sendable, Decodable {
    /// Its id.
    public var id: String
    /// What is asked.
    public var question: String
    /// The queries; what any of them gives is right.
    public var sql: [String]
    /// Whether the order of rows counts.
    public var ordered: Bool
  }

  /// A query that fails, with the one that was meant.
  public struct BrokenQuery: Sendable, Decodable {
    /// Its id.
    public var id: String
    /// What is asked.
    public var question: String
    /// How the query is broken.
    public var kind: String
    /// The query that fails.
    public var sql: String
    /// The query that was meant.
    public var gold: String
  }

  /// The name of the directory.
  public let name: String
  /// The file of the database.
  public let database: String
  /// The questions, in the order of their file.
  public let questions: [Question]
  /// The queries that fail; may be none.
  public let brokenQueries: [BrokenQuery]

  /// Reads a directory with one database (`*.sqlite`), `questions.jsonl` and, if it is there,
  /// `broken.jsonl`.
  ///
  /// - Throws: ``RAGError`` of code `notFound`, `io` or `invalidInput`.
  public init(directory: String) throws {
    let folder = URL(filePath: directory, directoryHint: .isDirectory)
    let files: [String]
    do {
      files = try FileManager.default.contentsOfDirectory(atPath: directory)
    } catch {
      throw RAGError(.notFound, "the directory cannot be read", path: directory)
    }
    let databases = files.filter { $0.hasSuffix(".sqlite") }.sorted()
    guard let database = databases.first, databases.count == 1 else {
      throw RAGError(
        .invalidInput,
        "a set has one database, NAME.sqlite, beside questions.jsonl; here are \(databases.count)",
        path: directory)
    }
    name = folder.standardizedFileURL.lastPathComponent
    self.database = folder.appending(path: database).path(percentEncoded: false)
    questions = try Self.records(
      in: folder.appending(path: "questions.jsonl"), fields: "id, question, sql (a list), ordered"
    ) { (question: Question) in question.sql.isEmpty ? nil : question.id }
    brokenQueries =
      files.contains("broken.jsonl")
      ? try Self.records(
        in: folder.appending(path: "broken.jsonl"), fields: "id, question, kind, sql, gold"
      ) { (query: BrokenQuery) in query.id } : []
    guard !questions.isEmpty else {
      throw RAGError(
        .invalidInput, "there is no question", path: folder.path + "/questions.jsonl")
    }
  }

  /// The records of a file, each id once; `id` is nil for a record that says too little.
  private static func records<Record: Decodable>(
    in file: URL, fields: String, id: (Record) -> String?
  ) throws -> [Record] {
    let decoder = JSONDecoder()
    var seen: Set<String> = []
    var records: [Record] = []
    try TextLines.forEach(of: file) { line, number in
      guard let record = try? decoder.decode(Record.self, from: line), let id = id(record) else {
        throw RAGError(
          .invalidInput, "line \(number) is not a JSON object with \(fields)", path: file.path)
      }
      guard seen.insert(id).inserted else {
        throw RAGError(.invalidInput, "line \(number) repeats the id `\(id)`", path: file.path)
      }
      records.append(record)
    }
    return records
  }
}
