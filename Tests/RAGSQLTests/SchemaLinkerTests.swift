import RAGCore
import RAGGenerate
import Testing

@testable import RAGSQL

@Suite struct SchemaLinkerTests {
  private let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  private func sandbox(_ sql: String) throws -> SQLSandbox {
    try SQLSandbox(path: directory.database(sql))
  }

  @Test(arguments: [
    ("InvoiceLines", ["invoic", "lin"]), ("customer_id", ["customer", "id"]),
    ("Which cities?", ["which", "city"]), ("HTTPStatus", ["httpstatus"]),
    ("classes", ["class"]), ("boxes", ["box"]), ("names named name", ["nam", "nam", "nam"]),
    ("straße 2024", ["straße", "2024"]), ("", []),
  ])
  func `Names and questions come apart into stems`(text: String, stems: [String]) {
    #expect(NameWords.stems(of: text) == stems)
  }

  @Test func `A small schema is shown whole, with keys, comments and values`() async throws {
    let sandbox = try sandbox(
      """
      CREATE TABLE city ( -- places, not villages
        id INTEGER PRIMARY KEY,
        name TEXT, -- in English
        -- people, in thousands
        size INT,
        "postal code" TEXT /* as written
          on letters */
      );
      CREATE TABLE shop (id INTEGER PRIMARY KEY, city INTEGER REFERENCES city);
      INSERT INTO city VALUES (1, 'Oslo', 700, '0150'), (2, 'New York', 8000, NULL),
        (3, 'Rome', 2800, '00184'), (4, 'Bergen', 290, '5003'), (5, 'Bonn', 330, '53111');
      """)
    let linked = try await SchemaLinker().link("How large is bonn?", sandbox)
    #expect(
      linked.text == """
        CREATE TABLE city ( -- places, not villages
          id INTEGER PRIMARY KEY, -- e.g. 1, 2, 3
          name TEXT, -- in English; e.g. 'Bonn', 'Oslo', 'New York'
          size INT, -- people, in thousands; e.g. 700, 8000, 2800
          "postal code" TEXT -- as written on letters; e.g. '0150', '00184', '5003'
        );

        CREATE TABLE shop (
          id INTEGER PRIMARY KEY,
          city INTEGER REFERENCES city (id)
        );
        """)
    #expect(linked.omittedTableCount == 0)
    let silent = try await SchemaLinker(sampleCount: 0).link("How large is Bonn?", sandbox)
    #expect(!silent.text.contains("Oslo") && !silent.text.contains("Bonn"))
  }

  @Test func `The tables that join the chosen ones come with them`() async throws {
    let others = (0..<200).map { "CREATE TABLE other\($0) (a INT, b INT, c INT);" }.joined()
    let sandbox = try sandbox(
      others + """
        CREATE TABLE genre (genre_key INTEGER PRIMARY KEY, label TEXT);
        CREATE TABLE piece (k INTEGER PRIMARY KEY, g INT REFERENCES genre (genre_key));
        CREATE TABLE entry (k INTEGER PRIMARY KEY, p INT REFERENCES piece (k),
          c INT REFERENCES customer (k));
        CREATE TABLE customer (k INTEGER PRIMARY KEY, title TEXT);
        """)
    let linked = try await SchemaLinker(tokenCount: 300).link(
      "Which customers like which genres?", sandbox)
    #expect(
      Set(linked.tables.prefix(4).map(\.name)) == ["customer", "genre", "piece", "entry"])
    #expect(linked.omittedTableCount > 150)
  }

  @Test func `Two thousand columns fit the budget, and those asked for are there`() async throws {
    let wide = (0..<2_000).map { $0 == 1_234 ? "harvest_weight REAL" : "measure_\($0) REAL" }
    let tables = (0..<100).map { table in
      let columns = (0..<20).map { "column_\(table)_\($0) TEXT" }
      return "CREATE TABLE station_\(table) (\(columns.joined(separator: ", ")));"
    }
    for sql in [
      "CREATE TABLE farm (\(wide.joined(separator: ", ")));",
      tables.joined() + "CREATE TABLE barn (id INTEGER PRIMARY KEY, harvest_weight REAL);",
    ] {
      let sandbox = try SQLSandbox(path: directory.database(sql, name: "\(sql.count).sqlite"))
      for tokenCount in [120, 500, 1_000, 3_000] {
        let linked = try await SchemaLinker(tokenCount: tokenCount)
          .link("What is the greatest weight of a harvest?", sandbox)
        let inside = PromptFence.inside(linked.text)
        #expect(EstimatedTokenCounter().tokenCount(of: inside) <= tokenCount)
        #expect(linked.tables[0].columns.contains("harvest_weight"))
      }
      await #expect(throws: RAGError.self) {
        try await SchemaLinker(tokenCount: 20).link("weight", sandbox)
      }
    }
  }

  @Test func `The tables asked for come whole and with values before others come at all`()
    async throws
  {
    let columns = (0..<17).map { "part_\($0) TEXT" }.joined(separator: ", ")
    let others = (0..<100).map { "CREATE TABLE other\($0) (id INTEGER PRIMARY KEY, \(columns));" }
    let sandbox = try sandbox(
      others.joined() + """
        CREATE TABLE song (id INTEGER PRIMARY KEY, \(columns), tempo INT, composer TEXT);
        INSERT INTO song (tempo, composer) VALUES (90, 'Bach'), (120, 'Verdi');
        """)
    let linked = try await SchemaLinker(tokenCount: 1_000).link("Which songs?", sandbox)
    #expect(linked.tables.first?.name == "song" && linked.tables.first?.columns.count == 20)
    #expect(linked.text.contains("composer TEXT -- e.g. 'Bach', 'Verdi'"))
    #expect(linked.tables.count > 1)
  }

  @Test func `An embedder finds the table that no word names`() async throws {
    let sandbox = try sandbox(
      (0..<20).map { "CREATE TABLE a\($0) (x INT);" }.joined() + "CREATE TABLE staff (x INT);")
    let linked = try await SchemaLinker(tokenCount: 100) { StaffEmbedder() }
      .link("Who works here?", sandbox)
    #expect(linked.tables.first?.name == "staff" && linked.omittedTableCount > 0)
    // Where all fits there is nothing to choose.
    let whole = try await SchemaLinker(embedder: { throw RAGError(.notFound, "no model") })
      .link("Who works here?", sandbox)
    #expect(whole.omittedTableCount == 0)
  }

  @Test func `Columns named alike join tables that declare no keys`() throws {
    let schema = try sandbox(
      """
      CREATE TABLE author (aid BIGINT, name TEXT); CREATE TABLE writes (aid BIGINT, pid BIGINT);
      CREATE TABLE publication (pid BIGINT, name TEXT);
      """
    ).schema
    let graph = JoinGraph(schema)
    #expect(graph.tables(joining: ["author", "publication"]) == ["writes"])
    #expect(graph.joins["writes"]?.map(\.table) == ["author", "publication"])
  }

  @Test func `What is a guess by names is told as one, and chance is none`() async throws {
    let sandbox = try sandbox(
      """
      CREATE TABLE customers (id INTEGER PRIMARY KEY, first_name TEXT, paid INT);
      CREATE TABLE orders (id INTEGER PRIMARY KEY, customer_id INT, shipCustomerId INT, paid INT);
      CREATE TABLE staff (id INTEGER PRIMARY KEY, first_name TEXT, valid INT, state_name TEXT);
      CREATE TABLE state (state_name TEXT, valid INT, customerid INT, boss_id INT);
      CREATE TABLE tbl_vendor (id INTEGER PRIMARY KEY, uuid TEXT, parent_vendor_id INT);
      CREATE TABLE tbl_title (title_id INTEGER PRIMARY KEY, vendor_id INT);
      CREATE TABLE old_titles (id INTEGER PRIMARY KEY, title_id INT, item_id INT);
      """)
    let graph = JoinGraph(sandbox.schema)
    let customers = { JoinGraph.Join(column: $0, table: "customers", target: "id") }
    #expect(
      graph.joins == [
        "orders": [customers("customer_id"), customers("shipCustomerId")],
        "staff": [JoinGraph.Join(column: "state_name", table: "state", target: "state_name")],
        "state": [customers("customerid")],
        "tbl_title": [JoinGraph.Join(column: "vendor_id", table: "tbl_vendor", target: "id")],
        "old_titles": [JoinGraph.Join(column: "title_id", table: "tbl_title", target: "title_id")],
        "tbl_vendor": [
          JoinGraph.Join(column: "parent_vendor_id", table: "tbl_vendor", target: "id")
        ],
      ])
    let text = try await SchemaLinker(embedder: { throw RAGError(.notFound, "no model") })
      .link("Which customers ordered?", sandbox).text
    #expect(text.contains("  customer_id INT /* by its name of customers (id) */,"))
    #expect(!text.contains("REFERENCES"))
  }
}

/// Takes "staff" and questions of work to be alike.
private struct StaffEmbedder: Embedder {
  let fingerprint = "staff"
  let name = "staff"
  let dimension = 2
  let maximumTokenCount = 100
  var tokenCounter: any TokenCounter { EstimatedTokenCounter() }

  func embed(_ texts: [String], as role: EmbeddingRole) async throws -> [[Float]] {
    texts.map { $0.contains("staff") || $0.contains("works") ? [1, 0] : [0, 1] }
  }
}
