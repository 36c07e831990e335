/// What work gives; nil when it was cancelled because its time was up.
func withDeadline<Result: Sendable>(
  _ deadline: ContinuousClock.Instant, _ work: @escaping @Sendable () async throws -> Result
) async throws -> Result? {
  guard ContinuousClock.now < deadline else { return nil }
  return try await withThrowingTaskGroup(of: Result?.self) { group in
    group.addTask { try await work() }
    group.addTask {
      try await Task.sleep(until: deadline, clock: .continuous)
      return nil
    }
    defer { group.cancelAll() }
    // There are two tasks, and each gives a result.
    return try await group.next() ?? nil
  }
}
