/// Facts, one a line: a name and a value.
struct Table {
  private var rows: [(name: String, value: String)] = []

  mutating func add(_ name: String, _ value: String) { rows.append((name, value)) }

  /// The lines, with the values in one column.
  func text(_ terminal: Terminal) -> String {
    let width = (rows.map { Terminal.columns(of: $0.name) }.max() ?? 0) + 2
    return rows.map { row in
      let gap = String(repeating: " ", count: width - Terminal.columns(of: row.name))
      return "\(terminal.styled(row.name, .bold))\(gap)\(row.value)\n"
    }.joined()
  }
}
