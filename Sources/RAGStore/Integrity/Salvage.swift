import Foundation
import GRDB
import RAGCore

/// Copies the documents that are whole from a damaged database into a new one.
///
/// Rows are looked up by their ids, which needs no index and only the pages on the way to a row;
/// each is held against its own checksum, as those of pages are not asked.
struct Salvage {
  let directory: IndexDirectory

  /// - Returns: the keys of the lost documents, or what is known of them, and where the damaged
  ///   database is kept.
  /// - Throws: ``RAGError`` of code `corrupt` when not even the tables can be found; the damaged
  ///   database is then as it was.
  func run() async throws -> (lost: [String], damaged: String) {
    let damaged = try DatabaseQueue(
      path: CheckedVFS.uri(directory.database, verifying: false), configuration: Self.configuration)
    directory.removeNewDatabase()
    do {
      let new = try Schema.newDatabase(in: directory)
      let lost = try await copy(from: damaged, to: new)
      // Closing does it too, and keeps silent where the disk is full.
      try await new.writeWithoutTransaction { _ = try $0.checkpoint(.truncate) }
      try new.close()
      try await writeBackLog(of: damaged)
      try damaged.close()
      return (lost, try directory.replaceDatabase())
    } catch {
      directory.removeNewDatabase()
      throw error
    }
  }

  private static var configuration: Configuration {
    var configuration = Configuration()
    configuration.busyMode = .timeout(10)
    configuration.prepareDatabase { database in
      try database.execute(sql: "PRAGMA trusted_schema = OFF")
      try database.execute(sql: "PRAGMA cell_size_check = ON")
    }
    return configuration
  }

  /// Puts what the log holds into the damaged database, which is kept.
  private func writeBackLog(of damaged: DatabaseQueue) async throws {
    do {
      try await damaged.writeWithoutTransaction { _ = try $0.checkpoint(.truncate) }
    } catch let error as DatabaseError where error.resultCode != .SQLITE_BUSY {
      // Too damaged for that: the log is kept beside it.
    }
  }

  private func copy(from damaged: DatabaseQueue, to new: DatabaseQueue) async throws -> [String] {
    // Not in one transaction: SQLite does not let one end well in which a page was malformed. The
    // lock keeps other writers out.
    let strict = try? DatabaseQueue(
      path: CheckedVFS.uri(directory.database, through: .mending), configuration: Self.configuration
    )
    defer { try? strict?.close() }
    return try await Cancellation.forwarding { cancellation in
      try await damaged.unsafeRead { source in
        try cancellation.heeded { try copy(from: source, strict: strict, to: new) }
      }
    }
  }

  private func copy(
    from source: Database, strict: DatabaseQueue?, to new: DatabaseQueue
  ) throws -> [String] {
    let mark = try directory.revisionMark.read() ?? 0
    let pagesAreSound = try CheckedVFS.verifyPages(path: directory.database) { _, _ in
      try Cancellation.check()
    }.damagedPages.isEmpty
    var settings = IndexSettings()
    var canBeRead = true
    do {
      settings = try IndexSettings.fetch(source)
    } catch  where Self.meansLoss(error) {
      canBeRead = false
    }
    let hasSettings = settings != IndexSettings()
    var reader = SalvageReader(
      source: source, strict: strict, settings: settings, pagesAreSound: pagesAreSound,
      keepsVectors: hasSettings,
      ids: pagesAreSound ? [] : try RowIDScan.ids(in: directory.database))
    try reader.findChunks()
    var kept = 0
    var lost: [String] = []
    var sources: [String] = []
    try new.write { target in
      let lastDocument = try reader.forEachDocument { id, document in
        if let document, try document.insert(target) {
          kept += 1
          if document.mayLackSource { sources.append(document.row.key) }
        } else if let key = reader.key(of: id) {
          lost.append(key)
        }
      }
      guard canBeRead || kept > 0 else {
        throw RAGError(
          .corrupt,
          "neither settings nor documents can be read, and nothing can be saved; ingest into a "
            + "new index", path: directory.path)
      }
      let nameless = settings.documentCount - kept - lost.count
      if nameless > 0 {
        lost.append("\(nameless) more, whose names are lost")
      } else if !hasSettings, !pagesAreSound, reader.documentCount == nil {
        lost.append("documents on damaged pages, if there were more: nobody knows how many")
      }
      lost += sources.map { "the source of \($0), if it was kept" }
      settings.documentCount = kept
      settings.lastDocument = max(settings.lastDocument, lastDocument)
      settings.lastChunk = max(settings.lastChunk, reader.lastChunk)
      let missing = mark - settings.revision
      settings.revision = max(settings.revision, mark) + 1
      try settings.save(target)
      if !hasSettings, kept > 0 {
        lost.append("all vectors: the next ingest of the sources makes them anew")
      } else if missing > 0 {
        lost.append("all that the last \(missing) commits changed")
      }
    }
    return lost
  }

  /// Whether an error says that bytes are lost, and not that something else is in the way.
  static func meansLoss(_ error: any Error) -> Bool {
    switch error {
    case let error as RAGError: error.code == .corrupt
    case let error as DatabaseError:
      [.SQLITE_CORRUPT, .SQLITE_NOTADB, .SQLITE_IOERR, .SQLITE_ERROR].contains(error.resultCode)
    default: error is DecodingError || error is RowDecodingError
    }
  }
}
