import Synchronization

/// Tells long work that it is not wanted any more, also on a thread that a task waits for.
///
/// `Task.isCancelled` is false on threads that run no task, such as those of a database.
package final class Cancellation: Sendable {
  /// That of the task that this thread works for.
  @TaskLocal static var forwarded: Cancellation?
  private let isRequested = Atomic(false)

  private init() {}

  /// Whether the task that this work is for was cancelled.
  package static var isRequested: Bool { Task.isCancelled || isForwarded }

  /// Whether that is so of a task that had this work done elsewhere, by ``heeded(_:)``.
  package static var isForwarded: Bool {
    forwarded?.isRequested.load(ordering: .relaxed) ?? false
  }

  /// Ends work that is not wanted any more.
  ///
  /// - Throws: ``RAGError`` of code `cancelled`.
  package static func check() throws {
    if isRequested { throw RAGError(.cancelled, "cancelled") }
  }

  /// Runs `body`, which takes the cancellation of this task to another thread.
  package static func forwarding<Result: Sendable>(
    isolation: isolated (any Actor)? = #isolation,
    _ body: (Cancellation) async throws -> Result
  ) async rethrows -> Result {
    let cancellation = Cancellation()
    return try await withTaskCancellationHandler {
      try await body(cancellation)
    } onCancel: {
      cancellation.isRequested.store(true, ordering: .relaxed)
    }
  }

  /// Runs work on this thread that heeds the cancellation of the task it came from.
  package func heeded<Result>(_ work: () throws -> Result) rethrows -> Result {
    try Self.$forwarded.withValue(self, operation: work)
  }
}
