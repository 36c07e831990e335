import RAGCore
import RAGStore

extension Engine {
  /// Holds every byte of an index against its checksum, and its parts against each other. Needs no
  /// lock.
  /// - Returns: what is wrong; empty when all is well.
  /// - Throws: ``RAGError``: `notFound`, `incompatibleFormat`, `cancelled`; `io`, `busy` or `readOnly`
  ///   where something keeps the index from being read.
  /// - Complexity: O(bytes of the index).
  public static func verify(at directory: String) async throws -> [IndexDamage] {
    try await Store.verify(IndexDirectory(directory)).map(IndexDamage.init)
  }

  /// Makes a damaged index whole again: keeps each document all of whose texts are whole, without
  /// vectors where some are lost, and builds graph and full text anew. Lost documents come back with the next ingest of their sources.
  ///
  /// A damaged database is kept beside the new one, as `rag.sqlite.damaged`.
  /// - Parameters:
  ///   - directory: the directory of the index.
  ///   - wait: how long to wait for another writer.
  ///   - tell: is given the report, to show it. Where it throws, or the process ends before, the
  ///     next repair tells again what was lost.
  /// - Returns: the same report.
  /// - Throws: ``RAGError``: `notFound`, `busy`, `corrupt` when nothing can be saved, `diskFull`,
  ///   `readOnly`, `io`, `cancelled`.
  public static func repair(
    at directory: String, wait: Duration = .seconds(5),
    tell: (RepairReport) throws -> Void = { _ in }
  ) async throws -> RepairReport {
    RepairReport(
      try await Store.repair(IndexDirectory(directory), wait: wait) { try tell(RepairReport($0)) })
  }

  /// Folds all chunks into one generation, and gives free space back to the file system.
  /// - Returns: bytes of the index before and after.
  /// - Throws: ``RAGError``: `busy`, `diskFull`, `readOnly`, `io`, `cancelled`.
  /// - Complexity: O(bytes of the index), and as much free space on the device.
  @discardableResult
  public func compact(wait: Duration = .seconds(5)) async throws -> (before: Int, after: Int) {
    let lock = try await store.lockForWriting(wait: wait)
    defer { withExtendedLifetime(lock) {} }
    let before = store.directory.byteCount
    try await store.compact()
    return (before, store.directory.byteCount)
  }

  /// What searches of this engine found damaged, and answered from the rows instead: slower, and as
  /// exact. ``repair(at:wait:)`` mends it.
  public var damage: [IndexDamage] { store.damage.map(IndexDamage.init) }

  /// What writes of this engine came upon damaged, and made anew.
  public var mended: [IndexDamage] { store.mended.map(IndexDamage.init) }
}

/// One thing that is wrong with an index.
public struct IndexDamage: Sendable, Codable, Hashable {
  /// The name of the file in the index directory.
  public var file: String
  /// What is wrong, and where.
  public var problem: String

  init(_ damage: Damage) {
    file = damage.file
    problem = damage.problem
  }

  init(_ error: RAGError) {
    file = error.path.map { String($0.split(separator: "/").last ?? "") } ?? ""
    problem = error.message
  }
}

/// What a repair did.
public struct RepairReport: Sendable, Codable, Hashable {
  /// What was wrong before.
  public var damage: [IndexDamage]
  /// Ids of the documents that were lost, or what is known of them.
  public var lost: [String]
  /// Documents that the index holds now.
  public var documents: Int
  /// Where the damaged database was put; nil when it was sound.
  public var damagedDatabase: String?

  init(_ report: RAGStore.RepairReport) {
    damage = report.damage.map(IndexDamage.init)
    lost = report.lost
    documents = report.documents
    damagedDatabase = report.damagedDatabase
  }
}
