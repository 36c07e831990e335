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
    directory.restoreLog()
    if try LogOrigin.isForeign(to: directory.database) {
      let log = try directory.setLogAside()
      report.lost.append("what a log of another state held, which is kept as \(log)")
      guard try await verify(directory).contains(where: { !$0.isRebuildable }) else { return }
    }
    report.lost += try await salvage(directory)
    if !report.lost.isEmpty { try directory.noteLosses(report.lost) }
    report.damagedDatabase = try directory.replaceDatabase()
  }

  /// Makes the new database of whatever most can be saved of: all whole pages of a damaged log, what
  /// SQLite makes of database and log, or, where the log does harm, the database alone.
  /// - Returns: what is lost.
  private static func salvage(_ directory: IndexDirectory) async throws -> [String] {
    defer { directory.removeDatabaseCopy() }
    func run(_ part: DatabaseCopy.Log?) async throws -> Salvage.Result {
      if let part {
        directory.removeDatabaseCopy()
        try DatabaseCopy.write(of: directory.database, with: part, to: directory.databaseCopy)
      }
      var result = try await mappingErrors(directory.path) {
        let source = part == nil ? directory.database : directory.databaseCopy
        return try await Salvage(
          directory: directory, source: source, pagesMayBeStale: part == .wholeFrames
        ).run()
      }
      if part == .wholeFrames {
        result.lost.append("the last change of what stood on a page that is broken in the log")
      }
      return result
    }
    var parts: [DatabaseCopy.Log?] = directory.hasLog ? [nil, .nothing] : [nil]
    if try LogVerifier.verify(directory.database).damage != nil {
      parts.insert(.wholeFrames, at: 0)
    }
    var best: (part: DatabaseCopy.Log?, result: Salvage.Result)?
    var failure = RAGError(.corrupt, "nothing can be saved", path: directory.path)
    for part in parts {
      do {
        let result = try await run(part)
        if best.map({ result.isBetter(than: $0.result) }) ?? true { best = (part, result) }
        if result.isGood { return result.lost }
      } catch let error as RAGError where error.code == .corrupt {
        failure = error
      }
    }
    guard let best else { throw failure }
    return try await run(best.part).lost
  }
}
