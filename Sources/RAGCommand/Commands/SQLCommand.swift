import ArgumentParser
import RAG
import RAGSQL

/// `rag sql`
struct SQLCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sql",
    abstract: "Answer a question from an SQLite database, with a query that a model writes.",
    discussion: """
      A language model writes the query, from the question and the part of the schema that it \
      needs. The query is run; what is wrong with one that fails is told to the model, with the \
      names that it may have meant, and it tries again. Rows go to standard output, the query \
      itself to standard error.

      The database is only read: a query may do nothing but read its tables, within limits of \
      time, rows and bytes. The model sees names of tables and columns and a few values of each \
      column; with --samples 0 it sees no values. Of a schema too wide for the prompt it sees what \
      has to do with the question, which an embedding model (--encoder) helps to find; less of it \
      where what was wrong with a query needs the room. The rules are in English, or in Chinese \
      for a question in Chinese. That a query runs does not make it right: read it where much \
      depends on the answer.

      CSV has the values as they are: a text that begins with =, +, - or @ is a formula to a \
      spreadsheet, so import the columns as text where the database is not yours.

      Ends with status 1 when the query ran and gave no rows, and with 2 when the model wrote \
      none that runs. With --json the output is one object: question, query, columns, rows, \
      truncated, end, and attempts, each with its query and the problem with it. Query, columns, \
      rows and truncated are left out when no query ran. Blobs are texts of hexadecimal digits, in \
      CSV too, and infinities the texts Inf and -Inf.

      EXAMPLES:
        rag sql --db shop.sqlite --model-command 'ollama run llama3.2' "which customers spent most?"
        export RAG_MODEL_COMMAND='llama-cli -m qwen.gguf --no-display-prompt -f /dev/stdin'
        rag sql --db shop.sqlite --csv "sales by month" > sales.csv
        rag sql --db shop.sqlite --json "sales by month" | jq -r .query
        rag sql --db shop.sqlite --prompt "sales by month" | less
      """)

  @Argument(help: "The question; several words need no quotes.")
  var question: [String]

  @Option(help: ArgumentHelp("The SQLite database.", valueName: "file"))
  var db: String

  @Flag(help: "Write CSV, with the names of the columns first.")
  var csv = false

  @Flag(help: "Print the prompt that the model would get, and ask none.")
  var prompt = false

  @Option(
    help: ArgumentHelp("The most values of a column that the model sees.", valueName: "n"))
  var samples = 3

  @Option(help: ArgumentHelp("The most queries that the model may try.", valueName: "n"))
  var attempts = 4

  @Option(
    help: ArgumentHelp("The most seconds for all attempts together.", valueName: "seconds"))
  var timeout = 180.0

  @Option(help: ArgumentHelp("The most seconds that a query may run.", valueName: "seconds"))
  var queryTimeout = 2.0

  @Option(
    help: ArgumentHelp(
      "The most rows of the result; it may have 1 KiB for each of them, and 1 MiB in any case.",
      valueName: "n"))
  var rows = 1_000

  @OptionGroup var model: ModelOptions
  @OptionGroup var encoder: EncoderOptions
  @OptionGroup var output: OutputOptions

  private static let longestSeconds = 86_400.0
  private static let mostRows = 100_000

  func validate() throws {
    guard [csv, prompt, output.json].count(where: \.self) <= 1 else {
      throw ValidationError("Choose one of --csv, --json and --prompt")
    }
    guard samples >= 0 else { throw ValidationError("--samples takes 0 or more") }
    guard attempts > 0 else { throw ValidationError("--attempts takes 1 or more") }
    for (name, seconds) in [("--timeout", timeout), ("--query-timeout", queryTimeout)] {
      guard seconds > 0, seconds <= Self.longestSeconds else {
        throw ValidationError("\(name) takes more than 0 and at most 86400 seconds")
      }
    }
    guard (1...Self.mostRows).contains(rows) else {
      throw ValidationError("--rows takes 1 to \(Self.mostRows)")
    }
  }

  func run() async throws {
    let limits = limits
    let backend = try model.backend(limits: limits)
    let answerer = SQLAnswerer(
      try SQLSandbox(path: db, limits: limits), backend: try backend ?? substitute(),
      linker: SchemaLinker(sampleCount: samples) { [encoder] in try encoder.loadIfPresent() },
      budget: ReflectionBudget(attemptCount: attempts, duration: .seconds(timeout)),
      limits: limits, reservedAnswerTokenCount: model.reservedAnswerTokens)
    let question = question.joined(separator: " ")
    if prompt {
      let prompt = try await answerer.prompt(for: question)
      return try StandardOutput.write(CommandBackend.input(for: prompt) + "\n")
    }
    let showsAttempts = try output.messages().isInteractive
    let answer = try await answerer.answer(question) { attempt in
      guard showsAttempts, let problem = attempt.problem else { return }
      Messages.note(
        "attempt \(attempt.number): "
          + LimitNames.replaced(in: problem, command: Self.configuration.commandName))
    }
    let view = SQLAnswerView(answer: answer, terminal: try output.output())
    try StandardOutput.write(output.json ? view.json() : csv ? view.csv : view.table)
    guard let result = answer.result else { throw failure(of: answer) }
    view.showNotes(showsQuery: !output.json)
    if result.rows.isEmpty { throw EndCommand(.nothingFound) }
  }

  private var limits: Limits {
    var limits = Limits()
    limits.sqlDuration = .seconds(queryTimeout)
    limits.sqlRowCount = rows
    limits.sqlByteCount = max(limits.sqlByteCount, rows << 10)
    return limits
  }

  /// Stands for a model where none is asked.
  private func substitute() throws -> any ModelBackend {
    guard prompt else {
      throw RAGError(
        .invalidInput,
        "a language model must write the query: name a command that runs one with "
          + "--model-command or RAG_MODEL_COMMAND, such as 'ollama run llama3.2'")
    }
    return ClosureBackend(
      contextTokenCount: model.contextTokens, tokenCounter: try model.tokenCounter()
    ) { _ in "" }
  }

  /// Why there is no result, and what to do.
  private func failure(of answer: SQLAnswer) -> RAGError {
    let count = Figures.count(answer.attempts.count, "attempt")
    let last = answer.attempts.last?.problem.map { "; the last: \(Printable.line($0))" } ?? ""
    return switch answer.end {
    case .timeSpent:
      RAGError(
        .limitExceeded,
        "no query ran in \(Figures.duration(timeout)); allow more time with --timeout\(last)")
    case .tokensSpent:
      RAGError(.limitExceeded, "no query ran before the budget of tokens was spent\(last)")
    case .repeated:
      RAGError(
        .backend,
        "no query ran in \(count), and the model wrote the same again: ask in other words, or take "
          + "another model\(last)")
    case .answered, .attemptsSpent, .failed:
      RAGError(
        .backend,
        "no query ran in \(count): ask in other words, allow more with --attempts, or take another "
          + "model\(last)")
    }
  }
}
