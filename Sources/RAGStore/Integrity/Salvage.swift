import CSQLite
import Foundation
import GRDB
import RAGCore

/// Copies the documents that are whole from a damaged database into a new one.
///
/// Rows are looked up by their ids, which needs no index and only the pages on the way to a row;
/// each is held against its own checksum, as those of pages are not asked.
struct Salvage {
  struct Result {
    var keptCount = 0
    /// Those of them that have all vectors they may have had.
    var wholeCount = 0
    /// The documents that the database had, as far as it says.
    var documentCount = 0
    /// Acknowledged commits after the state of the database.
    var missingCommitCount = 0
    /// Whether it has what is whole of commits behind the damage in a log, too.
    var looksBehindDamage = false
    /// The keys of the lost documents, or what is known of them.
    var lost: [String] = []

    /// Whether most of the documents of the last state are kept, and their vectors.
    var isGood: Bool { missingCommitCount <= 0 && isMost(wholeCount) }

    /// Whether it is the last state, and all documents of it are kept, and their vectors.
    var isWhole: Bool { missingCommitCount <= 0 && wholeCount > 0 && wholeCount == documentCount }

    /// Nine tenths: less, and an older state with more of it is worth more.
    private func isMost(_ count: Int) -> Bool { count > 0 && count * 10 >= documentCount * 9 }

    /// Whether a later state was saved, or more, where much of one of the two is lost; of the same
    /// texts, those with more vectors, which the texts can be given again.
    func isBetter(than other: Result) -> Bool {
      isMost(keptCount) && other.isMost(other.keptCount)
        ? (-missingCommitCount, laterPart, keptCount, wholeCount)
          > (-other.missingCommitCount, other.laterPart, other.keptCount, other.wholeCount)
        : (keptCount, -missingCommitCount, laterPart, wholeCount)
          > (other.keptCount, -other.missingCommitCount, other.laterPart, other.wholeCount)
    }

    /// 1 where it has a part of the commits that are missing, of which only the number is lost.
    private var laterPart: Int { looksBehindDamage && missingCommitCount > 0 ? 1 : 0 }
  }

  let directory: IndexDirectory
  /// The database that is read, which stays as it is: the index's own or a copy.
  let source: String
  /// Whether older pages may stand in the place of broken ones.
  var pagesMayBeStale = false
  /// Whether the first page is what it was; one that was made knows of no free pages.
  var hasOwnFirstPage = true

  /// What nobody knows of pages that are whole, each for itself, and do not fit each other.
  static let lostWithOlderPages =
    "changes on pages that are older than the rest, if there are such: nobody can tell"
  /// What nobody knows without the mark of the last commit.
  static let lostWithMark = "the last commits, if there were more: their mark is damaged"

  /// Makes the new database of the directory.
  /// - Throws: ``RAGError`` of code `corrupt` when not even the tables can be found.
  func run() async throws -> Result {
    let damaged = try DatabaseQueue(
      path: CheckedVFS.uri(source, verifying: false, immutable: hasNoLog()),
      configuration: Self.configuration)
    directory.removeNewDatabase()
    do {
      let new = try Schema.newDatabase(in: directory)
      let result = try await copy(from: damaged, to: new)
      // Closing does it too, and keeps silent where the disk is full.
      try await new.writeWithoutTransaction { _ = try $0.checkpoint(.truncate) }
      try new.close()
      try damaged.close()
      return result
    } catch {
      directory.removeNewDatabase()
      throw error
    }
  }

  /// Then nobody needs the files beside it that SQLite has for a log.
  private func hasNoLog() throws -> Bool {
    try UncheckedFile(source, isLog: true).map { try $0.size() == 0 } ?? true
  }

  private static var configuration: Configuration {
    var configuration = Configuration()
    configuration.busyMode = .timeout(10)
    configuration.prepareDatabase { database in
      // What is read stays as it is.
      let connection = UnsafeMutableRawPointer(database.sqliteConnection)
      rag_sqlite_persist_wal(connection)
      rag_sqlite_write_back_on_close(connection, 0)
      try database.execute(sql: "PRAGMA trusted_schema = OFF")
      try database.execute(sql: "PRAGMA cell_size_check = ON")
    }
    return configuration
  }

  private func copy(from damaged: DatabaseQueue, to new: DatabaseQueue) async throws -> Result {
    // Not in one transaction: SQLite does not let one end well in which a page was malformed. The
    // lock keeps other writers out.
    let strict = try? DatabaseQueue(
      path: CheckedVFS.uri(source, through: .mending, immutable: hasNoLog()),
      configuration: Self.configuration)
    defer { try? strict?.close() }
    return try await Cancellation.forwarding { cancellation in
      try await damaged.unsafeRead { source in
        try cancellation.heeded { try copy(from: source, strict: strict, to: new) }
      }
    }
  }

  private func copy(
    from database: Database, strict: DatabaseQueue?, to new: DatabaseQueue
  ) throws -> Result {
    let pagesAreSound = try CheckedVFS.verifyPages(path: source) { _, _ in
      try Cancellation.check()
    }.damagedPages.isEmpty
    // Where some pages are older, each is whole, and yet trees may lead past rows, or twice to one.
    guard pagesAreSound, !pagesMayBeStale else {
      return try copy(
        from: database, strict: strict, to: new, pagesAreSound: false,
        pagesMayBeStale: pagesMayBeStale)
    }
    do {
      return try copy(
        from: database, strict: strict, to: new, pagesAreSound: true, pagesMayBeStale: false)
    } catch  where Self.meansLoss(error) {
      // They are of two states, or the schema is another's.
      var result = try copy(
        from: database, strict: strict, to: new, pagesAreSound: false, pagesMayBeStale: true)
      result.lost.append(Self.lostWithOlderPages)
      return result
    }
  }

  private func copy(
    from database: Database, strict: DatabaseQueue?, to new: DatabaseQueue, pagesAreSound: Bool,
    pagesMayBeStale: Bool
  ) throws -> Result {
    let mark = try directory.acknowledgedRevision()
    var settings = IndexSettings()
    var canBeRead = true
    do {
      settings = try IndexSettings.fetch(database)
    } catch  where Self.meansLoss(error) {
      canBeRead = false
    }
    let hasSettings = settings != IndexSettings()
    let treesAreSound = pagesAreSound && hasSoundTrees(database)
    var reader = SalvageReader(
      source: database, strict: strict, settings: settings, pagesAreSound: pagesAreSound,
      // A write-back may have been cut off, and its log be lost.
      pagesMayBeStale: pagesMayBeStale || mark > settings.revision,
      leaves: pagesAreSound ? nil : try leaves(database, new),
      keepsVectors: hasSettings, treesAreSound: treesAreSound,
      ids: pagesAreSound ? [] : try RowIDScan.ids(in: source))
    try reader.findChunks()
    var result = Result()
    var (sources, vectors): ([String], [String]) = ([], [])
    try new.write { target in
      let lastDocument = try reader.forEachDocument { id, document in
        if let document, try document.insert(target) {
          result.keptCount += 1
          if document.mayLackSource { sources.append(document.row.key) }
          if document.mayLackVectors {
            vectors.append(document.row.key)
          } else {
            result.wholeCount += 1
          }
        } else if let key = reader.key(of: id) {
          result.lost.append(key)
        }
      }
      guard canBeRead || result.keptCount > 0 else {
        throw RAGError(
          .corrupt,
          "neither settings nor documents can be read, and nothing can be saved; ingest into a "
            + "new index", path: directory.path)
      }
      // Each page is whole, and yet they are of two states: rows are looked for on all of them.
      if pagesAreSound,
        result.keptCount != settings.documentCount
          || !(result.lost.isEmpty && vectors.isEmpty && sources.isEmpty)
      {
        throw RAGError(.corrupt, "pages are of two states", path: directory.path)
      }
      result.documentCount = settings.documentCount
      result.missingCommitCount = mark - settings.revision
      if result.missingCommitCount == 1, (try? IndexSettings.mayBePacked(database)) == true {
        // That commit only named the state.
        result.missingCommitCount = 0
      }
      let nameless = settings.documentCount - result.keptCount - result.lost.count
      if nameless > 0 {
        result.lost.append("\(nameless) more, whose names are lost")
      } else if !hasSettings, !pagesAreSound, reader.documentCount == nil {
        result.lost.append("documents on damaged pages, if there were more: nobody knows how many")
      }
      result.lost += sources.map { "the source of \($0), if it was kept" }
      result.lost += vectors.map { "the vectors of \($0), if it had any; ingest it again" }
      if pagesAreSound, !treesAreSound { result.lost.append(Self.lostWithOlderPages) }
      let revision = settings.revision
      settings.countOn(
        fromDocument: lastDocument, chunk: reader.lastChunk, revision: mark,
        documentCount: result.keptCount)
      try settings.save(target)
      if !hasSettings, result.keptCount > 0, Self.mayHaveVectors(database) {
        result.lost.append("all vectors: the next ingest of the sources makes them anew")
      }
      if !hasSettings, result.keptCount > 0 {
        result.lost.append("how texts are cut into chunks: tell the next ingest, if not as usual")
      }
      if !canBeRead, mark > 0 {
        result.lost.append("the last commits, if a log was lost: nobody can tell")
      } else if result.missingCommitCount > 0 {
        result.lost.append("all that the last \(result.missingCommitCount) commits changed")
      } else if directory.revisionMark.isLost(at: revision) {
        result.lost.append(Self.lostWithMark)
      }
    }
    return result
  }

  /// Whether no row is where no tree leads, as behind a page of an older state, and none belongs to
  /// another that is not there, as on such a page.
  private func hasSoundTrees(_ database: Database) -> Bool {
    let orphans = """
      SELECT EXISTS (SELECT 1 FROM source WHERE document NOT IN (SELECT id FROM document))
        OR EXISTS (SELECT 1 FROM chunk WHERE document NOT IN (SELECT id FROM document))
        OR EXISTS (SELECT 1 FROM vector WHERE chunk NOT IN (SELECT id FROM chunk))
      """
    let check = "PRAGMA integrity_check(1)"
    return (!hasOwnFirstPage || (try? String.fetchOne(database, sql: check)) == "ok")
      && (try? Bool.fetchOne(database, sql: orphans)) == false
  }

  private static func mayHaveVectors(_ database: Database) -> Bool {
    let has = try? Bool.fetchOne(database, sql: "SELECT EXISTS (SELECT 1 FROM vector)")
    return has != false
  }

  private func leaves(_ database: Database, _ new: DatabaseQueue) throws -> LeafRows? {
    guard try hasNoLog() else { return nil }
    var tables: [String: LeafRows.Table] = [:]
    for name in ["document", "source", "chunk", "vector"] {
      let root = try? UInt32.fetchOne(
        database, sql: "SELECT rootpage FROM sqlite_schema WHERE name = ?", arguments: [name])
      guard let root else { continue }
      tables[name] = LeafRows.Table(
        root: root, columns: try new.read { try $0.columns(in: name).map(\.name) })
    }
    return try LeafRows(database: source, tables: tables)
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
