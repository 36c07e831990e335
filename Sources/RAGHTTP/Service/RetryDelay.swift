import Foundation

/// How long to wait before a request is sent again.
enum RetryDelay {
  /// The pause after an attempt, counted from 1; nil where the service wants a longer one than
  /// is allowed. `jitter` is random, from 0 to 1.
  static func delay(
    afterAttempt attempt: Int, requested: Duration?, jitter: Double, options: HTTPOptions
  ) -> Duration? {
    if let requested { return requested <= options.maximumRetryDelay ? requested : nil }
    var delay = options.retryDelay
    for _ in 1..<max(attempt, 1) where delay < options.maximumRetryDelay { delay *= 2 }
    return min(delay, options.maximumRetryDelay) * (1 - jitter / 2)
  }

  /// Reads a `Retry-After` field: seconds, or a date in any of the three forms of HTTP
  /// (RFC 9110, 10.2.3 and 5.6.7).
  static func requested(_ field: String, now: Date) -> Duration? {
    let field = field.trimmingCharacters(in: .whitespaces)
    if !field.isEmpty, field.utf8.allSatisfy({ 0x30...0x39 ~= $0 }) {
      // More digits than an integer has are for ever.
      return .seconds(min(Int(field) ?? .max, 1 << 40))
    }
    let formatter = DateFormatter()
    formatter.locale = Locale(identifier: "en_US_POSIX")
    formatter.timeZone = TimeZone(secondsFromGMT: 0)
    for format in [
      "EEE, dd MMM yyyy HH:mm:ss 'GMT'", "EEEE, dd-MMM-yy HH:mm:ss 'GMT'",
      "EEE MMM d HH:mm:ss yyyy",
    ] {
      formatter.dateFormat = format
      if let date = formatter.date(from: field) {
        return .seconds(min(max(date.timeIntervalSince(now), 0), Double(1 << 40)))
      }
    }
    return nil
  }
}
