import RAGCore

/// A value that tasks change under a lock, and whose changes other tasks can wait for.
final class Monitor<Value: Sendable>: Sendable {
  private struct State: Sendable {
    var value: Value
    /// Changes so far: a task that waits must not miss one between its look and its sleep.
    var version = 0
    var waiters: [Int: CheckedContinuation<Void, Never>] = [:]
    var lastWaiter = 0

    mutating func takeWaiters() -> [CheckedContinuation<Void, Never>] {
      version += 1
      defer { waiters.removeAll() }
      return Array(waiters.values)
    }
  }

  private let state: Locked<State>

  init(_ value: Value) { state = Locked(State(value: value)) }

  /// Changes or reads the value, and lets those who wait look at it.
  func change<Result>(_ body: (inout Value) throws -> Result) rethrows -> Result {
    let (result, waiters) = try state.withLock { state in
      let result = try body(&state.value)
      return (result, state.takeWaiters())
    }
    for waiter in waiters { waiter.resume() }
    return result
  }

  /// Waits until `body`, which is tried after every change, gives a result.
  /// - Throws: `CancellationError` with the task; what `body` throws.
  func wait<Result>(for body: (inout Value) throws -> Result?) async throws -> Result {
    while true {
      try Task.checkCancellation()
      let (result, version, waiters) = try state.withLock { state in
        let result = try body(&state.value)
        return (result, state.version, result == nil ? [] : state.takeWaiters())
      }
      for waiter in waiters { waiter.resume() }
      if let result { return result }
      await sleep(since: version)
    }
  }

  /// Sleeps until the version is another or the task is cancelled.
  private func sleep(since version: Int) async {
    let id = state.withLock { state in
      state.lastWaiter += 1
      return state.lastWaiter
    }
    await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let sleeps = state.withLock { state in
          // The handler runs after the task is marked: it finds the waiter, or this the mark.
          guard state.version == version, !Task.isCancelled else { return false }
          state.waiters[id] = continuation
          return true
        }
        if !sleeps { continuation.resume() }
      }
    } onCancel: {
      state.withLock { $0.waiters.removeValue(forKey: id) }?.resume()
    }
  }
}
