import RAGCore

/// The tokens of several texts end to end: the rows of a forward pass.
package struct TokenRows: Sendable {
  package private(set) var tokens: [Int32] = []
  /// Where each text starts, and where the last one ends.
  package private(set) var starts = [0]
  /// How many tokens at the end of each text are of the second type.
  private var secondTypeCounts: [Int] = []
  /// Whether each text is another window over what the one before is a window over.
  package private(set) var isContinued: [Bool] = []

  package init() {}

  package var textCount: Int { starts.count - 1 }
  package var rowCount: Int { tokens.count }

  package func rows(ofText index: Int) -> Range<Int> { starts[index]..<starts[index + 1] }

  /// The rows of a text whose tokens are of the second type.
  package func secondTypeRows(ofText index: Int) -> Range<Int> {
    (starts[index + 1] - secondTypeCounts[index])..<starts[index + 1]
  }

  /// Adds the text whose tokens `append` appends; at least `secondTypeCount`, the last of which are
  /// of the second type.
  package mutating func appendText(
    secondTypeCount: Int = 0, continues: Bool = false, _ append: (inout [Int32]) -> Void
  ) {
    append(&tokens)
    starts.append(tokens.count)
    secondTypeCounts.append(secondTypeCount)
    isContinued.append(continues)
  }

  mutating func append(_ other: TokenRows) {
    let offset = tokens.count
    tokens += other.tokens
    starts += other.starts.dropFirst().map { offset + $0 }
    secondTypeCounts += other.secondTypeCounts
    isContinued += other.isContinued
  }
}

extension TokenRows {
  /// Cuts texts into tokens, many of them on several threads; `append` adds those of one.
  ///
  /// - Throws: ``RAGError`` `cancelled`.
  static func rows(
    of texts: [String], threadCount: Int,
    _ append: @Sendable @escaping (String, inout TokenRows) -> Void
  ) async throws -> TokenRows {
    @Sendable func rows(of texts: ArraySlice<String>) throws -> TokenRows {
      var rows = TokenRows()
      for text in texts {
        if Task.isCancelled { throw RAGError(.cancelled, "encoding was cancelled") }
        append(text, &rows)
      }
      return rows
    }
    let smallestPart = 8
    let partCount = min(threadCount, texts.count / smallestPart)
    guard partCount > 1 else { return try rows(of: texts[...]) }
    return try await withThrowingTaskGroup(of: (Int, TokenRows).self) { tasks in
      for part in 0..<partCount {
        let range = (texts.count * part / partCount)..<(texts.count * (part + 1) / partCount)
        tasks.addTask { (part, try rows(of: texts[range])) }
      }
      var parts = [TokenRows](repeating: TokenRows(), count: partCount)
      for try await (part, rows) in tasks { parts[part] = rows }
      return parts.dropFirst().reduce(into: parts[0]) { $0.append($1) }
    }
  }
}
