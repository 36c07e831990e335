/// Which tables join with which.
struct JoinGraph {
  /// A column that leads to a column of another table.
  struct Join: Hashable {
    var column: String
    var table: String
    var target: String
  }

  /// The joins of each table, by its name.
  let joins: [String: [Join]]
  private let neighbours: [String: [String]]

  /// Takes the foreign keys; where a database declares none, columns named alike that look like
  /// keys.
  init(_ schema: SQLSchema) {
    let byName = Dictionary(
      schema.tables.map { ($0.name.lowercased(), $0) }, uniquingKeysWith: { first, _ in first })
    var joins: [String: [Join]] = [:]
    for table in schema.tables {
      for key in table.foreignKeys {
        guard let other = byName[key.table.lowercased()] else { continue }
        let target = key.target ?? other.columns.first(where: \.isPrimaryKey)?.name
        guard let target else { continue }
        joins[table.name, default: []].append(
          Join(column: key.column, table: other.name, target: target))
      }
    }
    if joins.isEmpty { joins = Self.joinsByName(schema) }
    self.joins = joins
    var neighbours: [String: Set<String>] = [:]
    for (name, joins) in joins {
      for join in joins where join.table != name {
        neighbours[name, default: []].insert(join.table)
        neighbours[join.table, default: []].insert(name)
      }
    }
    self.neighbours = neighbours.mapValues { $0.sorted() }
  }

  /// The tables that are needed to join the given ones, beside them: those on a shortest way from
  /// each to those before it.
  func tables(joining names: [String]) -> [String] {
    guard var reached = names.first.map({ Set([$0]) }) else { return [] }
    var added: [String] = []
    for name in names.dropFirst() where !reached.contains(name) {
      let way = shortestWay(from: name, to: reached)
      for table in way where !reached.contains(table) && !names.contains(table) {
        added.append(table)
      }
      reached.formUnion(way)
      reached.insert(name)
    }
    return added
  }

  private func shortestWay(from start: String, to goals: Set<String>) -> [String] {
    var before: [String: String] = [start: start]
    var front = [start]
    while !front.isEmpty {
      var next: [String] = []
      for table in front {
        for neighbour in neighbours[table] ?? [] where before[neighbour] == nil {
          before[neighbour] = table
          guard !goals.contains(neighbour) else {
            var way = [neighbour]
            while let last = way.last, last != start, let earlier = before[last] {
              way.append(earlier)
            }
            return way
          }
          next.append(neighbour)
        }
      }
      front = next
    }
    return []
  }

  /// A table that holds a column `pid` or `state_name` first among tables, and those that hold it
  /// too. Names that many tables may have by chance are not keys.
  private static func joinsByName(_ schema: SQLSchema) -> [String: [Join]] {
    var owners: [String: [(table: SQLSchema.Table, column: String)]] = [:]
    for table in schema.tables where !table.isView {
      for column in table.columns {
        let name = column.name.lowercased()
        guard name.hasSuffix("id") || name.hasSuffix("_name") || name.hasSuffix("_key") else {
          continue
        }
        owners[name, default: []].append((table, column.name))
      }
    }
    var joins: [String: [Join]] = [:]
    for (name, owners) in owners where owners.count > 1 {
      // The table that the key is of: by its primary key, else by a name that begins alike.
      let home =
        owners.first { $0.table.columns.first { $0.isPrimaryKey }?.name.lowercased() == name }
        ?? owners.filter { $0.table.name.lowercased().first == name.first }
        .min { $0.table.name.utf8.count < $1.table.name.utf8.count } ?? owners[0]
      for owner in owners where owner.table.name != home.table.name {
        joins[owner.table.name, default: []].append(
          Join(column: owner.column, table: home.table.name, target: home.column))
      }
    }
    return joins.mapValues { $0.sorted { ($0.column, $0.table) < ($1.column, $1.table) } }
  }
}
