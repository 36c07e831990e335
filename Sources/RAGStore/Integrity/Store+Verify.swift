import Foundation
import GRDB
import RAGCore
import RAGIndex
import RAGLexical

extension Store {
  /// Holds every byte of an index against its checksum, and its parts against each other.
  ///
  /// Needs no lock; a writer may be at work.
  /// - Returns: what is wrong; empty when all is well. No more than 100 problems of a kind.
  /// - Throws: ``RAGError`` of code `notFound`, `incompatibleFormat`, `cancelled`; `io`, `busy` or
  ///   `readOnly` where something keeps the index from being read.
  package static func verify(_ directory: IndexDirectory) async throws -> [Damage] {
    let damage = try await examine(directory)
    // What the device did not give once it may give the next time.
    return damage.contains(where: \.isOfDevice) ? try await examine(directory) : damage
  }

  private static func examine(_ directory: IndexDirectory) async throws -> [Damage] {
    guard directory.exists else {
      try directory.requireNeverUsed()
      throw RAGError(
        .notFound, "there is no index here; name one with --index", path: directory.path)
    }
    try directory.requireRegularFiles()
    // Somebody else's is not looked into.
    let application = UInt32(Schema.applicationID)
    let header = try? DatabaseHeader.read(directory.database, applicationID: application)
    if header == .otherDatabase { try Schema.validateFile(of: directory) }
    guard try !LogOrigin.isForeign(to: directory.database) else {
      return [Damage(IndexDirectory.databaseName + "-wal", LogOrigin.problem)]
    }
    var (damage, logDamage) = try pageProblems(directory)
    let hasPageProblems = !damage.isEmpty
    // Before the database is opened: what is committed meanwhile is acknowledged later.
    let mark = try directory.revisionMark.read()
    let markIsDamaged = directory.revisionMark.isDamaged
    var markIsCutOff = false
    do {
      let store = try await open(directory, for: .read)
      let revision = try await store.read { $0.settings.revision }
      markIsCutOff = directory.revisionMark.isCutOff(at: revision)
      var rowError: (any Error)?
      do { damage += try await store.read { try $0.rowProblems() } } catch { rowError = error }
      damage += try await store.read { try $0.generationProblems() }
      if let rowError { throw rowError }
      // Of a commit that was cut off nothing was acknowledged. The first one has no mark before it.
      let isFirst = revision == 0 && directory.revisionMark.isEmpty
      if let found = logDamage, found.mayBeTornCommit, mark.map({ $0 <= revision }) ?? isFirst {
        logDamage = nil
      }
    } catch let error as RAGError where error.code == .incompatibleFormat && damage.isEmpty {
      // Whole, and not ours.
      throw error
    } catch  where Damage.isMeant(by: error) {
      // Of pages that are damaged was told.
      if !hasPageProblems { damage.append(Damage(IndexDirectory.databaseName, error)) }
    }
    if let logDamage {
      damage.append(Damage(IndexDirectory.databaseName + "-wal", logDamage.description))
    }
    // Twice, because a writer may have been at it.
    if markIsDamaged, !markIsCutOff, directory.revisionMark.isDamaged {
      damage.append(
        Damage(
          (directory.lock as NSString).lastPathComponent,
          "the mark of the last commit is damaged: commits that are lost would not be missed"))
    }
    return damage
  }

  private static func pageProblems(
    _ directory: IndexDirectory
  ) throws -> (damage: [Damage], logDamage: LogReport.Damage?) {
    let report = try CheckedVFS.verifyPages(path: directory.database) { _, _ in
      try Cancellation.check()
    }
    let file = IndexDirectory.databaseName
    guard report.pageCount > 0 else {
      return ([Damage(file, "the file holds nothing")], report.logDamage)
    }
    var damage = report.damagedPages.prefix(100).map { page in
      Damage(file, "page \(page) of \(report.pageCount) is damaged")
    }
    if report.damagedPages.count > 100 {
      damage.append(Damage(file, "\(report.damagedPages.count - 100) more pages are damaged"))
    }
    if report.surplusByteCount > 0 {
      damage.append(
        Damage(
          file,
          "\(report.surplusByteCount) bytes stand behind the last of \(report.pageCount) pages"))
    }
    return (damage, report.logDamage)
  }
}

extension StoreReader {
  private static let shown = 100

  /// What is wrong with the rows.
  fileprivate func rowProblems() throws -> [Damage] {
    let file = IndexDirectory.databaseName
    var problems: [Damage] = []
    func check(_ table: String, _ body: (Row) throws -> Void) throws {
      var count = 0
      do {
        let rows = try Row.fetchCursor(database, sql: "SELECT * FROM \(table)")
        while let row = try rows.next() {
          try Cancellation.check()
          do { try body(row) } catch {
            count += 1
            if count <= Self.shown { problems.append(Damage(file, error)) }
          }
        }
      } catch let error as DatabaseError where Damage.isMeant(by: error) {
        problems.append(Damage(table: table, error))
      }
      if count > Self.shown {
        problems.append(Damage(file, "\(count - Self.shown) more rows of table \(table)"))
      }
    }
    try check("document") { _ = try DocumentRow($0) }
    try check("source") { _ = try SourceRow($0) }
    try check("chunk") { _ = try ChunkRow($0) }
    try check("vector") { _ = try VectorRow($0, dimension: settings.dimension) }
    problems += try metadataProblems()
    for line in try String.fetchAll(database, sql: "PRAGMA integrity_check(\(Self.shown))")
    where line != "ok" {
      problems.append(Damage(integrityCheck: line))
    }
    if !settings.hasRoom { problems.append(Damage(file, IndexSettings.lackOfRoom)) }
    let isNoID =
      "id NOT BETWEEN \(IndexSettings.ids.lowerBound) AND \(IndexSettings.ids.upperBound)"
    let contradictions: [(String, String)] = [
      ("documents have ids that cannot be", "SELECT count(*) FROM document WHERE \(isNoID)"),
      ("chunks have ids that cannot be", "SELECT count(*) FROM chunk WHERE \(isNoID)"),
      (
        "documents lack some of their chunks",
        """
        SELECT count(*) FROM document WHERE chunkCount != (
          SELECT count(*) FROM chunk WHERE chunk.document = document.id)
        """
      ),
      (
        "documents have gaps between their chunks",
        """
        SELECT count(*) FROM document WHERE chunkCount != (
          SELECT count(DISTINCT ordinal) FROM chunk WHERE chunk.document = document.id
            AND ordinal BETWEEN 0 AND chunkCount - 1)
        """
      ),
      (
        "documents lack some of their vectors",
        """
        SELECT count(*) FROM document WHERE (
          SELECT count(*) FROM chunk JOIN vector ON vector.chunk = chunk.id
            WHERE chunk.document = document.id) NOT IN (0, chunkCount)
        """
      ),
      (
        "documents have ids that are still to be given",
        "SELECT count(*) FROM document WHERE id > \(settings.lastDocument)"
      ),
      (
        "chunks have ids that are still to be given",
        "SELECT count(*) FROM chunk WHERE id > \(settings.lastChunk)"
      ),
      (
        "chunks belong to no document",
        "SELECT count(*) FROM chunk WHERE document NOT IN (SELECT id FROM document)"
      ),
      (
        "vectors belong to no chunk",
        "SELECT count(*) FROM vector WHERE chunk NOT IN (SELECT id FROM chunk)"
      ),
      (
        "values of metadata belong to no document",
        "SELECT count(*) FROM metadata WHERE document NOT IN (SELECT id FROM document)"
      ),
      (
        "kept sources belong to no document",
        "SELECT count(*) FROM source WHERE document NOT IN (SELECT id FROM document)"
      ),
      (
        "chunks are marked as removed",
        "SELECT count(*) FROM chunk WHERE id IN (SELECT chunk FROM tombstone)"
      ),
      (
        "chunks are marked as removed that are still to come",
        "SELECT count(*) FROM tombstone WHERE chunk > \(settings.lastChunk)"
      ),
      (
        "generations end behind the last chunk",
        "SELECT count(*) FROM generation WHERE lastChunk > \(settings.lastChunk)"
      ),
    ]
    let documents = try Int.fetchOne(database, sql: "SELECT count(*) FROM document") ?? 0
    if documents != settings.documentCount {
      problems.append(
        Damage(file, "\(documents) documents are there, of \(settings.documentCount)"))
    }
    for (problem, sql) in contradictions {
      let count = try Int.fetchOne(database, sql: sql) ?? 0
      if count > 0 { problems.append(Damage(file, "\(count) \(problem)")) }
    }
    return problems
  }

  /// Where filters would not read what documents say.
  ///
  /// The rows of `metadata` have no checksum: they are held against those that a write makes of the
  /// document, one document at a time.
  private func metadataProblems() throws -> [Damage] {
    let file = IndexDirectory.databaseName
    // As bytes: texts that look alike are equal as strings.
    let rows = """
      SELECT CAST(field AS BLOB), CAST(text AS BLOB), number FROM metadata WHERE document = ?
      ORDER BY 1, 2, 3
      """
    var configuration = Configuration()
    // The documents themselves are not in it.
    configuration.foreignKeysEnabled = false
    let model = try DatabaseQueue(configuration: configuration)
    try model.write { try $0.execute(sql: Schema.tables) }
    func written(_ metadata: Metadata, _ document: Int64) throws -> [Row] {
      guard !metadata.isEmpty else { return [] }
      return try model.write { model in
        try model.cachedStatement(sql: "DELETE FROM metadata").execute()
        try Store.insert(metadata, document: document, in: model)
        return try Row.fetchAll(model.cachedStatement(sql: rows), arguments: [document])
      }
    }
    var problems: [Damage] = []
    var count = 0
    do {
      let stored = try database.cachedStatement(sql: rows)
      let documents = try Row.fetchCursor(database, sql: "SELECT * FROM document")
      while let row = try documents.next() {
        try Cancellation.check()
        // A row that is damaged itself was told of.
        guard let document = try? DocumentRow(row) else { continue }
        let found = try Row.fetchAll(stored, arguments: [document.id])
        // Most documents have none, and need not be parsed.
        if found.isEmpty, document.metadata == "{}" { continue }
        let metadata = try? document.decodedMetadata()
        if let metadata, try written(metadata, document.id) == found { continue }
        count += 1
        guard count <= Self.shown else { continue }
        let problem = metadata == nil ? "cannot be read" : "is not that which filters read"
        problems.append(Damage(file, "the metadata of document \(document.id) \(problem)"))
      }
    } catch let error as DatabaseError where Damage.isMeant(by: error) {
      problems.append(Damage(table: "metadata", error))
    }
    if count > Self.shown {
      problems.append(Damage(file, "the metadata of \(count - Self.shown) more documents"))
    }
    return problems
  }

  /// What is wrong with the files of generations; notes them as damaged.
  func generationProblems() throws -> [Damage] {
    let state = try state()
    var problems: [Damage] = []
    var previous: Int64 = 0
    for generation in state.generations {
      let range = (previous + 1)...generation.lastChunk
      previous = generation.lastChunk
      func check(_ file: String, _ table: String, _ ids: () throws -> [Int64]?) throws {
        try Cancellation.check()
        let path = files.directory.path + "/" + file
        do {
          guard let ids = try ids() else { return }
          let key = table == "chunk" ? "id" : "chunk"
          let live = try Int64.fetchAll(
            database, sql: "SELECT \(key) FROM \(table) WHERE \(key) BETWEEN ? AND ? ORDER BY 1",
            arguments: [range.lowerBound, range.upperBound])
          let gone = Set(state.tombstones.sorted)
          guard ids.filter({ !gone.contains($0) }) == live else {
            throw RAGError(.corrupt, "holds other chunks than the database", path: path)
          }
        } catch RAGError.Code.notFound where mayBeStale {
          // A writer may have folded meanwhile.
          throw StaleState()
        } catch let error as RAGError where Damage.isMeant(by: error) {
          _ = files.noteDamage(error, in: [generation])
          problems.append(Damage(file, error))
        }
      }
      try check("g\(generation.number).graph", "vector") {
        let graph = try graph(of: generation)
        try graph?.check()
        return try graph?.ids()
      }
      try check("g\(generation.number).terms", "chunk") {
        let terms = try files.terms(of: generation)
        try terms.check()
        let ids = try terms.ids()
        guard ids.count == generation.chunkCount else {
          throw RAGError(
            .corrupt, "holds \(ids.count) chunks, the database says \(generation.chunkCount)",
            path: files.directory.terms(generation.number))
        }
        return ids
      }
    }
    return problems
  }
}
