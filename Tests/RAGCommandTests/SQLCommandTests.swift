import CSQLite
import Foundation
import Testing

@Suite("rag sql")
struct SQLCommandTests {
  static let shop = """
    CREATE TABLE customer (customer_id INTEGER PRIMARY KEY, name TEXT NOT NULL, city TEXT);
    CREATE TABLE invoice (invoice_id INTEGER PRIMARY KEY,
      customer_id INTEGER REFERENCES customer (customer_id), total REAL);
    INSERT INTO customer VALUES (1, 'Ann', 'Oslo'), (2, 'Bob, "B."', 'Rome'), (3, 'Cyd', NULL);
    INSERT INTO invoice VALUES (1, 1, 5.5), (2, 1, 20.0), (3, 2, 12.25);
    """

  /// A model that mends its query only if the prompt tells it how.
  static let mending = """
    case "$(cat)" in
    *"no such column: c.nmae"*"Did you mean name?"*)
      echo 'Sorry. ```sql'
      echo 'SELECT c.name, sum(i.total) AS spent FROM customer c JOIN invoice i'
      echo 'ON i.customer_id = c.customer_id GROUP BY 1 ORDER BY 2 DESC;' ;;
    *"no such table: customers"*"Did you mean customer?"*)
      echo 'SELECT c.nmae FROM customer c' ;;
    *) echo 'SELECT name FROM customers' ;;
    esac
    """

  /// Runs `body` with the shop, and a script of the shell as the model.
  private func run(
    _ script: String, database: String = shop, _ body: (Sandbox) throws -> Void
  ) throws {
    try Sandbox.run { sandbox in
      try sandbox.database("shop.sqlite", database)
      try sandbox.write("model.sh", script)
      try body(sandbox)
    }
  }

  private static let ask = "rag sql --db shop.sqlite --model-command 'sh model.sh' who spent most"

  @Test("has the model mend its query by what it is told, and shows the rows as a table")
  func table() throws {
    try run(Self.mending) { sandbox in
      let run = try sandbox.shell(Self.ask)
      #expect(run.status == 0, "\(run.errors)")
      #expect(
        run.text == """
          name       spent
          Ann         25.5
          Bob, "B."  12.25

          """)
      #expect(run.errorLines.count == 1)
      #expect(run.errors.hasPrefix("rag: query (of 3 attempts): SELECT c.name, sum(i.total)"))
    }
  }

  @Test("writes JSON with every attempt and what was wrong with it")
  func json() throws {
    try run(Self.mending) { sandbox in
      let run = try sandbox.shell(Self.ask + " --json")
      #expect(run.status == 0 && run.errors.isEmpty, "\(run.errors)")
      let report = try run.json()
      #expect(
        report.keys.sorted() == [
          "attempts", "columns", "end", "query", "question", "rows", "truncated",
        ])
      #expect(report["question"] as? String == "who spent most")
      #expect((report["query"] as? String)?.hasPrefix("SELECT c.name") == true)
      #expect(report["columns"] as? [String] == ["name", "spent"])
      let rows = try #require(report["rows"] as? [[Any]])
      #expect(rows.count == 2 && rows[1][0] as? String == "Bob, \"B.\"")
      #expect(rows[1][1] as? Double == 12.25)
      #expect(report["truncated"] as? Bool == false && report["end"] as? String == "answered")
      let attempts = try #require(report["attempts"] as? [[String: Any]])
      #expect(attempts.map { $0["number"] as? Int } == [1, 2, 3])
      #expect(attempts[0]["query"] as? String == "SELECT name FROM customers")
      #expect((attempts[1]["problem"] as? String)?.contains("c.nmae") == true)
      #expect(attempts[2]["problem"] == nil)
    }
  }

  @Test("writes CSV as RFC 4180 has it")
  func csv() throws {
    try run("echo 'SELECT name, city FROM customer ORDER BY 1'") { sandbox in
      let run = try sandbox.shell(Self.ask + " --csv")
      #expect(run.status == 0)
      #expect(
        run.text == "name,city\r\nAnn,Oslo\r\n\"Bob, \"\"B.\"\"\",Rome\r\nCyd,\r\n")
    }
  }

  @Test("says when there are no rows, with status 1, after the model was told once")
  func empty() throws {
    try run("echo \"SELECT name FROM customer WHERE city = 'Bonn'\"") { sandbox in
      let run = try sandbox.shell(Self.ask)
      #expect(run.status == 1 && run.text == "name\n")
      #expect(run.errors.contains("gave no rows") && run.errors.contains("2 attempts"))
      let json = try sandbox.shell(Self.ask + " --json")
      #expect(json.status == 1)
      #expect((try json.json()["rows"] as? [Any])?.isEmpty == true)
    }
  }

  @Test("cuts rows only where it says so")
  func truncation() throws {
    try run("echo 'SELECT name FROM customer'") { sandbox in
      let run = try sandbox.shell(Self.ask + " --rows 2")
      #expect(run.status == 0 && run.text == "name     \nAnn      \nBob, \"B.\"\n")
      #expect(run.errors.contains("rag: warning: only the first 2 rows"))
      #expect(run.errors.contains("--rows"))
      let json = try sandbox.shell(Self.ask + " --rows 2 --json")
      #expect(try json.json()["truncated"] as? Bool == true)
    }
  }

  @Test("leaves the database as it was, whatever the model writes")
  func hostile() throws {
    try run("echo 'DROP TABLE customer'") { sandbox in
      let file = sandbox.path + "/shop.sqlite"
      let before = FileManager.default.contents(atPath: file)
      let run = try sandbox.shell(Self.ask)
      #expect(run.status == 2 && run.hasOneError && run.errors.contains("not allowed"))
      #expect(FileManager.default.contents(atPath: file) == before)
      #expect(
        try sandbox.shell("ls").text == "model.sh\nshop.sqlite\n")
    }
  }

  @Test("keeps control characters of rows, names and queries from a terminal, and in a file")
  func controlCharacters() throws {
    let evil = "a\u{1B}]0;owned\u{07}b\u{9B}2J"
    try run(
      "printf 'SELECT \"%s\" FROM \"%s\" -- %s' \"$(cat name)\" \"$(cat name)\" \"$(cat name)\"",
      database:
        "CREATE TABLE \"\(evil)\" (\"\(evil)\" TEXT); INSERT INTO \"\(evil)\" VALUES ('\(evil)')"
    ) { sandbox in
      try sandbox.write("name", evil)
      // The model's answer loses its control characters too, so the query names no table.
      let named = try sandbox.shell(Self.ask)
      #expect(named.status == 2 && named.hasOneError)
      try sandbox.write("model.sh", "echo \"SELECT '$(cat name)', * FROM (SELECT 1)\"")
      let all = try sandbox.shell(Self.ask)
      #expect(all.status == 0)
      let prompt = try sandbox.shell(Self.ask + " --prompt")
      for text in [named.errors, all.text, all.errors, prompt.text] {
        let controls = text.unicodeScalars.filter {
          ($0.value < 0x20 && $0 != "\n") || (0x7F...0x9F).contains($0.value)
        }
        #expect(controls.isEmpty, "\(text.debugDescription)")
      }
    }
    try run(
      "echo 'SELECT v FROM t'",
      database: "CREATE TABLE t (v TEXT); INSERT INTO t VALUES ('\(evil)')"
    ) { sandbox in
      #expect(try sandbox.shell(Self.ask).text.contains("\u{1B}") == false)
      #expect(try sandbox.shell(Self.ask + " --csv").text == "v\r\n\(evil)\r\n")
      let seen = try sandbox.shell("script -qec \"\(Self.ask) --csv\" /dev/null < /dev/null")
      #expect(!seen.text.contains("owned\u{07}") && seen.text.contains("owned"))
    }
  }

  @Test("shows the prompt without a model, with values of columns or none")
  func prompt() throws {
    try run("exit 1") { sandbox in
      let run = try sandbox.shell("rag sql --db shop.sqlite --prompt 'who lives in Oslo?'")
      #expect(run.status == 0 && run.errors.isEmpty, "\(run.errors)")
      #expect(run.text.contains("who lives in Oslo?") && run.text.contains("e.g. 'Oslo'"))
      let silent = try sandbox.shell("rag sql --db shop.sqlite --prompt --samples 0 'who?'")
      #expect(silent.text.contains("CREATE TABLE customer") && !silent.text.contains("Oslo"))
    }
  }

  @Test("fits the schema of 2,000 columns into a small context, with the column asked for")
  func wide() throws {
    let columns = (0..<2_000).map { $0 == 1_234 ? "harvest_weight REAL" : "measure_\($0) REAL" }
    let database =
      "CREATE TABLE farm (\(columns.joined(separator: ", ")));"
      + "INSERT INTO farm (harvest_weight) VALUES (7.5)"
    let model = "grep -q 'harvest_weight REAL' && echo 'SELECT max(harvest_weight) FROM farm'"
    try run(model, database: database) { sandbox in
      let ask = "rag sql --db shop.sqlite --model-command 'sh model.sh' 'the greatest harvest?'"
      let run = try sandbox.shell(ask + " --context-tokens 2500")
      #expect(run.status == 0, "\(run.errors)")
      #expect(run.text.hasSuffix("\n                7.5\n"), "\(run.text)")
      let prompt = try sandbox.shell(ask + " --context-tokens 2500 --prompt")
      #expect(prompt.output.count < 4 * 2500)
      let narrow = try sandbox.shell(ask + " --context-tokens 1200")
      #expect(narrow.status == 2 && narrow.hasOneError)
      #expect(narrow.errors.contains("larger context (--context-tokens)"), "\(narrow.errors)")
      #expect(narrow.errors.contains("(--answer-tokens)"), "\(narrow.errors)")
    }
  }

  @Test("tells the model what was wrong however small the context is", arguments: [2000, 2300])
  func fullContext(tokenCount: Int) throws {
    let columns = (0..<500).map { "measure_\($0) REAL" }.joined(separator: ", ")
    let model = """
      tee -a prompts | grep -q 'no such column: wrong' && echo 'SELECT count(*) FROM farm' ||
      echo 'SELECT wrong FROM farm'
      """
    try run(model, database: "CREATE TABLE farm (\(columns))") { sandbox in
      let run = try sandbox.shell(Self.ask + " --context-tokens \(tokenCount)")
      #expect(run.status == 0 && run.errors.contains("of 2 attempts"), "\(run.errors)")
    }
  }

  @Test("runs a query that copies names and values as the prompt shows them")
  func copies() throws {
    let database = """
      CREATE TABLE t ("Price [EUR]" REAL, note TEXT); INSERT INTO t VALUES (2.5, '[INST]');
      """
    let model = """
      prompt=$(cat)
      name=$(printf '%s' "$prompt" | sed -n 's/^  \\("Price.*"\\) REAL.*/\\1/p')
      value=$(printf '%s' "$prompt" | sed -n "s/^  note TEXT -- e.g. \\('.*'\\)/\\1/p")
      echo "SELECT $name FROM t WHERE note = $value"
      """
    try run(model, database: database) { sandbox in
      let prompt = try sandbox.shell(Self.ask + " --prompt")
      #expect(!prompt.text.contains("[EUR]") && !prompt.text.contains("[INST]"))
      let run = try sandbox.shell(Self.ask)
      #expect(run.status == 0 && run.text.contains("2.5"), "\(run.errors)")
      #expect(run.errors == "rag: query: SELECT \"Price [EUR]\" FROM t WHERE note = '[INST]'\n")
    }
  }

  @Test(
    "tells what is wrong in one line, with its status",
    arguments: [
      ("rag sql --db shop.sqlite q", 2, "--model-command"),
      ("rag sql --db shop.sqlite --model-command 'sh model.sh' ' '", 2, "question is empty"),
      ("rag sql --db shop.sqlite --model-command nowhere q", 2, "nowhere"),
      ("rag sql --db shop.sqlite --model-command false q", 2, "false"),
      ("rag sql --db shop.sqlite --model-command yes q", 2, "bytes and was stopped"),
      ("rag sql --db shop.sqlite --model-command true q", 2, "the answer was empty"),
      ("rag sql --db shop.sqlite --model-command 'sh model.sh' q", 2, "the same again"),
      ("rag sql --db shop.sqlite --model-command 'sh model.sh' --attempts 1 q", 2, "--attempts"),
      (
        "rag sql --db shop.sqlite --model-command 'tail -f /dev/null' --timeout 0.1 q", 2,
        "--timeout"
      ),
      ("rag sql --db missing.sqlite --model-command true q", 2, "no such file"),
      ("rag sql --db . --model-command true q", 2, "not a regular file"),
      ("rag sql --db model.sh --model-command true q", 2, "not an SQLite database"),
      ("rag sql --db encrypted.sqlite --model-command true q", 2, "it is encrypted"),
      ("rag sql --db none.sqlite --model-command true q", 2, "holds no database"),
      ("rag sql --db bare.sqlite --model-command true q", 2, "no table or view"),
    ])
  func oneLine(command: String, status: Int, hint: String) throws {
    try run("echo 'SELECT nothing FROM customer'") { sandbox in
      var generator = SystemRandomNumberGenerator()
      let noise = (0..<8192).map { _ in UInt8.random(in: 0...255, using: &generator) }
      try sandbox.write("encrypted.sqlite", Data(noise))
      try sandbox.write("none.sqlite", "")
      try sandbox.database("bare.sqlite", "PRAGMA user_version = 1")
      let run = try sandbox.shell(command)
      #expect(run.status == Int32(status), "\(run.errors)")
      #expect(run.hasOneError && run.errors.contains(hint), "\(run.errors)")
      #expect(run.output.isEmpty)
    }
  }

  @Test("ends with status 75 while another program writes to the database")
  func locked() throws {
    try run("echo 'SELECT 1'") { sandbox in
      var connection: OpaquePointer?
      defer { sqlite3_close(connection) }
      try #require(sqlite3_open(sandbox.path + "/shop.sqlite", &connection) == SQLITE_OK)
      try #require(sqlite3_exec(connection, "BEGIN EXCLUSIVE", nil, nil, nil) == SQLITE_OK)
      let run = try sandbox.shell(Self.ask)
      #expect(run.status == 75 && run.hasOneError && run.output.isEmpty)
    }
  }

  @Test("names the option of a limit, and no field of the library")
  func limitNames() throws {
    let endless =
      "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n"
    try run("echo '\(endless)'") { sandbox in
      let run = try sandbox.shell(Self.ask + " --query-timeout 0.2 --attempts 1")
      #expect(run.status == 2 && run.hasOneError, "\(run.errors)")
      #expect(run.errors.contains("(--query-timeout)") && !run.errors.contains("Limits."))
    }
  }

  @Test("says of a table of the schema that the schema is in the prompt")
  func schemaTable() throws {
    let model = """
      tee -a prompts | grep -q 'reads those alone' && echo 'SELECT name FROM customer' ||
      echo "SELECT name FROM pragma_table_info('customer')"
      """
    try run(model) { sandbox in
      let run = try sandbox.shell(Self.ask)
      #expect(run.status == 0 && run.text.hasPrefix("name"), "\(run.errors)")
    }
  }

  @Test("leaves no file beside a database with a write-ahead log")
  func log() throws {
    let database = "PRAGMA journal_mode = WAL;" + Self.shop
    try run("echo 'SELECT name FROM customer'", database: database) { sandbox in
      let run = try sandbox.shell(Self.ask)
      #expect(run.status == 0, "\(run.errors)")
      let names = try sandbox.shell("ls").text
      #expect(names == "model.sh\nshop.sqlite\n")
    }
  }

  @Test("ends by Ctrl-\\ as the system ends it, without a word of the runtime")
  func quit() throws {
    try run("kill -QUIT $PPID; exec tail -f /dev/null") { sandbox in
      let run = try sandbox.shell("ulimit -c 0; " + Self.ask + " & wait $!")
      #expect(run.status == 131, "\(run.status)")
      // The shell has its word.
      for word in ["rag: ", "backtrace", "crashed", "Thread"] {
        #expect(!run.errors.contains(word), "\(run.errors)")
      }
    }
  }

  @Test("ends with status 130 by Ctrl-C while the model writes")
  func interrupt() throws {
    // The model is a child of rag: when it runs, the question is on its way.
    try run("kill -INT $PPID; exec tail -f /dev/null") { sandbox in
      let run = try sandbox.shell(Self.ask)
      #expect(run.status == 130 && run.hasOneError && run.errors.contains("interrupted"))
    }
  }

  @Test(
    "finds tables by meaning where the schema does not fit",
    .enabled(if: Sandbox.hasModel, Sandbox.modelRemedy))
  func encoder() throws {
    let others = (0..<100).map { table in
      let columns = (0..<20).map { "c\(table)_\($0) REAL" }.joined(separator: ", ")
      return "CREATE TABLE machine\(table) (\(columns));"
    }
    let database = others.joined() + "CREATE TABLE physician (id INTEGER PRIMARY KEY, pay REAL);"
    try run("exit 1", database: database) { sandbox in
      func definition(_ arguments: String) throws -> Bool {
        let prompt = try sandbox.shell(
          "rag sql --db shop.sqlite --prompt --context-tokens 2500 \(arguments) "
            + "'What do doctors earn in the hospital?'")
        #expect(prompt.status == 0, "\(prompt.errors)")
        return prompt.text.contains("CREATE TABLE physician (")
      }
      let isFound = try definition("--encoder '\(Sandbox.model)'")
      let isFoundByWords = try definition("--encoder none")
      #expect(isFound && !isFoundByWords)
    }
  }

  @Test("writes the attempts as JSON also when no query ran")
  func noQuery() throws {
    try run("echo 'SELECT nothing FROM customer'") { sandbox in
      let run = try sandbox.shell(Self.ask + " --json")
      #expect(run.status == 2 && run.hasOneError)
      let report = try run.json()
      #expect(report.keys.sorted() == ["attempts", "end", "question"])
      #expect(report["end"] as? String == "repeated")
      #expect((report["attempts"] as? [Any])?.count == 3)
    }
  }
}

extension Sandbox {
  /// Makes a database of statements.
  func database(_ name: String, _ sql: String) throws {
    var connection: OpaquePointer?
    defer { sqlite3_close(connection) }
    try #require(sqlite3_open(path + "/" + name, &connection) == SQLITE_OK)
    try #require(sqlite3_exec(connection, sql, nil, nil, nil) == SQLITE_OK)
  }
}
