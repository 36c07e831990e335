/// Statements that a sandbox must refuse.
let hostileStatements: [String] = [
  // Writing.
  "INSERT INTO customer VALUES (9, 'x', 'y')", "UPDATE customer SET name = 'x'",
  "DELETE FROM customer", "REPLACE INTO customer VALUES (1, 'x', 'y')",
  "DELETE FROM customer RETURNING *", "UPDATE customer SET name = 'x' RETURNING name",
  "WITH x AS (SELECT 1) DELETE FROM customer",
  "WITH x AS (SELECT 1) INSERT INTO invoice SELECT * FROM x",
  "INSERT INTO sqlite_schema VALUES (1, 2, 3, 4, 5)", "DELETE FROM sqlite_sequence",
  // The schema.
  "DROP TABLE customer", "DROP VIEW big_invoice", "CREATE TABLE t (a)",
  "CREATE TEMP TABLE t AS SELECT * FROM customer", "CREATE TEMP VIEW v AS SELECT 1",
  "CREATE VIEW v AS SELECT 1", "CREATE INDEX i ON customer (name)",
  "CREATE TRIGGER t AFTER INSERT ON customer BEGIN SELECT 1; END",
  "CREATE TEMP TRIGGER t AFTER INSERT ON customer BEGIN SELECT 1; END",
  "CREATE VIRTUAL TABLE v USING fts5 (a)", "ALTER TABLE customer RENAME TO c",
  "ALTER TABLE customer ADD COLUMN x", "ANALYZE", "REINDEX", "VACUUM",
  "VACUUM INTO '/tmp/stolen.sqlite'",
  // Other files and settings.
  "ATTACH '/etc/passwd' AS p", "ATTACH ':memory:' AS m", "DETACH main",
  "PRAGMA writable_schema = 1", "PRAGMA query_only = 0", "PRAGMA journal_mode = WAL",
  "PRAGMA table_info(customer)", "PRAGMA user_version = 7", "PRAGMA temp_store_directory = '/tmp'",
  "PRAGMA main.integrity_check", "SELECT * FROM pragma_table_info('customer')",
  "SELECT * FROM pragma_database_list", "SELECT count(*) FROM pragma_function_list",
  "SELECT load_extension('/tmp/x.so')", "SELECT load_extension('x', 'y') FROM customer",
  "SELECT writefile('/tmp/x', 'y')", "SELECT readfile('/etc/passwd')", "SELECT edit('x')",
  "SELECT fts3_tokenizer('simple')", "SELECT sqlite_compileoption_get(1)",
  // Transactions.
  "BEGIN", "BEGIN EXCLUSIVE", "COMMIT", "ROLLBACK", "SAVEPOINT s", "RELEASE s",
  // What is not listed.
  "SELECT * FROM sqlite_master", "SELECT sql FROM sqlite_schema",
  "SELECT * FROM main.sqlite_master",
  "SELECT * FROM sqlite_temp_master", "SELECT count(*) FROM sqlite_master",
  "SELECT * FROM note", "SELECT * FROM note WHERE note MATCH 'secret'",
  "SELECT * FROM note_content",
  "SELECT * FROM note_data", "INSERT INTO note (note) VALUES ('rebuild')",
  "INSERT INTO note (note) VALUES ('delete-all')", "SELECT * FROM dbstat",
  "SELECT name FROM customer UNION SELECT sql FROM sqlite_master",
  "SELECT (SELECT sql FROM sqlite_master LIMIT 1)",
  "SELECT name FROM customer WHERE EXISTS (SELECT sql FROM sqlite_master)",
  "WITH m AS (SELECT * FROM sqlite_master) SELECT * FROM m",
  // Several statements, and tricks with comments.
  "SELECT 1; DROP TABLE customer", "SELECT 1;; SELECT 2", "SELECT 1; -- \nDELETE FROM customer",
  "SELECT 1 /* */ ; /* x */ PRAGMA user_version = 7", "/* SELECT */ DROP TABLE customer",
  "-- SELECT\nDROP TABLE customer", "SELECT 1\0; DROP TABLE customer", "", ";", "-- nothing",
  "/* SELECT 1", "EXPLAIN SELECT 1", "EXPLAIN QUERY PLAN SELECT * FROM customer", "SELECT ?",
  "SELECT :name", "SELECT @x",
  // Too much.
  "SELECT randomblob(1000000000)", "SELECT zeroblob(1000000000)",
  "SELECT hex(zeroblob(100000))", "SELECT printf('%.*c', 1000000000, 'x')",
  "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n",
  "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n, n AS m",
  "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 100000) "
    + "SELECT count(*) FROM n a, n b, n c",
  "WITH RECURSIVE s(x) AS (SELECT 'x' UNION ALL SELECT x || x FROM s) SELECT max(x) FROM s",
  "WITH t0 AS (SELECT 1 AS x), "
    + (1...40).map { "t\($0) AS (SELECT a.x FROM t\($0 - 1) a, t\($0 - 1) b)" }
    .joined(separator: ", ") + " SELECT x FROM t40 LIMIT 1",
  "WITH 'a0' AS (SELECT 1 AS x), "
    + (1...40).map { "a\($0) AS (SELECT a.x FROM 'a\($0 - 1)' a, \"a\($0 - 1)\" b)" }
    .joined(separator: ", ") + " SELECT x FROM a40 LIMIT 1",
  "WITH a AS (SELECT 1 WHERE 1 IN (" + Array(repeating: "1", count: 20_000).joined(separator: ",")
    + ")) SELECT 1 WHERE "
    + Array(repeating: "EXISTS (SELECT 1 FROM a)", count: 100).joined(separator: " OR "),
  "WITH t0(x) AS (SELECT 1), "
    + (1...300).map { "\"T\($0)\" (x) AS NOT MATERIALIZED (SELECT x FROM t\($0 - 1))" }
    .joined(separator: ", ") + " SELECT x FROM t300",
  "SELECT 'x' LIKE '" + String(repeating: "%a", count: 5000) + "'",
  "SELECT " + String(repeating: "(", count: 5000) + "1" + String(repeating: ")", count: 5000),
  "SELECT 1" + String(repeating: " UNION SELECT 1", count: 1000),
  "SELECT " + String(repeating: "abs(", count: 250) + "1" + String(repeating: ")", count: 250),
  "SELECT " + (0..<300).map { "abs(\($0))" }.joined(separator: ", "),
  "SELECT '" + String(repeating: "x", count: 2 << 20) + "'",
]
