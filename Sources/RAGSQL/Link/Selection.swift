import RAGCore

/// Fills a room of tokens with lines of a schema, the most needed first.
struct Selection {
  let text: SchemaText
  let ranking: SchemaRanking
  let order: [Int]
  let counter: any TokenCounter
  let room: Int
  let firstColumnCount: Int

  /// Of the room this is kept for the names of tables that are not shown.
  private static let namesShare = 8

  func schema() -> LinkedSchema {
    var left = room - room / Self.namesShare
    var columns: [Int: Set<Int>] = [:]
    var notes: [Int: Set<Int>] = [:]
    func take(_ line: String) -> Bool {
      let count = counter.tokenCount(of: line) + 2
      guard count <= left else { return false }
      left -= count
      return true
    }
    // Keys and what the question names, of every table; then the other columns; then notes.
    for table in order {
      let first = firstColumns(of: table)
      guard let start = first.first,
        take(text.header(table) + "\n  -- and 1000 more columns\n);\n\n" + text.line(table, start))
      else { continue }
      columns[table] = [start]
      for column in first.dropFirst() where take(text.line(table, column)) {
        columns[table]?.insert(column)
      }
    }
    let shown = order.filter { columns[$0] != nil }
    for table in shown {
      let scores = ranking.columns[table]
      let rest = scores.indices.filter { columns[table]?.contains($0) == false }
        .sorted { (scores[$1], $0) < (scores[$0], $1) }
      for column in rest {
        guard take(text.line(table, column)) else { break }
        columns[table]?.insert(column)
      }
    }
    for table in shown {
      for column in (columns[table] ?? []).sorted() {
        let note = text.note(table, column)
        if !note.isEmpty, take(" -- " + note) { notes[table, default: []].insert(column) }
      }
    }
    return linked(shown, columns, notes, left: left + room / Self.namesShare)
  }

  /// Keys and columns that the question names, the best first.
  private func firstColumns(of table: Int) -> [Int] {
    let definition = text.schema.tables[table]
    let joins = Set((text.graph.joins[definition.name] ?? []).map { $0.column.lowercased() })
    let scores = ranking.columns[table]
    func isKey(_ column: Int) -> Bool {
      let column = definition.columns[column]
      return column.isPrimaryKey || joins.contains(column.name.lowercased())
    }
    let first = scores.indices.filter { scores[$0] > 0 || isKey($0) }
      .sorted { (scores[$1], $0) < (scores[$0], $1) }
    let chosen = first.isEmpty ? Array(scores.indices.prefix(1)) : first
    return Array(chosen.prefix(firstColumnCount))
  }

  private func linked(
    _ shown: [Int], _ columns: [Int: Set<Int>], _ notes: [Int: Set<Int>], left: Int
  ) -> LinkedSchema {
    let tables = text.schema.tables
    var parts = shown.map {
      text.definition($0, columns: columns[$0] ?? [], notes: notes[$0] ?? [])
    }
    let others = order.filter { columns[$0] == nil }
    var left = left - 8
    var names: [String] = []
    for table in others {
      let name = SQLName.written(tables[table].name)
      let count = counter.tokenCount(of: ", " + name)
      guard count <= left else { break }
      left -= count
      names.append(name)
    }
    if !names.isEmpty { parts.append("-- Other tables: \(names.joined(separator: ", "))") }
    return LinkedSchema(
      text: parts.joined(separator: "\n\n"),
      tables: shown.map { table in
        let chosen = columns[table] ?? []
        return LinkedSchema.Table(
          name: tables[table].name, columns: chosen.sorted().map { tables[table].columns[$0].name },
          omittedColumnCount: tables[table].columns.count - chosen.count)
      }, omittedTableCount: others.count)
  }
}
