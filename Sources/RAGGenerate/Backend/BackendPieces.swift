import RAGCore

/// The pieces of a model's answer, counted against a limit.
struct BackendPieces {
  private let name: String
  private let limits: Limits
  private var pieces: AsyncThrowingStream<String, any Error>.Iterator
  private var byteCount = 0
  private var thinking = ThinkingFilter()
  private var isAtEnd = false

  init(_ prompt: ModelPrompt, from backend: any ModelBackend, limits: Limits) {
    name = backend.name
    self.limits = limits
    pieces = backend.generate(prompt).makeAsyncIterator()
  }

  /// The next piece, which may be empty; nil at the end. What the model thinks before is left out.
  /// - Throws: ``RAGError``: `limitExceeded` for an answer without end, `backend` for errors of
  ///   other kinds; `CancellationError`.
  mutating func next() async throws -> String? {
    let piece: String?
    do {
      piece = try await pieces.next()
    } catch let error where error is RAGError || error is CancellationError {
      throw error
    } catch {
      throw RAGError(.backend, "the model \(name) failed", cause: error)
    }
    // The stream of a cancelled task just ends.
    try Task.checkCancellation()
    byteCount += piece?.utf8.count ?? 0
    // Also what is never shown may not come without end.
    guard byteCount <= limits.answerByteCount else {
      throw RAGError(
        .limitExceeded,
        "the model \(name) wrote more than \(limits.answerByteCount) bytes "
          + "(Limits.answerByteCount) and was stopped")
    }
    if let piece { return thinking.filter(piece) }
    defer { isAtEnd = true }
    return isAtEnd ? nil : thinking.finish()
  }

  /// All that is left.
  mutating func rest() async throws -> String {
    var text = ""
    while let piece = try await next() { text += piece }
    return text
  }
}
