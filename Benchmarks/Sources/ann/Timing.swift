import BenchmarkSupport
import Foundation

/// The seconds of the fastest of several runs: at least three, for 0.4 s, but for 6 s at most.
func shortest(_ body: () throws -> Void) rethrows -> Double {
  var runs = 0
  var total = 0.0
  var best = Double.infinity
  while runs < 3 || total < 0.4 {
    let elapsed = try seconds(body)
    best = min(best, elapsed)
    total += elapsed
    runs += 1
    if total > 6 { break }
  }
  return best
}

/// Says on standard error how far the benchmark is.
func note(_ message: String) {
  FileHandle.standardError.write(Data("ann: \(message)\n".utf8))
}

extension Double {
  /// The number with that many digits behind the point.
  func rounded(digits: Int) -> Double {
    let scale = pow(10, Double(digits))
    return (self * scale).rounded() / scale
  }
}
