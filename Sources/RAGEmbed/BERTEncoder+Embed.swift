public import RAGCore

extension BERTEncoder {
  /// One vector of `dimension` values a text, in the order of the texts.
  ///
  /// Texts over the limit are cut. Cancelling the task is noticed within a layer.
  /// - Throws: ``RAGError`` `cancelled`, `corrupt` where the weights give what is no number, or
  ///   `limitExceeded` where there is not so much memory.
  /// - Complexity: O(tokens · (layers · hidden² + length · hidden)).
  public func embed(_ texts: [String], as role: EmbeddingRole) async throws -> [[Float]] {
    try await network.vectors(
      of: tokenRows(of: texts, as: role), promptTokenCount: promptTokenCounts[role] ?? 0,
      threadCount: report.threadCount)
  }

  /// Cuts texts into tokens, many of them on several threads.
  private func tokenRows(of texts: [String], as role: EmbeddingRole) async throws -> TokenRows {
    let smallestPart = 8
    let partCount = min(report.threadCount, texts.count / smallestPart)
    guard partCount > 1 else { return try tokenRows(of: texts[...], as: role) }
    return try await withThrowingTaskGroup(of: (Int, TokenRows).self) { tasks in
      for part in 0..<partCount {
        let range = (texts.count * part / partCount)..<(texts.count * (part + 1) / partCount)
        tasks.addTask { (part, try self.tokenRows(of: texts[range], as: role)) }
      }
      var parts = [TokenRows](repeating: TokenRows(), count: partCount)
      for try await (part, rows) in tasks { parts[part] = rows }
      return parts.dropFirst().reduce(into: parts[0]) { $0.append($1) }
    }
  }

  private func tokenRows(of texts: ArraySlice<String>, as role: EmbeddingRole) throws -> TokenRows {
    var rows = TokenRows()
    for text in texts {
      if Task.isCancelled { throw RAGError(.cancelled, "embedding was cancelled") }
      rows.appendText { appendTokens(of: text, as: role, to: &$0) }
    }
    return rows
  }
}
