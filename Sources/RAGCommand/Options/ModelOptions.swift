import ArgumentParser
import RAG

/// Which language model is asked.
struct ModelOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      """
      The language model: a command that reads a prompt from standard input and writes its \
      answer to standard output, such as 'ollama run llama3.2' (default: RAG_MODEL_COMMAND).
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
  func backend(limits: Limits = Limits()) throws -> CommandBackend? {
    guard let command = try modelCommand ?? Setting.modelCommand.value() else { return nil }
    return try CommandBackend(command, contextTokenCount: contextTokens, limits: limits)
  }
}
