import Foundation
import RAGCore

/// What a system found for each query of a set.
public struct Run: Sendable, Hashable {
  /// The documents found, by query id.
  public var lists: [String: RankedList]

  /// Makes a run; queries may be added later.
  public init(lists: [String: RankedList] = [:]) {
    self.lists = lists
  }

  /// Writes the run as trec_eval reads it: lines of `query Q0 document rank score tag`, queries in
  /// the order of their ids.
  ///
  /// - Throws: ``RAGError`` of code `invalidInput` when an id or the tag is empty or holds white
  ///   space, which the format cannot say; `io` or `diskFull` when the file cannot be written.
  public func writeTREC(to path: String, tag: String = "rag") throws {
    try Self.check(tag)
    var text = ""
    for (queryID, list) in lists.sorted(by: { $0.key < $1.key }) {
      try Self.check(queryID)
      for (index, entry) in list.entries.enumerated() {
        try Self.check(entry.documentID)
        text += "\(queryID) Q0 \(entry.documentID) \(index + 1) \(entry.score) \(tag)\n"
      }
    }
    do {
      try Data(text.utf8).write(to: URL(fileURLWithPath: path), options: .atomic)
    } catch {
      let isFull = (error as? CocoaError)?.code == .fileWriteOutOfSpace
      throw RAGError(
        isFull ? .diskFull : .io, "the run cannot be written", path: path, cause: error)
    }
  }

  private static func check(_ word: String) throws {
    guard !word.isEmpty, !word.unicodeScalars.contains(where: \.properties.isWhitespace) else {
      throw RAGError(
        .invalidInput, "a TREC run cannot hold `\(word)`: ids are words without white space")
    }
  }
}
