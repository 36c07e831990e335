import RAGCore

/// The task behind a stream of events, which ends with the stream.
final class IngestStream: Sendable {
  /// Events that may wait to be read.
  private static let capacity = 256

  private let events: Channel<IngestEvent>
  private let task: Task<Void, Never>

  private init(_ body: @escaping @Sendable (Channel<IngestEvent>) async throws -> Void) {
    let events = Channel<IngestEvent>(capacity: Self.capacity)
    self.events = events
    task = Task {
      do {
        try await body(events)
        events.finish()
      } catch is CancellationError {
        events.finish(throwing: RAGError(.cancelled, "the ingest was cancelled"))
      } catch {
        events.finish(throwing: error)
      }
    }
  }

  deinit { task.cancel() }

  /// The next event; nil at the end, and when the task that asks is cancelled: that does not wait
  /// for what the ingest is at.
  private func next() async throws -> IngestEvent? {
    do {
      return try await events.receive()
    } catch is CancellationError {
      task.cancel()
      return nil
    }
  }

  /// Runs `body` and streams what it sends; it goes no faster than the events are read.
  static func events(
    of body: @escaping @Sendable (Channel<IngestEvent>) async throws -> Void
  ) -> AsyncThrowingStream<IngestEvent, any Error> {
    let stream = IngestStream(body)
    return AsyncThrowingStream { try await stream.next() }
  }
}
