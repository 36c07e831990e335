import GRDB
import RAGCore

/// The tables of an index, and how older ones become the present ones.
///
/// A table is never changed here once it was released; a new migration is added.
enum Schema {
  /// `PRAGMA application_id`: "RAG1".
  static let applicationID = 0x5241_4731
  /// `PRAGMA user_version`: raised when an older build could not read what a newer one writes.
  static let formatVersion = 1

  static var migrator: DatabaseMigrator {
    var migrator = DatabaseMigrator()
    migrator.registerMigration("1") { database in
      try database.execute(sql: version1)
      try database.execute(sql: "PRAGMA application_id = \(applicationID)")
      try database.execute(sql: "PRAGMA user_version = \(formatVersion)")
    }
    return migrator
  }

  /// Proves that a database is an index that this build reads.
  static func validate(_ database: Database, path: String) throws {
    let application = try Int.fetchOne(database, sql: "PRAGMA application_id") ?? 0
    let version = try Int.fetchOne(database, sql: "PRAGMA user_version") ?? 0
    guard try database.tableCount() > 0 else {
      throw RAGError(
        .notFound, "the index here was never finished; run 'rag ingest' again", path: path)
    }
    guard application == applicationID else {
      throw RAGError(
        .incompatibleFormat, "is a database of something else, not an index of rag", path: path)
    }
    guard version <= formatVersion else {
      throw RAGError(
        .incompatibleFormat,
        "has index format \(version), and this build reads up to \(formatVersion); use a newer rag",
        path: path)
    }
  }

  private static let version1 = """
    -- One row a fact about the whole index: encoder, dimension, chunking, revision, generation.
    CREATE TABLE setting (name TEXT PRIMARY KEY, value ANY NOT NULL) STRICT, WITHOUT ROWID;

    CREATE TABLE document (
      id INTEGER PRIMARY KEY,
      key TEXT NOT NULL UNIQUE,
      path TEXT,
      title TEXT,
      language TEXT,
      mediaType TEXT NOT NULL,
      encoding TEXT NOT NULL,
      converter TEXT,
      contentHash BLOB NOT NULL,
      settingsHash BLOB NOT NULL,
      byteCount INTEGER NOT NULL,
      source BLOB,
      links TEXT NOT NULL
    ) STRICT;
    CREATE INDEX documentByPath ON document (path);

    CREATE TABLE metadata (
      document INTEGER NOT NULL REFERENCES document (id) ON DELETE CASCADE,
      field TEXT NOT NULL,
      text TEXT,
      number REAL
    ) STRICT;
    CREATE INDEX metadataByDocument ON metadata (document);
    CREATE INDEX metadataByText ON metadata (field, text, document);
    CREATE INDEX metadataByNumber ON metadata (field, number, document);

    -- AUTOINCREMENT: an id is never used again, so one above a generation's last is not in it.
    CREATE TABLE chunk (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      document INTEGER NOT NULL REFERENCES document (id) ON DELETE CASCADE,
      ordinal INTEGER NOT NULL,
      identity BLOB NOT NULL,
      text TEXT NOT NULL,
      headings TEXT NOT NULL,
      textStart INTEGER NOT NULL,
      textEnd INTEGER NOT NULL,
      utf8Start INTEGER NOT NULL,
      utf8End INTEGER NOT NULL,
      characterStart INTEGER NOT NULL,
      characterEnd INTEGER NOT NULL,
      firstLine INTEGER NOT NULL,
      lastLine INTEGER NOT NULL,
      tokenCount INTEGER NOT NULL
    ) STRICT;
    CREATE INDEX chunkByDocument ON chunk (document, ordinal);
    CREATE INDEX chunkByIdentity ON chunk (identity);

    -- Little-endian Float32, as the encoder gave them.
    CREATE TABLE vector (
      chunk INTEGER PRIMARY KEY REFERENCES chunk (id) ON DELETE CASCADE,
      elements BLOB NOT NULL
    ) STRICT;

    CREATE VIEW lexicalSource AS
      SELECT chunk.id AS id, document.title AS title, chunk.headings AS headings, chunk.text AS text
      FROM chunk JOIN document ON document.id = chunk.document;
    CREATE VIRTUAL TABLE lexical USING fts5(
      title, headings, text,
      content = 'lexicalSource', content_rowid = 'id', tokenize = 'rag'
    );
    """
}

extension Database {
  func tableCount() throws -> Int {
    try Int.fetchOne(self, sql: "SELECT count(*) FROM sqlite_master") ?? 0
  }
}
