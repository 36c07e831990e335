import RAGCore
import RAGGenerate

/// The prompt that asks a model for a query.
enum SQLPrompt {
  private static let facts = """
    You write SQLite queries that answer questions about a database.

    Rules:
    1. Answer with one SELECT statement (WITH is allowed) in a ```sql code block, and nothing else.
    2. Use only the tables and columns of the schema, with the names as they are written there.
    3. Return the columns that the question asks for, in its order, and no others.
    4. This is SQLite: LIMIT n, not TOP; || joins texts; strftime('%Y', column) gives a year as \
    text; dates are text such as '2024-01-31'; a / b of whole numbers cuts: write a * 1.0 / b; \
    'single quotes' for texts, "double quotes" for names; LIKE ignores the case of ASCII letters; \
    there is no ILIKE, EXTRACT, INTERVAL, DATE_TRUNC or '::'.
    5. Order rows only where the question asks for an order or for the first of them.
    """

  /// Marks around the schema and the question, and in the rule that speaks of them.
  private static let markCount = 6

  /// The prompt for a question and the part of a schema that it needs.
  ///
  /// Both stand between marks with a random number, neutralised, so that no text ends its own.
  static func prompt(_ question: String, schema: LinkedSchema) -> ModelPrompt {
    var generator = SystemRandomNumberGenerator()
    return prompt(question, schema: schema, using: &generator)
  }

  static func prompt(
    _ question: String, schema: LinkedSchema, using generator: inout some RandomNumberGenerator
  ) -> ModelPrompt {
    let fence = PromptFence(using: &generator)
    return ModelPrompt(
      system: facts + "\n6. " + fence.rule,
      user: [
        fence.block("schema", schema.text), fence.block("question", question),
        "Write the query that answers the question, by the rules.",
      ].joined(separator: "\n\n"))
  }

  /// The most tokens that a prompt takes beside its schema, whatever its random number.
  static func tokenCount(_ question: String, counter: any TokenCounter) -> Int {
    let empty = prompt(question, schema: LinkedSchema(text: "", tables: [], omittedTableCount: 0))
    return counter.tokenCount(of: empty.system) + counter.tokenCount(of: empty.user)
      + markCount * PromptFence.markTokenCount
  }
}
