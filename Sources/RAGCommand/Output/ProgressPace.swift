/// When what goes on all the time is to be told again.
struct ProgressPace {
  let interval: Duration
  /// Whether the first is told, or only begins the time until the next.
  let isDueAtOnce: Bool
  private var last: Duration?

  init(interval: Duration, isDueAtOnce: Bool) {
    self.interval = interval
    self.isDueAtOnce = isDueAtOnce
  }

  /// Whether something is to be told some time after the start; then it counts as told.
  mutating func isDue(at time: Duration) -> Bool {
    guard let last else {
      last = time
      return isDueAtOnce
    }
    guard time - last >= interval else { return false }
    self.last = time
    return true
  }

  /// Forgets what was told.
  mutating func restart() { last = nil }
}
