/// Reads the schema of a connection that is not restricted yet.
///
/// Virtual tables and what they keep their data in are left out: they run code as they open.
enum SchemaReader {
  static func schema(
    of connection: SandboxConnection
  ) throws -> (schema: SQLSchema, views: NamedQueries) {
    func rows(_ sql: String) throws -> [[SQLValue]] {
      try connection.rows(of: sql, duration: SandboxConnection.setupDuration)
    }
    var views = NamedQueries(in: "")
    let definitions = try rows(
      "SELECT name, type, sql FROM sqlite_schema WHERE type IN ('table', 'view') ORDER BY name")
    for row in definitions where row[1] == .text("view") {
      views.add(view: row[0].description, NamedQueries(in: row[2].description))
    }
    let isTooLarge = definitions.contains { row in
      row[1] == .text("view") && views.areTooMany(for: row[0].description)
    }
    let readable = try isTooLarge ? plainNames(definitions) : plainNames(rows)
    var tables: [SQLSchema.Table] = []
    for row in definitions {
      let name = row[0].description
      guard readable.contains(name), !name.lowercased().hasPrefix("sqlite_") else { continue }
      let isView = row[1] == .text("view")
      let quoted = SQLName.literal(name)
      // Reading its columns compiles a view.
      if isView, views.areTooMany(for: name) { continue }
      // A view of what does not exist has no columns; it is left out.
      let columns: [[SQLValue]]
      do {
        columns = try rows("SELECT name, type, pk FROM pragma_table_xinfo(\(quoted))")
      } catch let failure as SQLFailure where isView && failure.kind != .tooSlow {
        continue
      }
      let keys = try rows(
        "SELECT \"from\", \"table\", \"to\" FROM pragma_foreign_key_list(\(quoted)) ORDER BY id, seq"
      )
      let comments = isView ? DefinitionComments() : DefinitionComments(in: row[2].description)
      tables.append(
        SQLSchema.Table(
          name: name, isView: isView,
          columns: columns.map {
            let column = $0[0].description
            return SQLSchema.Column(
              name: column, type: $0[1].description, isPrimaryKey: $0[2] != .integer(0),
              comment: comments.columns[column.lowercased()] ?? "")
          },
          foreignKeys: keys.map {
            SQLSchema.ForeignKey(
              column: $0[0].description, table: $0[1].description,
              target: $0[2] == .null ? nil : $0[2].description)
          }, comment: comments.table))
    }
    return (SQLSchema(tables: tables), views)
  }

  /// The functions that queries may call, as far as this SQLite has them.
  static func functions(of connection: SandboxConnection) throws -> Set<String> {
    let rows = try connection.rows(
      of: "SELECT DISTINCT name FROM pragma_function_list",
      duration: SandboxConnection.setupDuration)
    return SQLVocabulary.functions.intersection(rows.map { $0[0].description.lowercased() })
  }

  /// What is neither a virtual table nor one that such keeps its data in, as SQLite tells it. It
  /// compiles every view for that.
  private static func plainNames(_ rows: (String) throws -> [[SQLValue]]) throws -> Set<String> {
    let kinds = try rows(
      """
      SELECT name FROM pragma_table_list WHERE schema = 'main' AND type IN ('table', 'view')
      """)
    return Set(kinds.map { $0[0].description })
  }

  /// The same as far as names tell, beside views that are too large to be compiled.
  private static func plainNames(_ definitions: [[SQLValue]]) -> Set<String> {
    let virtual = definitions.filter { row in
      SQLLexer.tokens(of: row[2].description).dropFirst().first?.isWord("VIRTUAL") == true
    }.map { $0[0].description.lowercased() }
    return Set(definitions.map { $0[0].description }).filter { name in
      !virtual.contains { name.lowercased() == $0 || name.lowercased().hasPrefix($0 + "_") }
    }
  }
}
