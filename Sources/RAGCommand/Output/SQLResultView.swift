import RAGSQL

/// The JSON of `rag sql`.
struct SQLReport: Encodable {
  var question: String
  var query: String?
  var columns: [String]?
  var rows: [[SQLValue]]?
  var truncation: SQLResult.Truncation?
  var attempts: [SQLAnswer.Attempt]

  init(_ answer: SQLAnswer) {
    question = answer.question
    query = answer.query
    columns = answer.result?.columns
    rows = answer.result?.rows
    truncation = answer.result?.truncation
    attempts = answer.attempts
  }
}

/// The rows of a query, for people.
struct SQLResultView {
  private let terminal: Terminal

  init(_ terminal: Terminal) { self.terminal = terminal }

  /// The rows in columns: those of numbers alone, if they are the last, to the right.
  func text(of result: SQLResult) -> String {
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
}
