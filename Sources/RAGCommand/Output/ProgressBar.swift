import RAG

/// A bar with rate and remaining time on standard error, where a person is watching it; elsewhere a
/// line now and then.
struct ProgressBar {
  private let terminal: Terminal
  private let clock = ContinuousClock()
  private let start: ContinuousClock.Instant
  private var samples = ProgressPace(interval: .milliseconds(100), isDueAtOnce: true)
  private var lines = ProgressPace(interval: .seconds(30), isDueAtOnce: false)
  private var isVisible = false
  private var rate = ProgressRate()

  init(_ terminal: Terminal) {
    self.terminal = terminal
    start = clock.now
  }

  /// Shows how far an ingest is, at most ten times a second.
  mutating func show(_ progress: IngestProgress) {
    // The last phase is always seen: all that was to be read is done.
    let isLast = progress.phase == .indexing
    guard sample(progress.bytesDone, tokens: progress.tokensEmbedded, isAlwaysSeen: isLast) else {
      return
    }
    let facts =
      "\(progress.documentsDone)/\(progress.documentCount) documents"
      + rate.facts(of: progress.byteCount, unit: Figures.bytes)
    let share =
      progress.byteCount > 0 ? Double(progress.bytesDone) / Double(progress.byteCount) : 0
    draw(isLast ? "indexing" : "ingesting", share, facts)
  }

  /// Shows how much of something else is done, at most ten times a second.
  mutating func show(_ label: String, done: Int, of count: Int, _ noun: String) {
    guard sample(done, tokens: 0, isAlwaysSeen: false) else { return }
    draw(
      label, count > 0 ? Double(done) / Double(count) : 0,
      "\(done)/\(count) \(noun)" + rate.facts(of: count))
  }

  /// Says what is at work where nothing tells how far it is.
  mutating func begin(_ text: String) {
    guard terminal.isInteractive else { return }
    Messages.write("\r\(text) …\u{1B}[K")
    isVisible = true
  }

  /// Takes the bar away, so that a line can be written in its place.
  mutating func clear() {
    samples.restart()
    lines.restart()
    guard isVisible else { return }
    Messages.write("\r\u{1B}[K")
    isVisible = false
  }

  /// Notes how much is done; false where it is too early to show it again.
  private mutating func sample(_ done: Int, tokens: Int, isAlwaysSeen: Bool) -> Bool {
    let time = clock.now - start
    guard samples.isDue(at: time) || isAlwaysSeen else { return false }
    rate.add(done, tokens: tokens, at: time)
    return terminal.isInteractive || lines.isDue(at: time)
  }

  private mutating func draw(_ label: String, _ share: Double, _ facts: String) {
    let percent = "\(Int(share * 100))%"
    guard terminal.isInteractive else { return Messages.note("\(label) \(percent)  \(facts)") }
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
