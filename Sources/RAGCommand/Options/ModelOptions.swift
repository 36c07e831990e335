import ArgumentParser
import RAG

/// Which language model writes the answer.
struct ModelOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      """
      Have a command write the answer: it reads the prompt from standard input and writes to \
      standard output (default: RAG_MODEL_COMMAND; without one the answer is made of sentences \
      of the documents).
      """, valueName: "command"))
  var modelCommand: String?

  @Option(
    help: ArgumentHelp(
      "The tokens that prompt and answer of the model may have together.", valueName: "n"))
  var contextTokens = 8192

  func validate() throws {
    guard contextTokens > 0 else { throw ValidationError("--context-tokens takes 1 or more") }
  }

  /// The command as a model; nil when none is named.
  func backend() throws -> CommandBackend? {
    guard let command = try modelCommand ?? Setting.modelCommand.value() else { return nil }
    return try CommandBackend(command, contextTokenCount: contextTokens)
  }
}
