import Foundation
import RAGCore

/// One line of `corpus.jsonl` or `queries.jsonl`.
struct JSONRecord: Decodable {
  var id: String
  var title: String?
  var text: String

  private enum CodingKeys: String, CodingKey {
    case id, title, text
    case underscoredID = "_id"
  }

  init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    let key: CodingKeys = container.contains(.underscoredID) ? .underscoredID : .id
    if let number = try? container.decode(Int.self, forKey: key) {
      id = String(number)
    } else {
      id = try container.decode(String.self, forKey: key)
    }
    title = try container.decodeIfPresent(String.self, forKey: .title)
    text = try container.decode(String.self, forKey: .text)
  }

  /// The queries of a file, each id once.
  static func queries(in file: URL) throws -> [JudgedSet.Query] {
    try all(in: file) { record, number in
      guard record.text.allSatisfy(\.isWhitespace) else { return }
      throw RAGError(
        .invalidInput,
        "line \(number): the text of the query `\(record.id)` is empty; give it words, or take it "
          + "out together with its judgments", path: file.path)
    }.map { JudgedSet.Query(id: $0.id, text: $0.text) }
  }

  /// The records of a file, each id once.
  static func all(
    in file: URL, check: (JSONRecord, _ line: Int) throws -> Void = { _, _ in }
  ) throws -> [JSONRecord] {
    let decoder = JSONDecoder()
    var seen = Set<String>()
    var records: [JSONRecord] = []
    try TextLines.forEach(of: file) { line, number in
      let record: JSONRecord
      do {
        record = try decoder.decode(JSONRecord.self, from: line)
      } catch {
        throw RAGError(
          .invalidInput,
          "line \(number) is not a JSON object with `_id` or `id`, and `text`", path: file.path)
      }
      guard seen.insert(record.id).inserted else {
        throw RAGError(
          .invalidInput, "line \(number) repeats the id `\(record.id)`", path: file.path)
      }
      try check(record, number)
      records.append(record)
    }
    return records
  }
}
