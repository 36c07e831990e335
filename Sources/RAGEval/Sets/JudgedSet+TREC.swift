import Foundation

extension JudgedSet {
  /// Reads judgments, and topics where there are some, as TREC gives them; an index or runs hold
  /// the documents.
  ///
  /// - Throws: As ``Qrels/init(contentsOf:)`` and ``Topics/load(_:numbersLines:)``.
  public static func trec(qrels: String, topics: String? = nil) throws -> JudgedSet {
    JudgedSet(
      name: URL(fileURLWithPath: qrels).deletingPathExtension().lastPathComponent, documents: [],
      queries: try topics.map { try Topics.load($0) } ?? [], qrels: try Qrels(contentsOf: qrels))
  }
}
