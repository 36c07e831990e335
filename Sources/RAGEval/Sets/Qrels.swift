import Foundation
import RAGCore

/// Relevance judgments: how well documents answer queries.
public struct Qrels: Sendable, Hashable {
  /// The grade of each judged document, by query and document id. A grade of 1 or more is
  /// relevant; a document without one counts as not relevant.
  public var grades: [String: [String: Int]]

  /// Makes judgments.
  public init(grades: [String: [String: Int]]) {
    self.grades = grades
  }

  /// Reads a file with lines of query, document and grade, tabs between them; a first line of names
  /// is skipped.
  ///
  /// - Throws: ``RAGError`` of code `notFound`, `io`, or `invalidInput` that names the line.
  public init(contentsOf path: String) throws {
    grades = [:]
    var isFirst = true
    try JSONLines.forEachLine(of: URL(fileURLWithPath: path)) { line, number in
      defer { isFirst = false }
      let fields = String(decoding: line, as: UTF8.self)
        .split(separator: "\t", omittingEmptySubsequences: false)
        .map { $0.trimmingCharacters(in: .whitespaces) }
      guard fields.count == 3, let grade = Int(fields[2]) else {
        if isFirst, fields.count == 3, Double(fields[2]) == nil { return }
        throw RAGError(
          .invalidInput,
          "line \(number) is not a query, a document and a whole number with tabs between them",
          path: path)
      }
      guard grades[fields[0], default: [:]].updateValue(grade, forKey: fields[1]) == nil else {
        throw RAGError(
          .invalidInput, "line \(number) judges `\(fields[1])` for `\(fields[0])` again",
          path: path)
      }
    }
    guard !grades.isEmpty else {
      throw RAGError(.invalidInput, "the file holds no judgment", path: path)
    }
  }

  /// Holds the ids against those of a set: a judgment of what does not exist would lower every
  /// score in silence.
  func check(queries: Set<String>, documents: Set<String>, path: String) throws {
    let lostQueries = grades.keys.filter { !queries.contains($0) }
    if let first = lostQueries.min() {
      throw RAGError(
        .invalidInput,
        "\(lostQueries.count) judged queries are not in queries.jsonl, `\(first)` for one",
        path: path)
    }
    let lostDocuments = Set(grades.values.flatMap(\.keys)).subtracting(documents)
    if let first = lostDocuments.min() {
      throw RAGError(
        .invalidInput,
        "\(lostDocuments.count) judged documents are not in corpus.jsonl, `\(first)` for one",
        path: path)
    }
  }
}
