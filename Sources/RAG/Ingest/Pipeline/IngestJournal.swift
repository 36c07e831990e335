import RAGCore
import RAGStore

/// Keeps the report and the progress of an ingest, and tells both.
final class IngestJournal: Sendable {
  private struct State: Sendable {
    var report = IngestReport()
    var progress = IngestProgress(
      phase: .reading, bytesDone: 0, byteCount: 0, documentsDone: 0, documentCount: 0,
      tokensEmbedded: 0, elapsed: .zero)
    /// Of the sources that are done, without the part of the batch at work.
    var bytesDone = 0
    var lastShown = ContinuousClock.now
  }

  private static let progressInterval = Duration.milliseconds(50)

  private let events: Channel<IngestEvent>
  private let start = ContinuousClock.now
  private let state: Locked<State>

  init(events: Channel<IngestEvent>, isDryRun: Bool) {
    self.events = events
    state = Locked(State())
    state.withLock { $0.report.isDryRun = isDryRun }
  }

  // MARK: Progress

  /// Adds to the totals.
  func expect(documents: Int, bytes: Int) {
    state.withLock {
      $0.progress.documentCount += documents
      $0.progress.byteCount += bytes
    }
    showProgress()
  }

  /// Tells that a part of a batch is embedded, as a share of its source bytes.
  func embedded(tokens: Int, share: Double, of batch: IngestBatch) {
    state.withLock {
      $0.progress.phase = .embedding
      $0.progress.tokensEmbedded += tokens
      // The batch before may not be committed yet, and its bytes not counted as done.
      $0.progress.bytesDone = max(
        $0.progress.bytesDone, $0.bytesDone + Int(share * Double(batch.sourceByteCount)))
    }
    showProgress()
  }

  /// Tells that the sources are all read and the index is put in order.
  func beginIndexing() {
    state.withLock { $0.progress.phase = .indexing }
    showProgress(always: true)
  }

  private func showProgress(always: Bool = false) {
    let now = ContinuousClock.now
    let progress: IngestProgress? = state.withLock { state in
      if !always, now - state.lastShown < Self.progressInterval { return nil }
      state.lastShown = now
      var progress = state.progress
      progress.elapsed = now - start
      // What is done may be ahead of the walk that counts.
      progress.byteCount = max(progress.byteCount, progress.bytesDone)
      progress.documentCount = max(progress.documentCount, progress.documentsDone)
      return progress
    }
    if let progress { events.offer(.progress(progress)) }
  }

  // MARK: Outcomes

  /// Tells what became of a source; waits where events are not read.
  func note(_ outcome: IngestOutcome, of source: String) async throws {
    state.withLock { $0.report.add(outcome, of: source) }
    try await events.send(.source(id: source, outcome))
  }

  /// Tells something about the index.
  func warn(_ warning: String) { state.withLock { $0.report.warn(warning, isOfSource: false) } }

  /// Tells what became of a batch that is committed.
  func note(_ batch: IngestBatch) async throws {
    for step in batch.steps {
      state.withLock { state in
        for warning in step.warnings { state.report.warn(warning, isOfSource: true) }
        // Of a source without text nothing stays of what it was.
        if case .remove = step.work { state.report.removed += 1 }
      }
      if case .put(let document) = step.work {
        let chunks = document.record.chunks
        state.withLock {
          $0.report.embeddedChunks += document.missing.count
          $0.report.embeddedTokens += document.missing.reduce(0) {
            $0 + chunks[$1].chunk.tokenCount
          }
        }
        try await note(
          document.isNew
            ? .added(chunks: chunks.count)
            : .updated(chunks: chunks.count, embedded: document.missing.count), of: step.source)
      } else if let outcome = step.outcome {
        try await note(outcome, of: step.source)
      }
    }
    state.withLock {
      $0.bytesDone += batch.sourceByteCount
      $0.progress.bytesDone = max($0.progress.bytesDone, $0.bytesDone)
      $0.progress.documentsDone += batch.sourceCount
    }
    showProgress()
  }

  /// Ends the report.
  func finish() async throws {
    let report = state.withLock { state in
      state.report.seconds = (ContinuousClock.now - start) / .seconds(1)
      return state.report
    }
    try await events.send(.finished(report))
  }

  /// Documents that the ingest added.
  var addedCount: Int { state.withLock { $0.report.added } }
}
