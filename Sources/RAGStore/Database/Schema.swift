import CSQLite
import GRDB
import RAGCore

/// The tables of an index, and how a new one comes to be.
enum Schema {
  /// `PRAGMA application_id`: "RAG1".
  static let applicationID = 0x5241_4731
  /// `PRAGMA user_version`: raised when an older build could not read what a newer one writes.
  static let formatVersion = 3
  /// The oldest format that this build reads.
  static let oldestVersion = 2

  /// Makes the database of an index, whole or not at all.
  static func create(in directory: IndexDirectory) throws {
    directory.removeNewDatabase()
    try newDatabase(in: directory).close()
    try directory.adoptNewDatabase()
  }

  /// Makes the tables in a database beside the index's own.
  static func newDatabase(in directory: IndexDirectory) throws -> DatabaseQueue {
    var configuration = Configuration()
    configuration.prepareDatabase { database in
      // Both hold only for a database that has no page yet.
      if let connection = database.sqliteConnection { CheckedVFS.reserve(in: connection) }
      try database.execute(sql: "PRAGMA auto_vacuum = INCREMENTAL")
    }
    let queue = try DatabaseQueue(
      path: CheckedVFS.uri(directory.newDatabase), configuration: configuration)
    try queue.write { database in
      try database.execute(sql: tables)
      try database.execute(sql: "PRAGMA application_id = \(applicationID)")
      try database.execute(sql: "PRAGMA user_version = \(formatVersion)")
    }
    // Here and not in the index: the change goes through a journal that only a writer can undo.
    try queue.writeWithoutTransaction { try $0.execute(sql: "PRAGMA journal_mode = WAL") }
    return queue
  }

  /// The first pages that a database may have, but for its counts: they name the pages at which the
  /// trees begin, as they are made and as a compaction numbers them anew.
  static func firstPages(in directory: IndexDirectory) throws -> [[UInt8]] {
    directory.removeNewDatabase()
    defer { directory.removeNewDatabase() }
    let queue = try newDatabase(in: directory)
    func firstPage() throws -> [UInt8] {
      try queue.writeWithoutTransaction { _ = try $0.checkpoint(.truncate) }
      var page = [UInt8](repeating: 0, count: PageChecksum.pageSize)
      _ = try page.withUnsafeMutableBytes {
        try UncheckedFile(directory.newDatabase)?.read($0, at: 0)
      }
      return page
    }
    let made = try firstPage()
    try queue.vacuum()
    let compacted = try firstPage()
    try queue.close()
    return [made, compacted]
  }

  /// Proves, before SQLite is let in, that there is an index and not something else.
  static func validateFile(of directory: IndexDirectory) throws {
    let path = directory.path
    switch try DatabaseHeader.read(directory.database, applicationID: UInt32(applicationID)) {
    case .index: return
    // A checkpoint that was cut off: SQLite reads the page from its log, and writes it again.
    case .damaged where directory.hasLog: return
    case .damaged:
      throw RAGError(
        .corrupt, "the first page of the database is damaged; 'rag repair' keeps what is whole",
        path: path)
    case .unchecked:
      throw RAGError(
        .incompatibleFormat,
        "has index format 1, and this build reads \(oldestVersion) to \(formatVersion); ingest into a "
          + "new index", path: path)
    case .otherDatabase:
      throw RAGError(
        .incompatibleFormat, "is a database of something else, not an index of this format",
        path: path)
    case .notADatabase:
      throw RAGError(
        .corrupt,
        "the first page of the database is lost, or it is none; 'rag repair' keeps what is whole",
        path: path)
    case .empty:
      throw RAGError(
        .corrupt,
        "the database is empty; restore it from a copy, or remove the directory and "
          + "ingest anew", path: path)
    case .absent:
      try directory.requireNeverUsed()
      throw RAGError(
        .notFound, "there is no index here; make one with 'rag ingest', or name it with --index",
        path: path)
    }
  }

  /// Proves that a database is an index that this build reads.
  static func validate(_ database: Database, path: String) throws {
    let application = try Int.fetchOne(database, sql: "PRAGMA application_id") ?? 0
    let version = try Int.fetchOne(database, sql: "PRAGMA user_version") ?? 0
    guard application == applicationID else {
      throw RAGError(
        .incompatibleFormat, "is a database of something else, not an index", path: path)
    }
    guard (oldestVersion...formatVersion).contains(version) else {
      throw RAGError(
        .incompatibleFormat,
        "has index format \(version), and this build reads \(oldestVersion) to \(formatVersion); "
          + (version > formatVersion ? "use a newer rag" : "ingest into a new index"), path: path)
    }
  }

  /// Brings a database of an older format to this one.
  static func upgrade(_ database: Database) throws {
    let version = try Int.fetchOne(database, sql: "PRAGMA user_version") ?? 0
    guard version < formatVersion else { return }
    try database.execute(sql: "ALTER TABLE document ADD COLUMN content TEXT")
    try database.execute(sql: "PRAGMA user_version = \(formatVersion)")
    _ = try IndexSettings.nameNewState(database)
  }

  static let tables = """
    -- One row a fact about the whole index: encoder, dimension, chunking, revision, last chunk.
    CREATE TABLE setting (name TEXT PRIMARY KEY, value ANY NOT NULL) STRICT, WITHOUT ROWID;

    CREATE TABLE document (
      id INTEGER PRIMARY KEY,
      key TEXT NOT NULL UNIQUE,
      path TEXT,
      title TEXT,
      language TEXT,
      mediaType TEXT NOT NULL,
      encoding TEXT NOT NULL,
      content TEXT,
      converter TEXT,
      contentHash BLOB NOT NULL,
      settingsHash BLOB NOT NULL,
      byteCount INTEGER NOT NULL,
      chunkCount INTEGER NOT NULL,
      links TEXT NOT NULL,
      metadata TEXT NOT NULL,
      checksum INTEGER NOT NULL
    ) STRICT;
    CREATE INDEX documentByPath ON document (path);

    -- The bytes of the sources that the index keeps.
    CREATE TABLE source (
      document INTEGER PRIMARY KEY REFERENCES document (id) ON DELETE CASCADE,
      bytes BLOB NOT NULL,
      checksum INTEGER NOT NULL
    ) STRICT;

    -- The metadata of documents, one row a value, to filter by.
    CREATE TABLE metadata (
      document INTEGER NOT NULL REFERENCES document (id) ON DELETE CASCADE,
      field TEXT NOT NULL,
      text TEXT,
      number REAL
    ) STRICT;
    CREATE INDEX metadataByDocument ON metadata (document);
    CREATE INDEX metadataByText ON metadata (field, text, document);
    CREATE INDEX metadataByNumber ON metadata (field, number, document);

    -- An id is never used again, and what is searched of a chunk never changes: so one above the
    -- last of a generation is not in it, and what is in it is true.
    CREATE TABLE chunk (
      id INTEGER PRIMARY KEY,
      document INTEGER NOT NULL REFERENCES document (id) ON DELETE CASCADE,
      identity BLOB NOT NULL,
      text TEXT NOT NULL,
      headings TEXT NOT NULL,
      ordinal INTEGER NOT NULL,
      textStart INTEGER NOT NULL,
      textEnd INTEGER NOT NULL,
      utf8Start INTEGER NOT NULL,
      utf8End INTEGER NOT NULL,
      characterStart INTEGER NOT NULL,
      characterEnd INTEGER NOT NULL,
      firstLine INTEGER NOT NULL,
      lastLine INTEGER NOT NULL,
      tokenCount INTEGER NOT NULL,
      checksum INTEGER NOT NULL
    ) STRICT;
    CREATE INDEX chunkByDocument ON chunk (document, ordinal);
    CREATE INDEX chunkByIdentity ON chunk (identity);

    -- Little-endian Float32, as the encoder gave them.
    CREATE TABLE vector (
      chunk INTEGER PRIMARY KEY REFERENCES chunk (id) ON DELETE CASCADE,
      elements BLOB NOT NULL,
      checksum INTEGER NOT NULL
    ) STRICT;

    -- The generations that make up the body, in the order of their chunks.
    CREATE TABLE generation (
      number INTEGER PRIMARY KEY,
      lastChunk INTEGER NOT NULL UNIQUE,
      chunkCount INTEGER NOT NULL,
      graphByteCount INTEGER,
      graphChecksum INTEGER,
      termsByteCount INTEGER NOT NULL,
      termsChecksum INTEGER NOT NULL
    ) STRICT;

    -- Chunks removed since the generations were written that may be in them.
    CREATE TABLE tombstone (chunk INTEGER PRIMARY KEY) STRICT;
    """
}
