/// The bounds on a request to a service, so that none takes or brings more than is wanted.
///
/// Passing one is an error of code `limitExceeded` that names the field.
public struct HTTPOptions: Sendable {
  /// How long a connection may take to be made.
  public var connectTimeout: Duration = .seconds(10)
  /// How long the first byte of an answer may take, from the request on: a model on a CPU reads
  /// the whole prompt first.
  public var firstByteTimeout: Duration = .seconds(120)
  /// How long an answer that has begun may pause.
  public var pauseTimeout: Duration = .seconds(60)
  /// How long all may take, with every attempt and the pauses between them.
  public var totalTimeout: Duration = .seconds(600)

  /// How often a request is sent at most. It is sent again after a connection error or a status
  /// 429, 500, 502, 503, 504 or 529, as long as nothing of the answer was given out.
  public var attemptCount = 3
  /// The pause before the second attempt; it doubles with each, and is shortened at random by up
  /// to half, so that clients do not come back all at once.
  public var retryDelay: Duration = .milliseconds(500)
  /// The longest pause. A service that asks for a longer one (`Retry-After`) is not asked again.
  public var maximumRetryDelay: Duration = .seconds(30)

  /// Bytes of one response.
  public var responseByteCount = 64 << 20
  /// Bytes of one answer's text.
  public var answerByteCount = 1 << 20

  /// How a pause is made; tests only note it.
  var pause: @Sendable (Duration) async throws -> Void = { try await Task.sleep(for: $0) }

  /// The defaults.
  public init() {}

  /// The same with times from 0 to 68 years, which can be added without overflow.
  var bounded: HTTPOptions {
    var options = self
    for time in [
      \HTTPOptions.connectTimeout, \.firstByteTimeout, \.pauseTimeout, \.totalTimeout, \.retryDelay,
      \.maximumRetryDelay,
    ] {
      options[keyPath: time] = min(max(self[keyPath: time], .zero), .seconds(1 << 31))
    }
    return options
  }
}
