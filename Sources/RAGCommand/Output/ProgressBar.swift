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
    guard terminal.isInteractive else { return }
    let now = clock.now
    // The last phase is always seen: all that was to be read is done.
    if let lastDrawn, now - lastDrawn < .milliseconds(100), progress.phase != .indexing { return }
    lastDrawn = now
    // A watch begins anew with each of its ingests.
    if let last = samples.last, progress.bytesDone < last.done { samples.removeAll() }
    samples.append((now, progress.bytesDone, progress.tokensEmbedded))
    // The rate of the last half minute: files that cost nothing pass at another speed.
    samples.removeAll { now - $0.time > .seconds(30) }
    draw(progress, now)
  }

  /// Takes the bar away, so that a line can be written in its place.
  mutating func clear() {
    guard isVisible else { return }
    Messages.write("\r\u{1B}[K")
    isVisible = false
    lastDrawn = nil
  }

  private mutating func draw(_ progress: IngestProgress, _ now: ContinuousClock.Instant) {
    let share =
      progress.byteCount > 0 ? Double(progress.bytesDone) / Double(progress.byteCount) : 0
    var facts = "\(progress.documentsDone)/\(progress.documentCount) documents"
    if let first = samples.first, now - first.time > .seconds(1) {
      let seconds = (now - first.time) / .seconds(1)
      let tokens = Double(progress.tokensEmbedded - first.tokens) / seconds
      if tokens >= 1 { facts += "  \(Figures.count(Int(tokens))) tokens/s" }
      let bytes = Double(progress.bytesDone - first.done) / seconds
      if bytes > 0, progress.bytesDone < progress.byteCount {
        let left = Double(progress.byteCount - progress.bytesDone) / bytes
        facts += "  \(Figures.duration(left)) left"
      }
    }
    let label = progress.phase == .indexing ? "indexing" : "ingesting"
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
