import Foundation
import GRDB
import RAGCore
import RAGIndex

extension Store {
  /// Makes the tail a generation, and generations one, as far as the policy says that it is due.
  ///
  /// The caller holds the writer's lock. Readers keep the generations they have; files that no
  /// state names any more are removed when the new state is committed. Cancelled or interrupted,
  /// it leaves a whole state, and the next call goes on from there.
  /// - Returns: false where the device is too full for that: what was written stays as it is.
  /// - Complexity: O(chunks folded) distances times log(chunks), and one write of their files, in
  ///   memory for no more than `FoldPolicy.capacity` chunks.
  @discardableResult
  package func foldIfNeeded(policy: FoldPolicy = FoldPolicy()) async throws -> Bool {
    try await asFarAsThereIsRoom { try await foldWhatIsDue(policy) }
  }

  private func foldWhatIsDue(_ policy: FoldPolicy) async throws {
    while try await fold(policy, { try $0.dueFold(policy) }) != nil {}
  }

  /// Runs work that documents can do without; false where the device is too full for it.
  private func asFarAsThereIsRoom(_ body: () async throws -> Void) async throws -> Bool {
    do {
      try await body()
      return true
    } catch RAGError.Code.diskFull {
      // What a fold had written before.
      try await removeLeftovers()
      return false
    }
  }

  /// Ends a run of writes: folds what is due, empties the log, and gives space back where a fifth of
  /// the database is free, or would be if rows were packed anew.
  ///
  /// A log that stays is a risk: of a damaged one SQLite's recovery drops the end without a word.
  /// Cancelled, it leaves the rest to the next run: what was written is committed.
  /// - Returns: false where the device is too full for that: what was written stays as it is, and
  ///   the next run tries again.
  @discardableResult
  package func settle(policy: FoldPolicy = FoldPolicy()) async throws -> Bool {
    var hasRoom = true
    do {
      hasRoom = try await asFarAsThereIsRoom {
        try await foldWhatIsDue(policy)
        try await giveBackSpace()
      }
    } catch RAGError.Code.cancelled {}
    try await emptyLog()
    // Else a reader is at work, and the database is not what the log makes of it.
    guard !directory.hasLog else { return hasRoom }
    do {
      try await removeLeftovers()
      try await packRows()
    } catch RAGError.Code.cancelled {}
    return hasRoom
  }

  /// Packs rows anew where that would free a fifth of the leaves; where there is no room for that, or a
  /// page that no write of this run touched is damaged, all stays as it is.
  private func packRows() async throws {
    guard try PageFill.spareShare(of: directory.database) > 0.2 else { return }
    do {
      _ = try await asFarAsThereIsRoom { try await vacuum() }
    } catch RAGError.Code.corrupt {
    } catch RAGError.Code.cancelled {
    }
    try await emptyLog()
  }

  private func giveBackSpace() async throws {
    guard let writer else { throw notWritable }
    let revision = try await mappingErrors(directory.path) {
      try await writer.write { database -> Int? in
        let free = try Int.fetchOne(database, sql: "PRAGMA freelist_count") ?? 0
        let all = try Int.fetchOne(database, sql: "PRAGMA page_count") ?? 0
        guard free > 256, free * 5 > all else { return nil }
        _ = try Row.fetchAll(database, sql: "PRAGMA incremental_vacuum")
        return try IndexSettings.nameNewState(database)
      }
    }
    if let revision { try markRevision(revision) }
  }

  /// Makes as few generations as can be of all chunks, without a trace of those removed, and gives
  /// space that is not needed any more back to the file system.
  package func compact(policy: FoldPolicy = FoldPolicy()) async throws {
    try await foldWhatIsDue(policy)
    var done = 0
    while let folded = try await fold(
      policy,
      { [done] reader in
        let (sizes, tail) = try reader.sizes()
        return policy.nextCompaction(sizes, from: done, tail: tail)
      })
    {
      if folded.generation != nil { done += 1 }
    }
    try await vacuum()
    try await emptyLog()
    try Cancellation.check()
  }

  /// Packs all rows anew. That moves pages: a log from before it belongs to no state after it, nor one
  /// from after it to a state before. Until the packed state has a name, nothing of it is written back.
  private func vacuum() async throws {
    guard let writer else { throw notWritable }
    try await nameState(IndexSettings.nameStateToPack)
    var failure: (any Error)?
    do {
      try await mappingErrors(directory.path) {
        try await Cancellation.forwarding { cancellation in
          try await writer.writeWithoutTransaction { database in
            database.setWritesBackOnClose(false)
            try cancellation.heeded { try database.execute(sql: "VACUUM") }
          }
        }
      }
    } catch { failure = error }
    // In a task of its own, which nobody cancels.
    try await Task {
      try await nameState(IndexSettings.nameNewState)
      try await writer.writeWithoutTransaction { $0.setWritesBackOnClose(true) }
    }.value
    if let failure { throw failure }
  }

  private func nameState(
    _ name: @escaping @Sendable (Database) throws -> Int
  ) async throws {
    guard let writer else { throw notWritable }
    let revision = try await mappingErrors(directory.path) { try await writer.write(name) }
    try markRevision(revision)
  }

  /// Makes one generation of what is chosen. Where files turn out to be damaged, it is chosen once
  /// more, and the rows are taken in their place.
  /// - Returns: nil where nothing is chosen, or something was written meanwhile.
  private func fold(
    _ policy: FoldPolicy, _ choose: @Sendable (StoreReader) throws -> FoldPolicy.Due?
  ) async throws -> Fold.Result? {
    while true {
      do {
        guard let due = try await read(choose) else { return nil }
        return try await foldOnce(due, policy)
      } catch {
        let usable = files.usable(try await read { try $0.state().generations })
        guard files.noteDamage(error, in: usable) else { throw error }
      }
    }
  }

  private func foldOnce(_ due: FoldPolicy.Due, _ policy: FoldPolicy) async throws -> Fold.Result? {
    guard let writer else { throw notWritable }
    try requireInPlace()
    // Else what many batches and folds left behind would add up.
    defer { SystemCalls.releaseFreedMemory() }
    let folded = try await read { reader in
      try Fold(reader: reader, directory: directory, policy: policy).run(due)
    }
    let isCurrent = try await mappingErrors(directory.path) {
      try await writer.write { database in
        var settings = try IndexSettings.fetch(database)
        // Whatever was written meanwhile is not in the files.
        guard settings.revision == folded.revision else { return false }
        for (table, column) in [("generation", "lastChunk"), ("tombstone", "chunk")] {
          try database.execute(
            sql: "DELETE FROM \(table) WHERE \(column) > ? AND \(column) <= ?",
            arguments: [folded.chunks.after, folded.chunks.last])
        }
        try folded.generation?.insert(database)
        settings.revision += 1
        if let number = folded.generation?.number { settings.lastGeneration = number }
        try settings.save(database)
        return true
      }
    }
    if isCurrent {
      try markRevision(folded.revision + 1)
      try await shortenLog()
    }
    try await removeLeftovers()
    return isCurrent ? folded : nil
  }

  /// Removes the files of generations that the current state does not name.
  ///
  /// The caller holds the writer's lock.
  func removeLeftovers() async throws {
    let generations = try await read { try $0.state().generations }
    try requireInPlace()
    directory.removeLeftovers(keeping: generations.map(\.number))
    files.close(except: generations)
  }
}

extension StoreReader {
  /// How many chunks generations and the tail have, and how many of them are gone.
  fileprivate func sizes() throws -> (generations: [FoldPolicy.Size], tail: FoldPolicy.Size) {
    let state = try state()
    let gone = state.tombstones.sorted
    var (sizes, first): ([FoldPolicy.Size], Int) = ([], 0)
    for generation in state.generations {
      let end = gone[first...].firstIndex { $0 > generation.lastChunk } ?? gone.count
      sizes.append(.init(chunkCount: generation.chunkCount, removedCount: end - first))
      first = end
    }
    let removed = gone.count - first
    let last = state.generations.last?.lastChunk ?? 0
    let live = try chunkCount(in: ChunkIDs(after: last, last: settings.lastChunk))
    return (sizes, .init(chunkCount: live + removed, removedCount: removed))
  }

  /// The next fold that is due, of damaged files and those of other parameters first: all is there
  /// to build them anew.
  fileprivate func dueFold(_ policy: FoldPolicy) throws -> FoldPolicy.Due? {
    let generations = try state().generations
    let usable = files.usable(generations)
    let other = try usable.firstIndex { generation in
      // What cannot be opened is noted as damaged.
      _ = try files.terms(of: generation)
      return try graph(of: generation).map { $0.parameters != policy.parameters } ?? false
    }
    if let stale = other ?? (usable.count < generations.count ? usable.count : nil) {
      return .init(generations: stale..<stale + 1, takesTail: false)
    }
    let (sizes, tail) = try sizes()
    return policy.next(sizes, tail: tail)
  }
}
