/// The part of a schema that a prompt shows.
///
/// Its text holds names, comments and values of the database: it is text from outside.
public struct LinkedSchema: Sendable, Hashable {
  /// A table with the columns that are shown.
  public struct Table: Sendable, Hashable {
    /// Its name.
    public var name: String
    /// The names of the columns, in the table's order.
    public var columns: [String]
    /// Columns that found no room.
    public var omittedColumnCount: Int
  }

  /// The definitions, as SQL.
  public var text: String
  /// The tables, the one that has most to do with the question first.
  public var tables: [Table]
  /// Tables that found no room; the text may still name them.
  public var omittedTableCount: Int
}

/// The lines of a schema's text, as they are chosen.
struct SchemaText {
  let schema: SQLSchema
  let graph: JoinGraph
  /// By table and column, as SQL literals.
  let samples: [Int: [Int: [String]]]

  func header(_ table: Int) -> String {
    let table = schema.tables[table]
    let comment = table.comment.isEmpty ? "" : " -- \(Self.line(table.comment))"
    return "CREATE \(table.isView ? "VIEW" : "TABLE") \(SQLName.written(table.name)) (\(comment)"
  }

  func line(_ table: Int, _ column: Int) -> String {
    let (owner, column) = (schema.tables[table], schema.tables[table].columns[column])
    var line = "  " + SQLName.written(column.name)
    if !column.type.isEmpty { line += " " + Self.line(column.type) }
    if column.isPrimaryKey, owner.keyColumns.count == 1 { line += " PRIMARY KEY" }
    for join in graph.joins[owner.name] ?? []
    where join.column.lowercased() == column.name.lowercased() {
      let target = "\(SQLName.written(join.table)) (\(SQLName.written(join.target)))"
      line +=
        graph.isGuessed
        ? " /* by its name of \(Self.line(target.replacing("*/", with: "* /"))) */"
        : " REFERENCES \(target)"
    }
    return line
  }

  /// What stands behind a column's line, for people.
  func note(_ table: Int, _ column: Int) -> String {
    let comment = Self.line(schema.tables[table].columns[column].comment)
    let values = samples[table]?[column] ?? []
    let parts = [comment, values.isEmpty ? "" : "e.g. " + values.joined(separator: ", ")]
    return parts.filter { !$0.isEmpty }.joined(separator: "; ")
  }

  /// The definition of a table with some of its columns and the notes of some of these.
  func definition(_ table: Int, columns: Set<Int>, notes: Set<Int>) -> String {
    let all = schema.tables[table].columns.count
    var lines = [header(table)]
    let shown = columns.sorted()
    let key = schema.tables[table].keyColumns
    let showsKey = key.count > 1 && key.allSatisfy(columns.contains)
    for (place, column) in shown.enumerated() {
      let isLast = place == shown.count - 1 && !showsKey
      let note = notes.contains(column) ? self.note(table, column) : ""
      lines.append(
        line(table, column) + (isLast ? "" : ",") + (note.isEmpty ? "" : " -- \(note)"))
    }
    if showsKey {
      let names = key.map { SQLName.written(schema.tables[table].columns[$0].name) }
      lines.append("  PRIMARY KEY (\(names.joined(separator: ", ")))")
    }
    let rest = all - shown.count
    if rest > 0 { lines.append("  -- and \(rest) more column\(rest == 1 ? "" : "s")") }
    return (lines + [");"]).joined(separator: "\n")
  }

  private static func line(_ text: String) -> String {
    text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
  }
}

extension SQLSchema.Table {
  /// The places of the columns of the primary key.
  fileprivate var keyColumns: [Int] { columns.indices.filter { columns[$0].isPrimaryKey } }
}
