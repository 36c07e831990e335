import RAGCore

/// Ends work that takes too long: in all, or for the step that it is at.
final class TimeLimits: Sendable {
  /// What work may wait for.
  enum Step {
    case firstByte
    case nextPiece
    /// Something that has a limit of its own.
    case other
  }

  private struct State {
    var step = Step.other
    var stepStart = ContinuousClock.now
    var lastFailure: RAGError?
  }

  private let subject: String
  private let options: HTTPOptions
  private let start = ContinuousClock.now
  private let state = Locked(State())

  private init(_ subject: String, _ options: HTTPOptions) {
    self.subject = subject
    self.options = options
  }

  /// Runs work that tells the limits at which step it is.
  ///
  /// - Throws: what `work` throws; ``RAGError`` `limitExceeded` when it was cancelled for the time.
  static func run<Value: Sendable>(
    _ subject: String, options: HTTPOptions,
    _ work: @escaping @Sendable (TimeLimits) async throws -> Value
  ) async throws -> Value {
    let limits = TimeLimits(subject, options)
    return try await withThrowingTaskGroup(of: Value.self) { group in
      group.addTask { try await work(limits) }
      group.addTask { throw try await limits.expiry() }
      defer { group.cancelAll() }
      for try await value in group { return value }
      // The second task always throws, so one of the two has ended the loop.
      throw CancellationError()
    }
  }

  /// Tells that the work waits for something else, or again for the same.
  func begin(_ step: Step) {
    state.withLock {
      $0.step = step
      $0.stepStart = .now
    }
  }

  /// Tells why the work has to begin again, for the case that the time is over before it ends.
  func note(_ failure: RAGError) { state.withLock { $0.lastFailure = failure } }

  /// Waits until a limit has passed.
  private func expiry() async throws -> RAGError {
    // Not nothing, which would make this a loop without rest.
    let shortest = max(
      min(options.firstByteTimeout, options.pauseTimeout, options.totalTimeout), .milliseconds(1))
    while true {
      let state = state.withLock { $0 }
      let now = ContinuousClock.now
      var end = start + options.totalTimeout
      var message =
        "\(subject) did not finish within \(options.totalTimeout) (HTTPOptions.totalTimeout)"
      switch state.step {
      case .firstByte where state.stepStart + options.firstByteTimeout < end:
        end = state.stepStart + options.firstByteTimeout
        message =
          "\(subject) did not begin to answer within \(options.firstByteTimeout) "
          + "(HTTPOptions.firstByteTimeout)"
      case .nextPiece where state.stepStart + options.pauseTimeout < end:
        end = state.stepStart + options.pauseTimeout
        message =
          "\(subject) fell silent in the middle of its answer for \(options.pauseTimeout) "
          + "(HTTPOptions.pauseTimeout)"
      default: break
      }
      if now >= end { return RAGError(.limitExceeded, message, cause: state.lastFailure) }
      // No step that begins meanwhile can end before the shortest limit has passed.
      try await Task.sleep(until: min(end, now + shortest), clock: .continuous)
    }
  }
}
