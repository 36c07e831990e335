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
  /// Whether the database declares none, and they are told by names.
  let isGuessed: Bool
  private let neighbours: [String: [String]]

  /// Takes the foreign keys; where a database declares none, columns that are named as keys.
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
    isGuessed = joins.isEmpty
    if joins.isEmpty { joins = JoinGuess(schema).joins }
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
}
