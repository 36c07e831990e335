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
    var report = RepairReport(damage: try await verify(directory))
    try requireSame()
    guard !report.damage.isEmpty else {
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
    let (lost, damaged) = try await salvage(directory, &report)
    report.lost += lost
    report.damagedDatabase = damaged
  }

  /// What can be saved with the log; without it, where nothing can.
  private static func salvage(
    _ directory: IndexDirectory, _ report: inout RepairReport
  ) async throws -> (lost: [String], damaged: String) {
    func run() async throws -> (lost: [String], damaged: String) {
      try await mappingErrors(directory.path) { try await Salvage(directory: directory).run() }
    }
    do {
      return try await run()
    } catch RAGError.Code.corrupt where directory.hasLog {
      let log = try directory.setLogAside()
      report.lost.append("what a damaged log held, which is kept as \(log)")
      return try await run()
    }
  }
}
