public import RAGCore

/// Reads examples from a JSONL file: one object a line with `question`, `answer` and, where it
/// helps to show them, the texts of `sources`.
public enum ExampleFile {
  /// More examples than this are no few-shot examples.
  private static let exampleCount = 10_000

  /// The examples of a file, in its order.
  /// - Throws: ``RAGError``: `notFound`, `io`, `limitExceeded`, or `invalidInput` with the line that
  ///   is no example.
  public static func read(_ path: String, limits: Limits = Limits()) throws -> [PromptExample] {
    try TextFile(path, limits: limits).lines(of: PromptExample.self, atMost: exampleCount) {
      example in
      for (name, text) in [("question", example.question), ("answer", example.answer)]
      where text.allSatisfy(\.isWhitespace) {
        throw RAGError(.invalidInput, "`\(name)` is empty")
      }
    }
  }
}
