public import RAGCore

/// Has a model rewrite the last question of a conversation so that it stands alone, for a search
/// that knows nothing of the conversation.
///
/// The turns are material like any other: they stand between marks, neutralised, and the last ones
/// alone where there are too many. A reply that is not one line of bounded length is not used, so
/// that the worst that a conversation can do is another question.
public struct HistoryCondenser: Sendable {
  private let backend: any ModelBackend
  private let limits: Limits
  private let contextTokenCount: Int

  /// Tokens kept free for the reply.
  private static let replyTokenCount = 256
  /// A question may grow by what it refers to, but not into an essay.
  private static let leastReplyByteCount = 512

  /// Makes a condenser whose prompts, replies included, have `contextTokenCount` tokens at most.
  public init(
    _ backend: any ModelBackend, contextTokenCount: Int = 4096, limits: Limits = Limits()
  ) {
    self.backend = backend
    self.limits = limits
    self.contextTokenCount = min(contextTokenCount, backend.contextTokenCount)
  }

  /// The question so that it stands alone; without turns no model is asked.
  /// - Throws: ``RAGError``: `backend`, `limitExceeded` when the question does not fit;
  ///   `CancellationError`.
  public func condense(
    _ question: String, after history: [ConversationTurn]
  ) async throws -> CondensedQuestion {
    let history = history.filter { $0.text.contains { !$0.isWhitespace } }
    guard !history.isEmpty else { return CondensedQuestion(text: question, origin: .noHistory) }
    func unusable(_ reason: String) -> CondensedQuestion {
      CondensedQuestion(text: question, origin: .unusableReply(reason: reason))
    }
    let composed = try prompt(question, after: history)
    guard composed.omittedTurnCount < history.count else {
      return unusable("no turn of the conversation fits beside the question")
    }
    var pieces = BackendPieces(composed.prompt, from: backend, limits: limits)
    var terminal = TerminalText()
    let reply: String
    do {
      reply = terminal.filter(try await pieces.rest())
    } catch RAGError.Code.limitExceeded {
      return unusable("the reply has no end")
    }
    let lines = reply.split(whereSeparator: \.isNewline).map(Self.trimmed).filter { !$0.isEmpty }
    guard let line = lines.first, line.contains(where: { $0.isLetter || $0.isNumber }) else {
      return unusable("the reply is empty")
    }
    guard lines.count == 1 else { return unusable("the reply has \(lines.count) lines") }
    let limit = min(
      limits.queryByteCount, max(Self.leastReplyByteCount, 4 * question.utf8.count))
    guard line.utf8.count <= limit else {
      return unusable("the reply has \(line.utf8.count) bytes, more than \(limit)")
    }
    return CondensedQuestion(text: line, origin: .model)
  }

  /// What the model is asked.
  /// - Throws: ``RAGError`` of code `limitExceeded` when the question does not fit.
  public func prompt(
    _ question: String, after history: [ConversationTurn]
  ) throws -> ComposedPrompt {
    try PromptComposer(
      template: .builtIn(.condense), reservedAnswerTokenCount: Self.replyTokenCount
    ).compose(
      PromptMaterial(question: question, history: history), contextTokenCount: contextTokenCount,
      tokenCounter: backend.tokenCounter)
  }

  /// The line without blanks and quotes around it.
  private static func trimmed(_ line: Substring) -> String {
    let isOutside = { (character: Character) in
      character.isWhitespace || "\"“”「」`".contains(character)
    }
    var rest = line.drop(while: isOutside)
    while let last = rest.last, isOutside(last) { rest.removeLast() }
    return String(rest)
  }
}
