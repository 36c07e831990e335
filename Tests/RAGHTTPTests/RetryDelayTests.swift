import Foundation
import Testing

@testable import RAGHTTP

@Suite("The pause before another attempt")
struct RetryDelayTests {
  private let now = Date(timeIntervalSince1970: 784_111_777)  // 1994-11-06T08:49:37Z

  @Test(
    "is read from seconds and the three forms of dates",
    arguments: [
      ("0", 0), (" 120 ", 120), ("Sun, 06 Nov 1994 08:50:07 GMT", 30),
      ("Sunday, 06-Nov-94 08:50:07 GMT", 30), ("Sun Nov  6 08:50:07 1994", 30),
      ("Sun, 06 Nov 1994 08:00:00 GMT", 0), ("99999999999999999999999", 1 << 40),
    ])
  func fields(field: String, seconds: Int) {
    #expect(RetryDelay.requested(field, now: now) == .seconds(seconds))
  }

  @Test(
    "is not read from anything else", arguments: ["", "-1", "1.5", "soon", "Sun, 06 Foo 1994", "٣"])
  func noFields(field: String) {
    #expect(RetryDelay.requested(field, now: now) == nil)
  }

  @Test("doubles up to its limit, and chance takes at most half of it")
  func backoff() {
    var options = HTTPOptions()
    options.retryDelay = .seconds(1)
    options.maximumRetryDelay = .seconds(5)
    func delay(_ attempt: Int, _ jitter: Double) -> Duration? {
      RetryDelay.delay(afterAttempt: attempt, requested: nil, jitter: jitter, options: options)
    }
    #expect([1, 2, 3, 4, 1000].map { delay($0, 0) } == [1, 2, 4, 5, 5].map { .seconds($0) })
    #expect(delay(3, 1) == .seconds(2))
  }

  @Test("is what the service asks for, unless that is longer than allowed")
  func requested() {
    var options = HTTPOptions()
    options.maximumRetryDelay = .seconds(5)
    for (seconds, expected) in [(5, 5), (0, 0), (6, nil)] as [(Int, Int?)] {
      let delay = RetryDelay.delay(
        afterAttempt: 1, requested: .seconds(seconds), jitter: 0.5, options: options)
      #expect(delay == expected.map { .seconds($0) })
    }
  }

  @Test("and every other time may be of any length")
  func bounded() {
    var options = HTTPOptions()
    options.totalTimeout = .seconds(Int64.max)
    options.connectTimeout = .seconds(-1)
    #expect(options.bounded.totalTimeout == .seconds(1 << 31))
    #expect(options.bounded.connectTimeout == .zero)
  }
}
