/// Tells by the names of columns which tables join, where a database does not declare it.
struct JoinGuess {
  private let tables: [SQLSchema.Table]
  private let tablesByWords: [[String]: SQLSchema.Table]

  init(_ schema: SQLSchema) {
    tables = schema.tables.filter { !$0.isView }
    tablesByWords = Dictionary(
      tables.map { (NameWords.stems(of: $0.name), $0) }, uniquingKeysWith: { first, _ in first })
  }

  /// The joins of each table, by its name.
  var joins: [String: [JoinGraph.Join]] {
    var joins: [String: [JoinGraph.Join]] = [:]
    for table in tables {
      let found = table.columns.compactMap { column in
        target(of: column.name).flatMap { home, target in
          home.name == table.name && target == column.name
            ? nil : JoinGraph.Join(column: column.name, table: home.name, target: target)
        }
      }
      if !found.isEmpty { joins[table.name] = found }
    }
    return joins
  }

  /// The table that a column's name speaks of, and the column there: `customer_id`, `customerId` and
  /// `customerid` are of `customers`, as is `sold_customer_id`; `state_name` is of a table `state`
  /// that has it too.
  private func target(of column: String) -> (table: SQLSchema.Table, column: String)? {
    var words = NameWords.words(of: column)
    guard var suffix = words.popLast() else { return nil }
    if words.isEmpty {
      guard suffix.count > 2, suffix.hasSuffix("id") else { return nil }
      words = [String(suffix.dropLast(2))]
      suffix = "id"
    }
    let isKey = suffix == "id" || suffix == "key"
    guard isKey || suffix == "name" || suffix == "code" else { return nil }
    for start in words.indices {
      let owner = words[start...]
      guard let table = tablesByWords[owner.map(NameWords.stem)] else { continue }
      let whole = table.columns.first { NameWords.words(of: $0.name) == owner + [suffix] }
      let key = table.columns.first { $0.name.lowercased() == suffix } ?? table.onlyKey
      if let target = table[column] ?? whole ?? (isKey ? key : nil) { return (table, target.name) }
    }
    return isKey ? home(ofKey: column, initial: words.joined()) : nil
  }

  /// The table whose primary key is named alike; or, for `pid`, the one with such a column whose name
  /// begins with its letter.
  private func home(
    ofKey column: String, initial: String
  ) -> (table: SQLSchema.Table, column: String)? {
    let alike = tables.compactMap { table in table[column].map { (table: table, column: $0.name) } }
    return alike.first { $0.table.onlyKey?.name == $0.column }
      ?? alike.filter { initial.count == 1 && $0.table.name.lowercased().hasPrefix(initial) }
      .min { $0.table.name.utf8.count < $1.table.name.utf8.count }
  }
}

extension SQLSchema.Table {
  /// The column of a name.
  fileprivate subscript(name: String) -> SQLSchema.Column? {
    columns.first { $0.name.lowercased() == name.lowercased() }
  }

  /// The primary key, where it is one column.
  fileprivate var onlyKey: SQLSchema.Column? {
    let keys = columns.filter(\.isPrimaryKey)
    return keys.count == 1 ? keys[0] : nil
  }
}
