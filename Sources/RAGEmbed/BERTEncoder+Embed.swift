public import RAGCore

extension BERTEncoder {
  /// One vector of `dimension` values a text, in the order of the texts.
  ///
  /// Texts over the limit are cut. Cancelling the task is noticed within a layer.
  /// - Throws: ``RAGError`` `cancelled`, `corrupt` where the weights give what is no number, or
  ///   `limitExceeded` where there is not so much memory.
  /// - Complexity: O(tokens · (layers · hidden² + length · hidden)).
  public func embed(_ texts: [String], as role: EmbeddingRole) async throws -> [[Float]] {
    let rows = try await TokenRows.rows(of: texts, threadCount: report.threadCount) { text, rows in
      rows.appendText { self.appendTokens(of: text, as: role, to: &$0) }
    }
    return try await network.vectors(
      of: rows, promptTokenCount: promptTokenCounts[role] ?? 0, threadCount: report.threadCount)
  }
}
