/// How fast something went of late, and when it will be done at that rate.
struct ProgressRate {
  /// Recent measurements, oldest first, from which the rate is taken.
  private var samples: [(time: Duration, done: Int, tokens: Int)] = []

  /// Notes how much is done some time after the start.
  mutating func add(_ done: Int, tokens: Int = 0, at time: Duration) {
    // A watch begins anew with each of its ingests.
    if let last = samples.last, done < last.done { samples.removeAll() }
    samples.append((time, done, tokens))
    // The rate of the last half minute: files that cost nothing pass at another speed.
    samples.removeAll { time - $0.time > .seconds(30) }
  }

  /// What stands behind the bar: tokens in a second, or else how much was done in one, and the time
  /// left until `count` is done; nothing as long as it cannot be told.
  func facts(of count: Int, unit: (Int) -> String = { Figures.count($0) }) -> String {
    guard let first = samples.first, let last = samples.last, last.time - first.time > .seconds(1)
    else { return "" }
    let seconds = (last.time - first.time) / .seconds(1)
    var facts = ""
    let tokens = Double(last.tokens - first.tokens) / seconds
    if tokens >= 1 { facts += "  \(Figures.count(Int(tokens))) tokens/s" }
    let rate = Double(last.done - first.done) / seconds
    if tokens < 1, rate >= 1 { facts += "  \(unit(Int(rate)))/s" }
    if last.done < count, last.done > first.done {
      facts += "  \(Figures.duration(Double(count - last.done) / rate)) left"
    }
    return facts
  }
}
