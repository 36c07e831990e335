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

  /// Reads a file of judgments: BEIR's lines of query, document and grade with tabs between them,
  /// after a line of names or not; or TREC's of query, iteration (ignored), document and grade.
  ///
  /// - Throws: ``RAGError`` of code `notFound`, `io`, or `invalidInput` that names the line.
  public init(contentsOf path: String) throws {
    grades = [:]
    var isFirst = true
    try TextLines.forEach(of: URL(fileURLWithPath: path)) { line, number in
      defer { isFirst = false }
      guard let (query, document, gradeText) = Self.judgment(line) else {
        throw Self.malformed(number, path)
      }
      guard let grade = Int(gradeText) else {
        if isFirst, Double(gradeText) == nil { return }
        throw Self.malformed(number, path)
      }
      guard grades[query, default: [:]].updateValue(grade, forKey: document) == nil else {
        throw RAGError(
          .invalidInput, "line \(number) judges `\(document)` for `\(query)` again", path: path)
      }
    }
    guard !grades.isEmpty else {
      throw RAGError(.invalidInput, "the file holds no judgment", path: path)
    }
  }

  private static func judgment(
    _ line: Data
  ) -> (query: String, document: String, grade: String)? {
    let fields = TextLines.fields(of: line)
    if fields.count == 3 { return (fields[0], fields[1], fields[2]) }
    let words = TextLines.words(of: line)
    return words.count == 4 ? (words[0], words[2], words[3]) : nil
  }

  private static func malformed(_ number: Int, _ path: String) -> RAGError {
    RAGError(
      .invalidInput,
      "line \(number) is neither a query, a document and a whole number with tabs between them, "
        + "nor TREC's query, iteration, document and whole number", path: path)
  }
}
