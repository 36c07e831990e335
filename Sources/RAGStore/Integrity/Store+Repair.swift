import Foundation
import GRDB
import RAGCore

/// What a repair did.
package struct RepairReport: Sendable {
  /// What was wrong before.
  package var damage: [Damage] = []
  /// Keys of the documents that were lost, or what is known of them.
  package var lost: [String] = []
  /// Documents that the index holds now.
  package var documents = 0
  /// Where the damaged database was put; nil when it was sound.
  package var damagedDatabase: String?

  /// Adds what was not noted already, by a repair that was interrupted.
  fileprivate mutating func lose(_ losses: [String]) {
    lost += losses.filter { !lost.contains($0) }
  }
}

extension Store {
  /// Makes a damaged index whole again: keeps every document all of whose texts are whole, without
  /// vectors where some are lost, and writes the generations anew.
  ///
  /// The damaged database is kept beside the new one. Interrupted, the next repair begins anew.
  /// - Parameters:
  ///   - directory: the directory of the index.
  ///   - wait: how long to wait for another writer.
  ///   - tell: is given the report. What is lost is forgotten when it returns; where it throws, the
  ///     next repair tells it again.
  /// - Returns: the same report.
  /// - Throws: ``RAGError``: `notFound`, `busy`, `corrupt` when nothing can be saved, `diskFull`,
  ///   `readOnly`, `io`, `cancelled`.
  package static func repair(
    _ directory: IndexDirectory, wait: Duration = .seconds(5),
    tell: (RepairReport) throws -> Void = { _ in }
  ) async throws -> RepairReport {
    let report = try await mended(directory, wait: wait)
    try tell(report)
    // Another repair may have noted more.
    if directory.notedLosses == report.lost { directory.forgetLosses() }
    return report
  }

  private static func mended(
    _ directory: IndexDirectory, wait: Duration
  ) async throws -> RepairReport {
    let subject = FileIdentity(directory.database)
    func requireSame() throws {
      guard FileIdentity(directory.database) == subject else { throw notInPlace(directory) }
    }
    if directory.interruptedReplacement != nil {
      let lock = try await WriterLock.acquire(directory.lock, wait: wait)
      defer { withExtendedLifetime(lock) {} }
      try requireSame()
      try directory.restoreLog()
    }
    var report = RepairReport(damage: try await verify(directory), lost: directory.notedLosses)
    try requireSame()
    guard !report.damage.isEmpty else {
      report.documents = try await open(directory, for: .read).read { try $0.counts().documents }
      return report
    }
    func isOfRows() throws -> Bool {
      // What a broken commit left is kept with the log.
      try report.damage.contains { !$0.isRebuildable }
        || (directory.revisionMark.isDamaged
          && !LogVerifier.verify(directory.database).unfinishedFrames.isEmpty)
    }
    if try isOfRows() {
      let lock = try await WriterLock.acquire(directory.lock, wait: wait)
      defer { withExtendedLifetime(lock) {} }
      try requireSame()
      // A writer may have been at work.
      report.damage = try await verify(directory)
      if try isOfRows() {
        try await repairDatabase(of: directory, &report)
      }
    }
    if report.damagedDatabase == nil { try requireSame() }
    let store = try await open(directory, for: .write, wait: wait)
    let lock = try await store.lockForWriting(wait: wait)
    defer { withExtendedLifetime(lock) {} }
    let found = try await store.read { $0.settings.revision }
    if report.damagedDatabase == nil, directory.revisionMark.isLost(at: found) {
      report.lose([Salvage.lostWithMark])
    }
    // Once the mark is written, nobody misses them any more.
    try directory.noteLosses(report.lost)
    // Notes which files are damaged, so that the fold takes the rows in their place.
    _ = try await store.read { try $0.generationProblems() }
    if try await !store.settle(), try await !store.read({ try $0.generationProblems() }).isEmpty {
      throw RAGError(
        .diskFull,
        "the rows are mended, and there is no room to write anew what is searched (a full device, or "
          + "ulimit -f); free space, and run 'rag repair' again", path: directory.path)
    }
    let (documents, revision) = try await store.read {
      (try $0.counts().documents, $0.settings.revision)
    }
    try store.markRevision(revision)
    report.documents = documents
    return report
  }

  private static func repairDatabase(
    of directory: IndexDirectory, _ report: inout RepairReport
  ) async throws {
    if try LogOrigin.isForeign(to: directory.database) {
      let kept = directory.foreignLog
      report.lose(["what a log of another state held, which is kept as \(kept)"])
      try directory.noteLosses(report.lost)
      try directory.setLogAside(as: kept)
      guard try await verify(directory).contains(where: { !$0.isRebuildable }) else { return }
    }
    report.lose(try await salvage(directory))
    try directory.noteLosses(report.lost)
    report.damagedDatabase = try directory.replaceDatabase()
  }

  /// What a new database may be made of.
  private enum Source {
    /// What SQLite makes of database and log.
    case original
    /// Of the database, with a first page that it may have had where its own is lost.
    case copy(with: DatabaseCopy.Log, firstPage: [UInt8]? = nil)
  }

  /// Makes the new database of whatever most can be saved of: all whole pages of a damaged log, what
  /// SQLite makes of database and log, or, where the log does harm, the database alone; where the
  /// first page is lost, or is that of another so that nothing is found, with one that such a
  /// database may have had; and where the mark says that a commit is missing, with what the log has
  /// of one whose end is broken.
  /// - Returns: what is lost.
  private static func salvage(_ directory: IndexDirectory) async throws -> [String] {
    defer { directory.removeDatabaseCopy() }
    let log = try LogVerifier.verify(directory.database)
    var best: (source: Source, result: Salvage.Result)?
    var failure: RAGError?
    func tryEach(
      of sources: [Source], where isFit: (Salvage.Result) -> Bool = { _ in true }
    ) async throws {
      for source in sources where best?.result.isGood != true {
        do {
          let result = try await salvage(directory, from: source, log)
          if isFit(result), best.map({ result.isBetter(than: $0.result) }) ?? true {
            best = (source, result)
          }
        } catch let error as RAGError where error.code == .corrupt || error.isUnreadablePart {
          failure = error
        }
      }
    }
    try await tryEach(of: sourcesBeforeDamage(of: directory, log)) { $0.isWhole }
    let isMendable = try DatabaseHeader.isMendable(directory.database)
    if isMendable { try await tryEach(of: sources(of: directory, log)) }
    if best.map({ $0.result.keptCount == 0 }) ?? true {
      try await tryEach(of: sourcesWithOtherFirstPages(of: directory))
    }
    if !isMendable { try await tryEach(of: sources(of: directory, log)) }
    if let found = best, found.result.missingCommitCount > 0, !log.unfinishedFrames.isEmpty {
      // Frames that no commit ends may be of one that was never acknowledged.
      let missingCount = found.result.missingCommitCount
      try await tryEach(of: [.copy(with: .allFrames)]) { $0.missingCommitCount < missingCount }
    }
    guard var best else {
      if let failure, failure.isUnreadablePart { throw failure }
      throw RAGError(
        .corrupt, "nothing of it can be saved; restore it from a copy, or ingest into a new index",
        path: directory.path, cause: failure?.cause ?? failure)
    }
    // The new database is that of the last one tried: a good one, or not the best.
    if !best.result.isGood { best.result = try await salvage(directory, from: best.source, log) }
    return best.result.lost.isEmpty && failure?.isUnreadablePart == true
      ? ["the last commits in the log, which the device cannot read: nobody can tell which"]
      : best.result.lost
  }

  /// What may have all that is known to be acknowledged, without anything of a damaged log behind the
  /// damage: the database alone, where the log was written back before; or what SQLite makes of both,
  /// where the broken commits only packed the rows.
  private static func sourcesBeforeDamage(
    of directory: IndexDirectory, _ log: LogReport
  ) throws -> [Source] {
    guard log.damage != nil, let mark = try directory.revisionMark.read() else { return [] }
    let last = try LogOrigin.lastRevision(inLogOf: directory.database) ?? 0
    if let own = try LogOrigin.revision(of: directory.database), own >= max(mark, last) {
      return [.copy(with: .nothing)]
    }
    return mark >= last ? [.original] : []
  }

  /// The most promising first.
  private static func sources(of directory: IndexDirectory, _ log: LogReport) -> [Source] {
    var sources = [Source.original]
    if let damage = log.damage {
      // Half of a commit that was never acknowledged is worth nothing.
      let place = damage.mayBeTornCommit ? 1 : 0
      sources.insert(.copy(with: .wholeFrames), at: place)
    } else if directory.hasLog {
      // SQLite may not take a log that it would have to read the database by.
      sources.append(.copy(with: .wholeFrames))
    }
    if directory.hasLog { sources.append(.copy(with: .nothing)) }
    return sources
  }

  private static func sourcesWithOtherFirstPages(of directory: IndexDirectory) throws -> [Source] {
    let pages = try mappingErrors(directory.path) { try Schema.firstPages(in: directory) }
    let parts: [DatabaseCopy.Log] = directory.hasLog ? [.wholeFrames, .nothing] : [.nothing]
    return parts.flatMap { part in pages.map { .copy(with: part, firstPage: $0) } }
  }

  private static func salvage(
    _ directory: IndexDirectory, from source: Source, _ log: LogReport
  ) async throws -> Salvage.Result {
    var path = directory.database
    var part = DatabaseCopy.Log.nothing
    var hasOwnFirstPage = true
    if case .copy(let given, let firstPage) = source {
      path = directory.databaseCopy
      part = given
      hasOwnFirstPage = firstPage == nil
      directory.removeDatabaseCopy()
      try DatabaseCopy.write(
        of: directory.database, with: part, firstPage: firstPage, to: path)
    }
    let hasGaps = part == .allFrames || (part == .wholeFrames && log.damage != nil)
    var result = try await mappingErrors(directory.path) {
      let salvage = Salvage(
        directory: directory, source: path, pagesMayBeStale: hasGaps,
        hasOwnFirstPage: hasOwnFirstPage)
      return try await salvage.run()
    }
    result.looksBehindDamage = hasGaps
    if hasGaps {
      result.lost.append("the last change of what stood on a page that is broken in the log")
    } else if let damage = log.damage, result.missingCommitCount <= 0 {
      // The mark may be older than the log.
      let mark = try directory.revisionMark.read()
      if mark == nil || !damage.mayBeTornCommit {
        result.lost.append("the last commits in the log, which is damaged: nobody can tell which")
      }
    }
    return result
  }
}
