import Foundation
import RAGCore

extension Run {
  /// Reads a run as trec_eval does: lines of `query Q0 document rank score tag`. The order is that of
  /// the scores; the ranks are not looked at.
  ///
  /// - Throws: ``RAGError`` of code `notFound`, `io`, or `invalidInput` that names the line.
  public init(contentsOf path: String) throws {
    let file = URL(fileURLWithPath: path)
    self = try Run(trec: TextLines.data(of: file), path: path)
  }

  /// Reads the bytes of a run.
  init(trec data: Data, path: String) throws {
    var scores: [String: [String: Double]] = [:]
    try TextLines.forEach(in: data) { line, number in
      let words = TextLines.words(of: line)
      guard words.count == 6, let score = Double(words[4]), !score.isNaN else {
        throw RAGError(
          .invalidInput, "line \(number) is not `query Q0 document rank score tag`", path: path)
      }
      guard scores[words[0], default: [:]].updateValue(score, forKey: words[2]) == nil else {
        throw RAGError(
          .invalidInput, "line \(number) gives `\(words[2])` for `\(words[0])` again", path: path)
      }
    }
    guard !scores.isEmpty else {
      throw RAGError(.invalidInput, "the file holds no result", path: path)
    }
    self.init(
      lists: try scores.mapValues { scores in
        try RankedList(scores.map { RankedList.Entry(documentID: $0.key, score: $0.value) })
      })
  }

  /// Writes the run as trec_eval reads it, queries in the order of their ids.
  ///
  /// - Throws: ``RAGError`` of code `invalidInput` when an id or the tag is empty or holds white
  ///   space, which the format cannot say; `io` or `diskFull` when the file cannot be written.
  public func writeTREC(to path: String, tag: String = "rag") throws {
    try Self.requireWords([tag])
    var text = ""
    for (queryID, list) in lists.sorted(by: { $0.key < $1.key }) {
      try Self.requireWords([queryID] + list.entries.map(\.documentID))
      for (index, entry) in list.entries.enumerated() {
        text += "\(queryID) Q0 \(entry.documentID) \(index + 1) \(entry.score) \(tag)\n"
      }
    }
    try TextFile.write(text, to: path)
  }

  /// Proves that a run can hold ids.
  ///
  /// - Throws: ``RAGError`` of code `invalidInput` that names one that is empty or holds white space.
  public static func requireWords(_ ids: some Sequence<String>) throws {
    for id in ids
    where id.isEmpty || id.unicodeScalars.contains(where: \.properties.isWhitespace) {
      throw RAGError(
        .invalidInput, "a TREC run cannot hold `\(id)`: ids are words without white space")
    }
  }
}
