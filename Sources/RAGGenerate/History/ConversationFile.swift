public import RAGCore

/// Reads a conversation from a JSONL file: one turn a line, the oldest first, with `role` (`user` or
/// `assistant`) and `text`.
public enum ConversationFile {
  private static let turnCount = 10_000

  /// The turns of a file.
  /// - Throws: ``RAGError``: `notFound`, `io`, `limitExceeded`, or `invalidInput` with the line that
  ///   is no turn.
  public static func read(_ path: String, limits: Limits = Limits()) throws -> [ConversationTurn] {
    try TextFile(path, limits: limits).lines(of: ConversationTurn.self, atMost: turnCount) { _ in }
  }
}
