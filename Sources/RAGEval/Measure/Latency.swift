/// How long searches take, in milliseconds, each a time that was measured (nearest rank).
public struct Latency: Sendable, Hashable, Codable {
  /// Half take no longer.
  public var p50: Double
  /// 95 of 100 take no longer.
  public var p95: Double
  /// 99 of 100 take no longer.
  public var p99: Double

  /// Sums up durations.
  ///
  /// - Precondition: there is one at least.
  public init(_ durations: [Duration]) {
    let sorted = durations.map { $0 / .milliseconds(1) }.sorted()
    precondition(!sorted.isEmpty, "there is no time to sum up")
    func percentile(_ share: Int) -> Double { sorted[(sorted.count * share + 99) / 100 - 1] }
    (p50, p95, p99) = (percentile(50), percentile(95), percentile(99))
  }
}
