import RAG

/// A bar with rate and remaining time on standard error, where a person is watching it.
struct ProgressBar {
  private let terminal: Terminal
  private let clock = ContinuousClock()
  private let start: ContinuousClock.Instant
  private var lastDrawn: ContinuousClock.Instant?
  private var isVisible = false
  /// Recent measurements, oldest first, from which the rate is taken.
  private var samples: [(time: ContinuousClock.Instant, done: Int, tokens: Int)] = []

  init(_ terminal: Terminal) {
    self.terminal = terminal
    start = clock.now
  }

  /// Shows how far an ingest is, at most ten times a second.
  mutating func show(_ progress: IngestProgress) {
    // The last phase is always seen: all that was to be read is done.
    let isLast = progress.phase == .indexing
    guard
      let now = sample(
        progress.bytesDone, tokens: progress.tokensEmbedded, isAlwaysSeen: isLast)
    else { return }
    var facts = "\(progress.documentsDone)/\(progress.documentCount) documents"
    if let first = samples.first, now - first.time > .seconds(1) {
      let seconds = (now - first.time) / .seconds(1)
      let tokens = Double(progress.tokensEmbedded - first.tokens) / seconds
      if tokens >= 1 { facts += "  \(Figures.count(Int(tokens))) tokens/s" }
    }
    facts += timeLeft(progress.bytesDone, of: progress.byteCount, now)
    let share =
      progress.byteCount > 0 ? Double(progress.bytesDone) / Double(progress.byteCount) : 0
    draw(isLast ? "indexing" : "ingesting", share, facts)
  }

  /// Shows how much of something else is done, at most ten times a second.
  mutating func show(_ label: String, done: Int, of count: Int, _ noun: String) {
    guard let now = sample(done, tokens: 0, isAlwaysSeen: false) else { return }
    draw(
      label, count > 0 ? Double(done) / Double(count) : 0,
      "\(done)/\(count) \(noun)" + timeLeft(done, of: count, now))
  }

  /// Says what is at work where nothing tells how far it is.
  mutating func begin(_ text: String) {
    guard terminal.isInteractive else { return }
    Messages.write("\r\(text) …\u{1B}[K")
    isVisible = true
  }

  /// Takes the bar away, so that a line can be written in its place.
  mutating func clear() {
    guard isVisible else { return }
    Messages.write("\r\u{1B}[K")
    isVisible = false
    lastDrawn = nil
  }

  /// Notes how much is done; nil where nobody watches, or it is too early to draw again.
  private mutating func sample(
    _ done: Int, tokens: Int, isAlwaysSeen: Bool
  ) -> ContinuousClock.Instant? {
    guard terminal.isInteractive else { return nil }
    let now = clock.now
    if let lastDrawn, now - lastDrawn < .milliseconds(100), !isAlwaysSeen { return nil }
    lastDrawn = now
    // A watch begins anew with each of its ingests.
    if let last = samples.last, done < last.done { samples.removeAll() }
    samples.append((now, done, tokens))
    // The rate of the last half minute: files that cost nothing pass at another speed.
    samples.removeAll { now - $0.time > .seconds(30) }
    return now
  }

  private func timeLeft(_ done: Int, of count: Int, _ now: ContinuousClock.Instant) -> String {
    guard let first = samples.first, now - first.time > .seconds(1), done < count,
      done > first.done
    else { return "" }
    let rate = Double(done - first.done) / ((now - first.time) / .seconds(1))
    return "  \(Figures.duration(Double(count - done) / rate)) left"
  }

  private mutating func draw(_ label: String, _ share: Double, _ facts: String) {
    let percent = "\(Int(share * 100))%"
    let room = terminal.width - label.count - facts.count - 11
    var line = label
    if room >= 10 {
      let barWidth = min(room, 40)
      let filled = min(barWidth, Int(share * Double(barWidth)))
      line +=
        "  " + terminal.styled(String(repeating: "━", count: filled), .source)
        + terminal.styled(String(repeating: "─", count: barWidth - filled), .dim)
    }
    line += "  \(percent)  "
    line += facts.prefix(max(0, terminal.width - label.count - percent.count - 5))
    Messages.write("\r\(line)\u{1B}[K")
    isVisible = true
  }
}
