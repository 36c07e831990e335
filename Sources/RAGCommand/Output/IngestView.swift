import RAG

/// Shows an ingest: a bar, what was left out and why, and a summary.
struct IngestView {
  private static let shownCount = 20

  private var bar: ProgressBar
  /// Documents added or updated.
  private(set) var committed = 0
  private var skipCount = 0
  private var failureCount = 0

  init(_ terminal: Terminal) { bar = ProgressBar(terminal) }

  /// Shows one event.
  mutating func show(_ event: IngestEvent) {
    switch event {
    case .progress(let progress): bar.show(progress)
    case .source(let source, .failed(let reason)):
      failureCount += 1
      if failureCount <= Self.shownCount { say("failed: \(source): \(reason)") }
    case .source(let source, .skipped(let reason)):
      skipCount += 1
      if skipCount <= Self.shownCount { say("skipped: \(source): \(reason)") }
    case .source(_, .added), .source(_, .updated): committed += 1
    case .source(_, .unchanged), .source(_, .removed): break
    case .finished(let report):
      bar.clear()
      let listedCount = Figures.count(IngestReport.listedCount)
      for (word, count) in [("skipped", skipCount), ("failed", failureCount)]
      where count > Self.shownCount {
        say("\(word): \(count - Self.shownCount) more; --json lists up to \(listedCount)")
      }
      // A watch goes on, and its next ingest has lines of its own.
      (skipCount, failureCount) = (0, 0)
      for warning in report.warnings { Messages.warning(warning) }
      let unlisted = report.warningCount - report.warnings.count
      if unlisted > 0 {
        Messages.warning(
          "\(Figures.count(unlisted)) more about sources; the first of them are above")
      }
    }
  }

  /// Takes the bar away.
  mutating func end() { bar.clear() }

  /// What an ingest that does not end by itself has done.
  var committedSoFar: String {
    let documents = Figures.count(committed, "document")
    // A batch may be committed whose events did not come.
    let known =
      committed == 0
      ? "what was committed of this run stays"
      : "at least \(documents) of this run \(committed == 1 ? "is" : "are") in the index"
    return known + ", and the same command goes on from there"
  }

  /// What the ingest did, for people.
  func summary(of report: IngestReport) -> String {
    let counts = [
      (report.added, "added"), (report.updated, "updated"), (report.unchanged, "unchanged"),
      (report.removed, "removed"), (report.skippedCount, "skipped"),
      (report.failedCount, "failed"),
    ]
    let parts = counts.filter { $0.0 > 0 }.map { "\(Figures.count($0.0)) \($0.1)" }
    var text = parts.isEmpty ? "no documents found" : parts.joined(separator: ", ")
    if report.chunks > 0 {
      text += "; \(Figures.count(report.chunks, "chunk"))"
      if report.embeddedChunks > 0 {
        let word = report.isDryRun ? "to embed" : "embedded"
        text += ", \(Figures.count(report.embeddedChunks)) \(word)"
        text += " (\(Figures.count(report.embeddedTokens, "token")))"
      }
    }
    text += " in \(Figures.duration(report.seconds))\n"
    return report.isDryRun ? "dry run, nothing written: " + text : text
  }

  private mutating func say(_ text: String) {
    bar.clear()
    Messages.note(text)
  }
}
