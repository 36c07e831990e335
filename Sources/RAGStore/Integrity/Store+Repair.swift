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
}

extension Store {
  /// Makes a damaged index whole again: keeps every document all of whose rows are whole, and
  /// writes the generations anew.
  ///
  /// The damaged database is kept beside the new one. Interrupted, the next repair begins anew.
  /// - Throws: ``RAGError``: `notFound`, `busy`, `corrupt` when nothing can be saved, `diskFull`,
  ///   `readOnly`, `io`, `cancelled`.
  package static func repair(
    _ directory: IndexDirectory, wait: Duration = .seconds(5)
  ) async throws -> RepairReport {
    let subject = FileIdentity(directory.database)
    func requireSame() throws {
      guard FileIdentity(directory.database) == subject else { throw notInPlace(directory) }
    }
    var report = RepairReport(damage: try await verify(directory), lost: directory.notedLosses)
    try requireSame()
    guard !report.damage.isEmpty else {
      directory.forgetLosses()
      report.documents = try await open(directory, for: .read).read { try $0.counts().documents }
      return report
    }
    if report.damage.contains(where: { !$0.isRebuildable }) {
      let lock = try await WriterLock.acquire(directory.lock, wait: wait)
      defer { withExtendedLifetime(lock) {} }
      try requireSame()
      try await repairDatabase(of: directory, &report)
    }
    if report.damagedDatabase == nil { try requireSame() }
    let store = try await open(directory, for: .write, wait: wait)
    let lock = try await store.lockForWriting(wait: wait)
    defer { withExtendedLifetime(lock) {} }
    // Notes which files are damaged, so that the fold takes the rows in their place.
    _ = try await store.read { try $0.generationProblems() }
    try await store.settle()
    let (documents, revision) = try await store.read {
      (try $0.counts().documents, $0.settings.revision)
    }
    try store.markRevision(revision)
    report.documents = documents
    directory.forgetLosses()
    return report
  }

  private static func repairDatabase(
    of directory: IndexDirectory, _ report: inout RepairReport
  ) async throws {
    try directory.restoreLog()
    if try LogOrigin.isForeign(to: directory.database) {
      let log = try directory.setLogAside()
      report.lost.append("what a log of another state held, which is kept as \(log)")
      guard try await verify(directory).contains(where: { !$0.isRebuildable }) else { return }
    }
    // Some of it was noted by a repair that was interrupted.
    report.lost += try await salvage(directory).filter { !report.lost.contains($0) }
    if !report.lost.isEmpty { try directory.noteLosses(report.lost) }
    report.damagedDatabase = try directory.replaceDatabase()
  }

  /// What a new database may be made of.
  private enum Source {
    /// What SQLite makes of database and log.
    case original
    case copy(with: DatabaseCopy.Log)
    /// The database with a first page that it may have had, where its own is lost; or is that of
    /// another, so that nothing is found without.
    case copyWithOther(firstPage: [UInt8], with: DatabaseCopy.Log, isLastResort: Bool)
  }

  /// Makes the new database of whatever most can be saved of: all whole pages of a damaged log, what
  /// SQLite makes of database and log, or, where the log does harm, the database alone; where the
  /// first page is lost, with one that such a database may have had.
  /// - Returns: what is lost.
  private static func salvage(_ directory: IndexDirectory) async throws -> [String] {
    defer { directory.removeDatabaseCopy() }
    var best: (source: Source, result: Salvage.Result)?
    var failure: RAGError?
    for source in try sources(of: directory) {
      if case .copyWithOther(_, _, isLastResort: true) = source, let best, best.result.keptCount > 0
      {
        break
      }
      do {
        let result = try await salvage(directory, from: source)
        if best.map({ result.isBetter(than: $0.result) }) ?? true { best = (source, result) }
        if result.isGood { return result.lost }
      } catch let error as RAGError where error.code == .corrupt {
        failure = error
      }
    }
    guard let best else {
      throw RAGError(
        .corrupt, "nothing of it can be saved; restore it from a copy, or ingest into a new index",
        path: directory.path, cause: failure)
    }
    return try await salvage(directory, from: best.source).lost
  }

  /// The most promising first.
  private static func sources(of directory: IndexDirectory) throws -> [Source] {
    let log = try LogVerifier.verify(directory.database)
    var sources = [Source.original]
    if let damage = log.damage {
      // Half of a commit that was never acknowledged is worth nothing.
      let place = damage.mayBeTornCommit ? 1 : 0
      sources.insert(.copy(with: .wholeFrames), at: place)
    }
    if directory.hasLog { sources.append(.copy(with: .nothing)) }
    let isMendable = try DatabaseHeader.isMendable(directory.database)
    let pages = try mappingErrors(directory.path) { try Schema.firstPages(in: directory) }
    let parts: [DatabaseCopy.Log] = directory.hasLog ? [.wholeFrames, .nothing] : [.nothing]
    let withOtherPages = parts.flatMap { part in
      pages.map { Source.copyWithOther(firstPage: $0, with: part, isLastResort: isMendable) }
    }
    return isMendable ? sources + withOtherPages : withOtherPages + sources
  }

  private static func salvage(
    _ directory: IndexDirectory, from source: Source
  ) async throws -> Salvage.Result {
    var hasGaps = false
    func copy(with part: DatabaseCopy.Log, firstPage: [UInt8]? = nil) throws -> String {
      hasGaps = try part == .wholeFrames && LogVerifier.verify(directory.database).damage != nil
      directory.removeDatabaseCopy()
      try DatabaseCopy.write(
        of: directory.database, with: part, firstPage: firstPage, to: directory.databaseCopy)
      return directory.databaseCopy
    }
    let path =
      switch source {
      case .original: directory.database
      case .copy(let part): try copy(with: part)
      case .copyWithOther(let firstPage, let part, _): try copy(with: part, firstPage: firstPage)
      }
    var result = try await mappingErrors(directory.path) {
      let salvage = Salvage(directory: directory, source: path, pagesMayBeStale: hasGaps)
      return try await salvage.run()
    }
    if hasGaps {
      result.lost.append("the last change of what stood on a page that is broken in the log")
    }
    return result
  }
}
