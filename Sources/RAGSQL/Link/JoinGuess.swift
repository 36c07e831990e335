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
        target(of: column.name, in: table).map { home, target in
          JoinGraph.Join(column: column.name, table: home.name, target: target)
        }
      }
      if !found.isEmpty { joins[table.name] = found }
    }
    return joins
  }

  /// The table that a column's name speaks of, and the column there: `customer_id`, `customerId` and
  /// `customerid` are of `customers`, as is `sold_customer_id`; `state_name` is of a table `state`
  /// that has it too.
  private func target(
    of column: String, in owner: SQLSchema.Table
  ) -> (table: SQLSchema.Table, column: String)? {
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
      let named = words[start...]
      guard let table = tablesByWords[named.map(NameWords.stem)] else { continue }
      // In its own table a column leads to the key, if it says more than that.
      if table.name == owner.name {
        guard start > 0, isKey, let key = table.onlyKey else { return nil }
        return (table, key.name)
      }
      let whole = table.columns.first { NameWords.words(of: $0.name) == named + [suffix] }
      let key = table.columns.first { $0.name.lowercased() == suffix } ?? table.onlyKey
      let isMeant = isKey || key?.isPrimaryKey == true && key?.name.lowercased() == suffix
      if let target = table[column] ?? whole ?? (isMeant ? key : nil) {
        return (table, target.name)
      }
    }
    guard isKey, owner.onlyKey?.name != column else { return nil }
    return home(ofKey: column, initial: words.joined(), in: owner) ?? prefixed(words, in: owner)
  }

  /// The key of a table whose name ends with what a column speaks of, behind a word that several
  /// tables begin with, as in `shop_customer` and `shop_order`.
  private func prefixed(
    _ words: [String], in owner: SQLSchema.Table
  ) -> (table: SQLSchema.Table, column: String)? {
    for start in words.indices {
      let named = words[start...].map(NameWords.stem)
      let found = tables.filter { table in
        let stems = NameWords.stems(of: table.name)
        let isShared = tables.count { NameWords.stems(of: $0.name).first == stems.first } > 1
        return stems.count > 1 && Array(stems.dropFirst()) == named && isShared
      }
      guard found.count == 1, let key = found[0].onlyKey else { continue }
      return found[0].name == owner.name && start == 0 ? nil : (found[0], key.name)
    }
    return nil
  }

  /// The table whose primary key is named alike; or, for `pid`, the one with such a column whose name
  /// begins with its letter.
  private func home(
    ofKey column: String, initial: String, in owner: SQLSchema.Table
  ) -> (table: SQLSchema.Table, column: String)? {
    let alike = tables.compactMap { table in table[column].map { (table: table, column: $0.name) } }
    let keys = alike.filter { $0.table.onlyKey?.name == $0.column }
    // What is the key of several tables, each numbers for itself.
    guard keys.count < 2 else { return nil }
    let home =
      keys.first
      ?? alike.filter { initial.count == 1 && $0.table.name.lowercased().hasPrefix(initial) }
      .min { $0.table.name.utf8.count < $1.table.name.utf8.count }
    return home?.table.name == owner.name ? nil : home
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
