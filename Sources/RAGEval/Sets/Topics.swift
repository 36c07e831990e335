import Foundation
import RAGCore

/// Reads queries.
public enum Topics {
  /// Reads a file of queries: TREC topics (`<top>` with `<num>` and `<title>`), JSON lines with
  /// `_id` or `id`, and `text`, or lines of an id, a tab and a text. With `numbersLines`, a line
  /// without a tab is a query too, and its number the id.
  ///
  /// - Throws: ``RAGError`` of code `notFound`, `io`, or `invalidInput` that names the place.
  public static func load(
    _ path: String, numbersLines: Bool = false
  ) throws -> [JudgedSet.Query] {
    let file = URL(fileURLWithPath: path)
    let data = try TextLines.data(of: file)
    let start = data.first { $0 != 0x20 && $0 != 0x0A && $0 != 0x0D && $0 != 0x09 }
    let queries =
      switch start {
      case UInt8(ascii: "{"):
        try JSONRecord.queries(in: file)
      case UInt8(ascii: "<"): try tagged(String(decoding: data, as: UTF8.self), path)
      default: try lines(data, numbersLines, path)
      }
    guard !queries.isEmpty else {
      throw RAGError(.invalidInput, "the file holds no query", path: path)
    }
    var seen = Set<String>()
    if let twice = queries.first(where: { !seen.insert($0.id).inserted }) {
      throw RAGError(.invalidInput, "the query `\(twice.id)` is there twice", path: path)
    }
    return queries
  }

  private static func lines(
    _ data: Data, _ numbersLines: Bool, _ path: String
  ) throws -> [JudgedSet.Query] {
    var queries: [JudgedSet.Query] = []
    try TextLines.forEach(in: data) { line, number in
      let text = String(decoding: line, as: UTF8.self)
      let parts = text.split(separator: "\t", maxSplits: 1).map {
        $0.trimmingCharacters(in: .whitespaces)
      }
      if parts.count == 2 {
        queries.append(JudgedSet.Query(id: parts[0], text: parts[1]))
      } else if numbersLines {
        queries.append(
          JudgedSet.Query(id: "\(number)", text: text.trimmingCharacters(in: .whitespaces)))
      } else {
        throw RAGError(
          .invalidInput, "line \(number) is not an id, a tab and a query", path: path)
      }
    }
    return queries
  }

  private static func tagged(_ text: String, _ path: String) throws -> [JudgedSet.Query] {
    try text.components(separatedBy: "<top>").dropFirst().enumerated().map { index, topic in
      guard let id = content(of: "num", label: "Number:", in: topic), !id.isEmpty,
        let title = content(of: "title", label: "Topic:", in: topic), !title.isEmpty
      else {
        throw RAGError(
          .invalidInput, "topic \(index + 1) has no <num> or no <title> with a text", path: path)
      }
      return JudgedSet.Query(id: id, text: title)
    }
  }

  /// What follows a tag up to the next one, on one line, without the label that old topics have.
  private static func content(of tag: String, label: String, in topic: String) -> String? {
    guard let start = topic.range(of: "<\(tag)>") else { return nil }
    let text = topic[start.upperBound...].prefix { $0 != "<" }
      .split(whereSeparator: \.isWhitespace).joined(separator: " ")
    return text.hasPrefix(label)
      ? text.dropFirst(label.count).trimmingCharacters(in: .whitespaces) : text
  }
}
