/// Rows of cells in columns, the first of which stand to the left and the others, figures, to the
/// right.
struct Grid {
  private let leadingCount: Int
  private let header: [String]
  private var rows: [[String]] = []

  /// Makes a grid with names of columns, of which the first `leadingCount` stand to the left.
  init(_ header: [String], leadingCount: Int = 1) {
    self.header = header
    self.leadingCount = leadingCount
  }

  mutating func add(_ cells: [String]) { rows.append(cells) }

  /// The lines, the names first.
  func text(_ terminal: Terminal) -> String {
    let widths = header.indices.map { column in
      ([header] + rows).map { Terminal.columns(of: $0[column]) }.max() ?? 0
    }
    func line(_ cells: [String]) -> String {
      var line = ""
      for (column, cell) in cells.enumerated() {
        let gap = String(repeating: " ", count: widths[column] - Terminal.columns(of: cell))
        line += (column > 0 ? "  " : "") + (column < leadingCount ? cell + gap : gap + cell)
      }
      return line
    }
    return terminal.styled(line(header), .bold) + "\n" + rows.map { line($0) + "\n" }.joined()
  }
}
