import ArgumentParser
import RAG
import RAGSQL

/// `rag sql`
struct SQLCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sql",
    abstract: "Answer a question from an SQLite database, with a query that a model writes.",
    discussion: """
      The database is only read, and a query may do nothing but read its tables. What SQLite says \
      of a query that fails is told to the model, which may try again. Ends with status 1 when no \
      query ran, or the one that did gave no rows.

      The model sees names of tables and columns and a few values of each; with --samples 0 it \
      sees no values. With --json the output is one object with question, query, columns, rows, \
      truncation and attempts; query, columns and rows are left out when no query ran.

      EXAMPLES:
        rag sql --db shop.sqlite "which five customers spent most?"
        rag sql --db shop.sqlite --csv "sales by month" > sales.csv
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

  @OptionGroup var model: ModelOptions
  @OptionGroup var output: OutputOptions

  func validate() throws {
    guard [csv, prompt, output.json].count(where: \.self) <= 1 else {
      throw ValidationError("Choose one of --csv, --json and --prompt")
    }
    guard samples >= 0 else { throw ValidationError("--samples takes 0 or more") }
    guard attempts > 0 else { throw ValidationError("--attempts takes 1 or more") }
  }

  func run() async throws {
    guard let backend = try model.backend() else {
      throw RAGError(
        .invalidInput,
        "a language model must write the query: name one with --model-command or RAG_MODEL_COMMAND")
    }
    let answerer = SQLAnswerer(
      try SQLSandbox(path: db), backend: backend, linker: SchemaLinker(sampleCount: samples),
      budget: ReflectionBudget(attemptCount: attempts))
    let question = question.joined(separator: " ")
    if prompt {
      let prompt = try await answerer.prompt(for: question)
      return try StandardOutput.write(CommandBackend.input(for: prompt) + "\n")
    }
    let answer = try await answerer.answer(question) { attempt in
      guard let problem = attempt.problem else { return }
      Messages.note("attempt \(attempt.number): \(problem)")
    }
    try show(answer)
    if answer.result?.rows.isEmpty ?? true { throw EndCommand(.nothingFound) }
  }

  private func show(_ answer: SQLAnswer) throws {
    if output.json {
      try StandardOutput.write(JSON.document(SQLReport(answer)))
    } else if let result = answer.result {
      if let query = answer.query { Messages.note("query: \(query)") }
      try StandardOutput.write(
        csv ? result.csv : SQLResultView(try output.output()).text(of: result))
    }
    guard let result = answer.result else {
      return Messages.note("the model wrote no query that runs")
    }
    if answer.isEmpty { Messages.note("the query ran and gave no rows") }
    if let truncation = result.truncation {
      Messages.warning("only the first \(result.rows.count) rows: more \(truncation) than allowed")
    }
  }
}
