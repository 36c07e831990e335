import CSQLite
import Testing

/// SQLite's own tokenizer, asked through an in-memory table.
final class FTS5Oracle {
  private var database: OpaquePointer?
  private var nextRow: Int64 = 1

  init() throws {
    #expect(sqlite3_open(":memory:", &database) == SQLITE_OK)
    try execute(
      """
      CREATE VIRTUAL TABLE texts USING fts5(
        text, content = '', tokenize = 'porter unicode61 remove_diacritics 2');
      CREATE VIRTUAL TABLE terms USING fts5vocab(texts, 'instance');
      BEGIN;
      """)
  }

  deinit { sqlite3_close_v2(database) }

  /// The terms of texts, each text's in order.
  func terms(of texts: [String]) throws -> [[String]] {
    let first = nextRow
    let insert = try prepare("INSERT INTO texts (rowid, text) VALUES (?, ?)")
    defer { sqlite3_finalize(insert) }
    for text in texts {
      sqlite3_bind_int64(insert, 1, nextRow)
      let bytes = Array(text.utf8)
      // SQLITE_TRANSIENT, which C spells as a cast: the bytes are copied.
      let copied = unsafeBitCast(-1, to: sqlite3_destructor_type.self)
      _ = bytes.withUnsafeBytes {
        sqlite3_bind_text(
          insert, 2, $0.bindMemory(to: CChar.self).baseAddress, Int32(bytes.count), copied)
      }
      try #require(sqlite3_step(insert) == SQLITE_DONE)
      sqlite3_reset(insert)
      nextRow += 1
    }
    let select = try prepare("SELECT doc, term FROM terms WHERE doc >= ? ORDER BY doc, offset")
    defer { sqlite3_finalize(select) }
    sqlite3_bind_int64(select, 1, first)
    var terms = texts.map { _ in [String]() }
    while sqlite3_step(select) == SQLITE_ROW {
      let count = Int(sqlite3_column_bytes(select, 1))
      let term = UnsafeRawBufferPointer(start: sqlite3_column_text(select, 1), count: count)
      terms[Int(sqlite3_column_int64(select, 0) - first)].append(
        String(decoding: term, as: UTF8.self))
    }
    return terms
  }

  private func prepare(_ sql: String) throws -> OpaquePointer {
    var statement: OpaquePointer?
    try #require(sqlite3_prepare_v2(database, sql, -1, &statement, nil) == SQLITE_OK)
    return try #require(statement)
  }

  private func execute(_ sql: String) throws {
    try #require(sqlite3_exec(database, sql, nil, nil, nil) == SQLITE_OK)
  }
}
