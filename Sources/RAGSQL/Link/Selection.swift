import RAGCore

/// Fills a room of tokens with lines of a schema, the most needed first.
struct Selection {
  let text: SchemaText
  let ranking: SchemaRanking
  let order: [Int]
  /// How many tables of the order the question is taken to be about; the others follow.
  let linkedCount: Int
  let counter: any TokenCounter
  let room: Int

  private var left = 0
  private var columns: [Int: Set<Int>] = [:]
  private var notes: [Int: Set<Int>] = [:]

  /// Of the room this is kept for the names of tables that are not shown.
  private static let namesShare = 8
  /// Columns that a table shows before the next one has its turn.
  private static let turnColumnCount = 16

  init(
    text: SchemaText, ranking: SchemaRanking, order: [Int], linkedCount: Int,
    counter: any TokenCounter, room: Int
  ) {
    self.text = text
    self.ranking = ranking
    self.order = order
    self.linkedCount = linkedCount
    self.counter = counter
    self.room = room
  }

  /// The tables that the question is about come whole, as far as there is room, with the values
  /// that it names, before any other table is shown.
  mutating func schema() -> LinkedSchema {
    let reserve = room / Self.namesShare
    left = room - reserve
    for tables in [order.prefix(linkedCount), order.dropFirst(linkedCount)] {
      takeFirstColumns(of: tables)
      takeNotes(of: tables) { [ranking] in ranking.valuedColumns[$0]?.contains($1) ?? false }
      takeOtherColumns(of: tables)
      // Half of what is left is for other tables, should the question be about these after all.
      let rest = left
      left = rest / 2
      takeNotes(of: tables) { _, _ in true }
      left += rest - rest / 2
    }
    takeNotes(of: order[...]) { _, _ in true }
    return linked(left: left + reserve)
  }

  private mutating func take(_ line: String) -> Bool {
    let count = counter.tokenCount(of: line) + 2
    guard count <= left else { return false }
    left -= count
    return true
  }

  private mutating func takeFirstColumns(of tables: ArraySlice<Int>) {
    for table in tables {
      let first = firstColumns(of: table)
      guard let start = first.first,
        take(text.header(table) + "\n  -- and 1000 more columns\n);\n\n" + text.line(table, start))
      else { continue }
      columns[table] = [start]
      for column in first.dropFirst() where take(text.line(table, column)) {
        columns[table]?.insert(column)
      }
    }
  }

  /// Takes the columns that are not shown yet, the best of each table first, in turns.
  private mutating func takeOtherColumns(of tables: ArraySlice<Int>) {
    var waiting = tables.compactMap { table -> (table: Int, columns: ArraySlice<Int>)? in
      guard let shown = columns[table] else { return nil }
      let scores = ranking.columns[table]
      let rest = scores.indices.filter { !shown.contains($0) }
        .sorted { (scores[$1], $0) < (scores[$0], $1) }
      return (table, rest[...])
    }
    while !waiting.isEmpty {
      for (place, (table, rest)) in waiting.enumerated() {
        for column in rest.prefix(Self.turnColumnCount) {
          // When there is no room for one, there is hardly any for another.
          guard take(text.line(table, column)) else { return }
          columns[table]?.insert(column)
        }
        waiting[place].columns = rest.dropFirst(Self.turnColumnCount)
      }
      waiting.removeAll { $0.columns.isEmpty }
    }
  }

  private mutating func takeNotes(
    of tables: ArraySlice<Int>, where isWanted: (_ table: Int, _ column: Int) -> Bool
  ) {
    for table in tables {
      for column in (columns[table] ?? []).sorted() where isWanted(table, column) {
        let note = text.note(table, column)
        guard !note.isEmpty, notes[table]?.contains(column) != true, take(" -- " + note) else {
          continue
        }
        notes[table, default: []].insert(column)
      }
    }
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
    return Array(chosen.prefix(Self.turnColumnCount))
  }

  private func linked(left: Int) -> LinkedSchema {
    let tables = text.schema.tables
    let shown = order.filter { columns[$0] != nil }
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
