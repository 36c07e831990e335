import CSQLite
import Foundation

/// A directory of its own for one test.
final class TemporaryDirectory {
  let path: String

  init() throws {
    path = NSTemporaryDirectory() + "rag-sql-" + UUID().uuidString
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  /// Makes a database of statements.
  func database(_ sql: String, name: String = "d.sqlite") throws -> String {
    let file = path + "/" + name
    var connection: OpaquePointer?
    defer { sqlite3_close(connection) }
    guard sqlite3_open(file, &connection) == SQLITE_OK,
      sqlite3_exec(connection, sql, nil, nil, nil) == SQLITE_OK
    else { throw CocoaError(.fileWriteUnknown) }
    return file
  }
}

func bytes(_ path: String) throws -> Data { try Data(contentsOf: URL(fileURLWithPath: path)) }

/// A small shop, with a view, a full-text table and a trigger.
let shop = """
  CREATE TABLE customer (customer_id INTEGER PRIMARY KEY, name TEXT NOT NULL, city TEXT);
  CREATE TABLE invoice (invoice_id INTEGER PRIMARY KEY,
    customer_id INTEGER REFERENCES customer (customer_id), total REAL);
  CREATE VIEW big_invoice AS WITH b AS (SELECT * FROM invoice WHERE total > 10) SELECT * FROM b;
  CREATE VIRTUAL TABLE note USING fts5 (body);
  INSERT INTO customer VALUES (1, 'Ann', 'Oslo'), (2, 'Bob', 'Rome'), (3, 'Cyd', NULL);
  INSERT INTO invoice VALUES (1, 1, 5.5), (2, 1, 20.0), (3, 2, 12.25);
  INSERT INTO note VALUES ('secret');
  """
