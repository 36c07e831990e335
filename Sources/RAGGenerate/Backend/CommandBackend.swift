public import RAGCore

/// A model backend that runs a command: prompt on standard input, answer on standard output.
///
/// The command line is split into words as a shell does, once, and never run by a shell. The
/// process and its children are killed when the answer is too long or takes too long, and when
/// the iteration or its task ends.
public struct CommandBackend: ModelBackend {
  /// The name of the command, without its directory and arguments.
  public let name: String
  /// The most tokens that prompt and answer may have together.
  public let contextTokenCount: Int
  /// Counts tokens as the model does, or from above.
  public let tokenCounter: any TokenCounter

  private let command: Subprocess

  /// Makes a backend of a command line (`llama-cli -m model.gguf --no-display-prompt -f /dev/stdin`).
  ///
  /// ``Limits/answerByteCount`` and ``Limits/commandDuration`` bound the command.
  /// - Throws: ``RAGError`` of code `invalidInput` when the command line does not split.
  public init(
    _ commandLine: String, contextTokenCount: Int = 8192,
    tokenCounter: any TokenCounter = EstimatedTokenCounter(), limits: Limits = Limits()
  ) throws {
    let words = try CommandLineArguments(parsing: commandLine).words
    self.name = words[0].split(separator: "/").last.map(String.init) ?? words[0]
    self.contextTokenCount = contextTokenCount
    self.tokenCounter = tokenCounter
    self.command = Subprocess(
      words, outputByteCount: limits.answerByteCount, outputLimitName: "answerByteCount",
      duration: limits.commandDuration, failureCode: .backend)
  }

  /// What the command reads: the rules, a blank line, the sources and the question.
  public static func input(for prompt: ModelPrompt) -> String {
    prompt.system + "\n\n" + prompt.user
  }

  /// The answer as the command writes it; bytes that are not UTF-8 become U+FFFD.
  ///
  /// The stream throws ``RAGError``: `notFound` when there is no such command, `backend` when it
  /// fails, with the last line of its standard error, `limitExceeded`.
  public func generate(_ prompt: ModelPrompt) -> AsyncThrowingStream<String, any Error> {
    AsyncThrowingStream { continuation in
      let task = Task {
        do {
          var decoder = UTF8Pieces()
          for try await piece in command.stream(stdin: Array(Self.input(for: prompt).utf8)) {
            let text = decoder.decode(piece)
            if !text.isEmpty { continuation.yield(text) }
          }
          let rest = decoder.finish()
          if !rest.isEmpty { continuation.yield(rest) }
          continuation.finish()
        } catch {
          // Whoever cancels reads no more: that ends the answer without an error.
          continuation.finish(throwing: Task.isCancelled ? nil : error)
        }
      }
      continuation.onTermination = { _ in task.cancel() }
    }
  }
}
