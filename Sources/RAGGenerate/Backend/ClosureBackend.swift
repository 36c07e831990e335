public import RAGCore

/// A model backend made of a Swift closure.
public struct ClosureBackend: ModelBackend {
  /// A name for people.
  public let name: String
  /// The most tokens that prompt and answer may have together.
  public let contextTokenCount: Int
  /// Counts tokens as the model does, or from above.
  public let tokenCounter: any TokenCounter

  private let run: @Sendable (ModelPrompt, (String) -> Void) async throws -> Void

  /// Makes a backend of a closure that returns the whole answer.
  public init(
    name: String = "closure", contextTokenCount: Int = 8192,
    tokenCounter: any TokenCounter = EstimatedTokenCounter(),
    answer: @escaping @Sendable (ModelPrompt) async throws -> String
  ) {
    self.name = name
    self.contextTokenCount = contextTokenCount
    self.tokenCounter = tokenCounter
    self.run = { prompt, yield in yield(try await answer(prompt)) }
  }

  /// Makes a backend of a closure that returns the answer as a sequence of pieces.
  public init<Pieces: AsyncSequence & SendableMetatype>(
    name: String = "closure", contextTokenCount: Int = 8192,
    tokenCounter: any TokenCounter = EstimatedTokenCounter(),
    pieces: @escaping @Sendable (ModelPrompt) async throws -> Pieces
  ) where Pieces.Element == String, Pieces.AsyncIterator: SendableMetatype {
    self.name = name
    self.contextTokenCount = contextTokenCount
    self.tokenCounter = tokenCounter
    self.run = { prompt, yield in
      for try await piece in try await pieces(prompt) {
        try Task.checkCancellation()
        yield(piece)
        // A sequence that never waits would keep its thread from whoever reads the answer.
        await Task.yield()
      }
    }
  }

  /// The answer of the closure, which runs in a task of its own.
  public func generate(_ prompt: ModelPrompt) -> AsyncThrowingStream<String, any Error> {
    AsyncThrowingStream { continuation in
      let task = Task {
        do {
          try await run(prompt) { continuation.yield($0) }
          continuation.finish()
        } catch {
          // Whoever cancels reads no more: that ends the answer without an error.
          continuation.finish(throwing: Task.isCancelled ? nil : error)
        }
      }
      continuation.onTermination = { _ in task.cancel() }
    }
  }
}
