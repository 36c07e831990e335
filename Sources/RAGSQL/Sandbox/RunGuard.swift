import CSQLite
import Dispatch
import RAGCore

/// Ends a statement that runs too long, takes too much memory, or is not wanted any more.
///
/// SQLite asks between its instructions; a timer interrupts it also within those that go on for
/// long by themselves, such as the count of a table's rows.
final class RunGuard: Sendable {
  enum Stop: Sendable {
    case deadline
    case memory
    case cancelled
  }

  private struct State {
    /// The connection while a statement runs on it.
    var database: OpaquePointer?
    var deadline = ContinuousClock.now
    var duration = Duration.zero
    var byteCountBefore: Int64 = 0
    var stop: Stop?
  }

  /// SQLite asks after so many of its instructions, a fraction of a millisecond.
  private static let instructionCount: Int32 = 200
  /// Bytes that a statement may take for sorting and grouping.
  private static let memoryByteCount: Int64 = 256 << 20

  private let state = Locked(State())

  init() {}

  /// Has SQLite ask this guard, which must outlive the connection.
  func attach(to database: OpaquePointer) {
    sqlite3_progress_handler(
      database, Self.instructionCount,
      { context in
        guard let context else { return 1 }
        return Unmanaged<RunGuard>.fromOpaque(context).takeUnretainedValue().isStopped ? 1 : 0
      }, Unmanaged.passUnretained(self).toOpaque())
  }

  /// Why the last statement was stopped.
  var stop: Stop? { state.withLock(\.stop) }

  /// How long the last statement was let run.
  var duration: Duration { state.withLock(\.duration) }

  /// Whether the statement is to stop here.
  var isStopped: Bool {
    state.withLock { state in
      if state.stop != nil { return true }
      if Cancellation.isRequested {
        state.stop = .cancelled
      } else if ContinuousClock.now >= state.deadline {
        state.stop = .deadline
      } else if sqlite3_memory_used() - state.byteCountBefore > Self.memoryByteCount {
        state.stop = .memory
      }
      return state.stop != nil
    }
  }

  /// Runs work on a connection for a time.
  func run<Result>(
    _ database: OpaquePointer, for duration: Duration, _ work: () throws -> Result
  ) rethrows -> Result {
    let deadline = ContinuousClock.now + duration
    state.withLock {
      $0 = State(
        database: database, deadline: deadline, duration: duration,
        byteCountBefore: sqlite3_memory_used(), stop: nil)
    }
    let timer = DispatchWorkItem { [self] in interrupt() }
    DispatchQueue.global().asyncAfter(deadline: .now() + duration.seconds, execute: timer)
    defer {
      timer.cancel()
      state.withLock { $0.database = nil }
    }
    return try work()
  }

  /// Ends the statement that runs, if its time is up.
  private func interrupt() {
    state.withLock { state in
      // The lock keeps the connection from being closed, and the timer of one statement from
      // ending the next.
      guard let database = state.database, ContinuousClock.now >= state.deadline else { return }
      if state.stop == nil { state.stop = .deadline }
      sqlite3_interrupt(database)
    }
  }
}

extension Duration {
  fileprivate var seconds: Double {
    Double(components.seconds) + Double(components.attoseconds) * 1e-18
  }
}
