/// What the tokens of a model's context are spent on.
///
/// A token that lies across two parts counts for the one that it begins in, so that the parts of
/// the prompt add up to ``prompt``.
public struct TokenAccounts: Sendable, Hashable, Codable {
  /// The wording: rules, headings and task, with what a chat template adds around the prompt.
  public var rules: Int
  /// Each example, the most fitting first.
  public var examples: [Int]
  /// Each turn of the conversation, the oldest first.
  public var history: [Int]
  /// Each source, by number.
  public var sources: [Int]
  /// The question.
  public var question: Int
  /// Kept free for the answer.
  public var reservedAnswer: Int
  /// What is left.
  public var free: Int
  /// Whether the tokens are those of the model; else they are an estimate from above.
  public var isExact: Bool
  /// Why a count of the model's service was not used: it failed, or cannot be true. Nil where it
  /// was, or none was asked for.
  public var countProblem: String?

  /// All of the prompt.
  public var prompt: Int {
    (examples + history + sources).reduce(rules + question, +)
  }
}
