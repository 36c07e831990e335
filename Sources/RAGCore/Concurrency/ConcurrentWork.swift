import Dispatch

/// Work that another thread does if one is free, or else the thread that asks for its result: so
/// threads never wait for each other to be free.
///
/// Heeds the cancellation of the task that the thread which made it works for.
package final class ConcurrentWork<Success: Sendable>: Sendable {
  /// Locked by who does the work, until it is done.
  private let outcome = Locked<Result<Success, any Error>?>(nil)
  private let cancellation = Cancellation.forwarded
  private let work: @Sendable () throws -> Success

  package init(_ work: @escaping @Sendable () throws -> Success) {
    self.work = work
    DispatchQueue.global().async { _ = self.done() }
  }

  /// What the work gives.
  package func result() throws -> Success { try done().get() }

  private func done() -> Result<Success, any Error> {
    outcome.withLock { outcome in
      let done = outcome ?? Result { try cancellation?.heeded(work) ?? work() }
      outcome = done
      return done
    }
  }
}
