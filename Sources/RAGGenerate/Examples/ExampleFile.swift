import Foundation
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
    let file = try TextFile(path, limits: limits)
    let decoder = JSONDecoder()
    var examples: [PromptExample] = []
    let lines = file.data.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    for (number, line) in zip(1..., lines) where !line.allSatisfy(isBlank) {
      do {
        let example = try decoder.decode(PromptExample.self, from: line)
        for (name, text) in [("question", example.question), ("answer", example.answer)]
        where text.allSatisfy(\.isWhitespace) {
          throw RAGError(.invalidInput, "`\(name)` is empty")
        }
        examples.append(example)
      } catch {
        throw file.failure(error, line: number)
      }
      guard examples.count <= exampleCount else {
        throw file.failure(
          RAGError(.limitExceeded, "the file has more than \(exampleCount) examples; keep the best")
        )
      }
    }
    return examples
  }

  private static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D ~= byte) }
}
