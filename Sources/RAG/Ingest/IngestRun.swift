import RAGCore
import RAGStore

/// One ingest, from the first file to the last commit.
///
/// Three stages work at a time, joined by channels of few batches: one reads, parses and chunks,
/// one embeds, one commits. Each takes the sources in their order, so that the index and the events
/// do not depend on which is ahead. What is held at a time does not grow with the sources, but for
/// 8 bytes a key. Then the index is pruned and folded.
struct IngestRun: Sendable {
  /// Source bytes from reading to commit.
  private static let heldByteCount = 32 << 20

  let context: IngestContext
  let events: Channel<IngestEvent>

  /// Ingests the sources; `changes` is what a watch has seen to change, nil: nobody knows.
  func ingest(_ sources: [IngestSource], changes: IngestChanges? = nil) async throws {
    let isDryRun = context.options.isDryRun
    let lock =
      isDryRun ? nil : try await context.store?.lockForWriting(wait: context.options.wait)
    defer { withExtendedLifetime(lock) {} }
    let mendedBefore = context.store?.mended.count ?? 0
    let plan = try await context.plan()
    let walks = SourceWalks(sources, context: context, changes: changes)
    let journal = IngestJournal(events: events, isDryRun: isDryRun)
    let met = try await run(walks, plan: plan, journal: journal)
    try await Pruner(context: context, walks: walks, met: met, journal: journal).run()
    if !isDryRun {
      journal.beginIndexing()
      if try await context.store?.settle() == false {
        journal.warn(
          "the device is too full to index what was ingested: all of it is kept and searched, "
            + "slower; the next ingest with free space indexes it")
      }
      for damage in context.store?.mended.dropFirst(mendedBefore) ?? [] {
        journal.warn("\(IndexDamage(damage).file) was damaged and was made anew: \(damage.message)")
      }
    }
    if !isDryRun, plan.addsFirstVectors { try await warnOfMissingVectors(journal) }
    try await journal.finish()
  }

  /// Says so where an index without vectors has got them for a part of its documents only.
  private func warnOfMissingVectors(_ journal: IngestJournal) async throws {
    let counts = try await context.read { try $0.counts() }
    guard let counts, counts.vectors > 0, counts.vectors < counts.chunks else { return }
    journal.warn(
      "\(counts.chunks - counts.vectors) of \(counts.chunks) chunks have no vector, as they were "
        + "ingested without an encoder: a search by meaning does not find them until their sources "
        + "are ingested with one")
  }

  private func run(
    _ walks: SourceWalks, plan: IngestPlan, journal: IngestJournal
  ) async throws -> SeenKeys {
    let read = Channel<IngestBatch>(capacity: 1)
    let embedded = Channel<IngestBatch>(capacity: 1)
    let budget = ByteBudget(capacity: Self.heldByteCount)
    let inFlight = InFlight()
    // The first stage that fails ends the others: they wait where cancelling wakes them.
    return try await withThrowingTaskGroup(of: SeenKeys?.self) { stages in
      stages.addTask {
        try await walks.count(into: journal)
        return nil
      }
      stages.addTask { [context] in
        var reader = SourceReader(
          context: context, plan: plan, walks: walks, output: read, budget: budget,
          inFlight: inFlight)
        return try await reader.run()
      }
      stages.addTask { [context] in
        try await EmbeddingStage(
          context: context, input: read, output: embedded, inFlight: inFlight, journal: journal
        ).run()
        return nil
      }
      stages.addTask { [context] in
        try await CommitStage(
          context: context, plan: plan, input: embedded, budget: budget, inFlight: inFlight,
          journal: journal
        ).run()
        return nil
      }
      var met: SeenKeys?
      for try await result in stages { met = met ?? result }
      return met ?? SeenKeys()
    }
  }
}
