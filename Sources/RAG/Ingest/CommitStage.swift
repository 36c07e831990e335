import RAGCore
import RAGStore

/// The last stage of an ingest: commits batches while the next ones are embedded.
struct CommitStage {
  let context: IngestContext
  let plan: IngestPlan
  let input: Channel<IngestBatch>
  let budget: ByteBudget
  let inFlight: InFlight
  let journal: IngestJournal

  func run() async throws {
    var hasRoom = true
    while let batch = try await input.receive() {
      let changes = batch.changes
      if !changes.isEmpty, !context.options.isDryRun {
        try await context.store?.apply(
          changes, encoder: encoder(of: batch), chunking: plan.chunking)
      }
      for step in batch.steps {
        if case .put(let document) = step.work { inFlight.end(document) }
      }
      budget.give(back: batch.heldByteCount)
      try await journal.note(batch)
      // So that a long ingest leaves neither searches nor itself a long tail. Where there is no room
      // for that, there may be for documents; the end of the run tries again, and says so.
      if hasRoom, !changes.isEmpty, !context.options.isDryRun {
        hasRoom = try await context.store?.foldIfNeeded() ?? true
      }
    }
  }

  /// What the index is told to hold vectors of, if it does not know yet.
  private func encoder(
    of batch: IngestBatch
  ) -> (fingerprint: String, name: String, dimension: Int)? {
    if let encoder = context.encoder {
      return (encoder.fingerprint, encoder.name, encoder.dimension)
    }
    let dimension =
      plan.dimension
      ?? batch.steps.indices.lazy.compactMap {
        batch.document(at: $0)?.record.chunks.first?.vector?.count
      }.first
    return dimension.map { ("", "host vectors", $0) }
  }
}
