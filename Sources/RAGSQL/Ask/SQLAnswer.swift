/// The answer that a database gives to a question, and how it was found.
public struct SQLAnswer: Sendable {
  /// A query that was tried.
  public struct Attempt: Sendable, Hashable, Encodable {
    /// Its place in the order of attempts, from 1.
    public var number: Int
    /// The query; nil when the model's answer held none.
    public var query: String?
    /// Why it was not taken, with advice; nil for the one that was.
    public var problem: String?
    /// Tokens of prompt and answer.
    public var tokenCount: Int
  }

  /// Why no more queries were tried.
  public enum End: String, Sendable, Hashable, Encodable {
    /// A query gave the result.
    case answered
    case attemptsSpent
    case tokensSpent
    case timeSpent
    /// The model wrote the same queries again.
    case repeated
    /// After a query that gave no rows the model or the database failed, or the context was full.
    case failed
  }

  /// The question.
  public var question: String
  /// The query that gave the result; nil when none did.
  public var query: String?
  /// The result; nil when no query ran.
  public var result: SQLResult?
  /// Every query that was tried, in order.
  public var attempts: [Attempt]
  /// Why no more queries were tried.
  public var end: End

  /// Whether a query ran and gave no rows. The model was told so once.
  public var isEmpty: Bool { result?.rows.isEmpty ?? false }
}
