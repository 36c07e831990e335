import RAGSQL

/// Shows what `rag sql` found; without a result there is nothing but the JSON.
struct SQLAnswerView {
  let answer: SQLAnswer
  let terminal: Terminal

  func json() throws -> String { try JSON.document(SQLReport(answer)) }

  /// CSV as it is for a file or a program, and without control characters for a terminal.
  var csv: String {
    let csv = answer.result?.csv ?? ""
    return terminal.isInteractive ? Printable.text(csv) : csv
  }

  /// The rows in columns: those of numbers alone, if they are the last, to the right.
  var table: String {
    guard let result = answer.result else { return "" }
    let lastText = result.columns.indices.last { column in
      result.rows.contains { row in
        switch row[column] {
        case .text, .blob: true
        case .null, .integer, .real: false
        }
      }
    }
    var grid = Grid(
      result.columns.map(Printable.line), leadingCount: lastText.map { $0 + 1 } ?? 0)
    for row in result.rows { grid.add(row.map { Printable.line($0.description) }) }
    return grid.text(terminal)
  }

  /// Says on standard error what a reader of the rows has to know.
  func showNotes(showsQuery: Bool) {
    guard let result = answer.result else { return }
    if showsQuery, let query = answer.query {
      let count = answer.attempts.count
      Messages.note("query\(count > 1 ? " (of \(count) attempts)" : ""): \(query)")
    }
    if answer.isEmpty { Messages.note("the query ran and gave no rows") }
    if let truncation = result.truncation {
      Messages.warning(
        "only the first \(Figures.count(result.rows.count, "row")): there are more "
          + "\(truncation.rawValue) than --rows allows")
    }
  }
}
