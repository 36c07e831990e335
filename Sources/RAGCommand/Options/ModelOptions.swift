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
      """
      The language model: a service at a URL, such as http://localhost:8080/v1 of llama.cpp \
      (default: RAG_MODEL_URL). A key is taken from RAG_MODEL_KEY, or from --model-key-file.
      """, valueName: "url"))
  var modelUrl: String?

  @Option(
    name: .customLong("model"),
    help: ArgumentHelp("The model's name at that service (default: RAG_MODEL).", valueName: "name"))
  var modelName: String?

  @Option(
    help: ArgumentHelp(
      "What the service speaks: openai, ollama or anthropic (default: RAG_MODEL_API, or openai)."))
  var modelApi: ModelAPI?

  @Option(
    help: ArgumentHelp(
      "A file with the key, which nobody else may read (default: RAG_MODEL_KEY_FILE).",
      valueName: "file"))
  var modelKeyFile: String?

  @Option(
    help: ArgumentHelp(
      """
      The model's tokenizer.json, or the directory that holds it, to count the tokens of prompts \
      exactly (default: RAG_TOKENIZER). Without it they are estimated from above, and counted by \
      the service, if it can, where something would find no room.
      """, valueName: "path"))
  var tokenizer: String?

  @Option(
    help: ArgumentHelp(
      "The tokens that prompt and answer of the model may have together.", valueName: "n"))
  var contextTokens = 8192

  @Option(
    help: ArgumentHelp(
      """
      The tokens of these that are kept for the answer (default: 1024). A service is told to end \
      an answer there where this is given.
      """, valueName: "n"))
  var answerTokens: Int?

  @Option(
    help: ArgumentHelp(
      "The most seconds that one answer of the model may take.", valueName: "seconds"))
  var modelTimeout = 120.0

  func validate() throws {
    guard answerTokens ?? 1 > 0 else { throw ValidationError("--answer-tokens takes 1 or more") }
    guard contextTokens > 0 else { throw ValidationError("--context-tokens takes 1 or more") }
    guard modelTimeout > 0, modelTimeout <= 86_400 else {
      throw ValidationError("--model-timeout takes more than 0 and at most 86400 seconds")
    }
    guard modelCommand == nil || modelUrl == nil else {
      throw ValidationError("Choose one of --model-command and --model-url")
    }
  }

  /// Tokens of the context kept free for the answer.
  var reservedAnswerTokens: Int { answerTokens ?? 1_024 }

  /// Whether a flag names a model.
  var isNamed: Bool { modelCommand != nil || modelUrl != nil }

  /// The model; nil when none is named. A flag wins over every setting.
  func backend(limits: Limits = Limits()) throws -> (any ModelBackend)? {
    var limits = limits
    limits.commandDuration = .seconds(modelTimeout)
    if let modelCommand { return try command(modelCommand, limits) }
    if let modelUrl { return try service(modelUrl, limits) }
    if let command = try Setting.modelCommand.value() { return try self.command(command, limits) }
    return try Setting.modelURL.value().map { try service($0, limits) }
  }

  /// Counts tokens as the model does where its tokenizer is named, else from above.
  func tokenCounter() throws -> any TokenCounter {
    guard let path = try tokenizer ?? Setting.tokenizer.value() else {
      return EstimatedTokenCounter()
    }
    return try ModelTokenCounter(path: path)
  }

  private func command(_ command: String, _ limits: Limits) throws -> any ModelBackend {
    try CommandBackend(
      command, contextTokenCount: contextTokens, tokenCounter: tokenCounter(), limits: limits)
  }
}

/// What a service speaks.
enum ModelAPI: String, CaseIterable, ExpressibleByArgument {
  case openai
  case ollama
  case anthropic
}
