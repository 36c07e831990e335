import RAGSQL

/// The JSON of `rag sql`.
struct SQLReport: Encodable {
  var question: String
  var query: String?
  var columns: [String]?
  var rows: [[SQLValue]]?
  var truncated: Bool?
  var end: SQLAnswer.End
  var attempts: [SQLAnswer.Attempt]

  init(_ answer: SQLAnswer) {
    question = answer.question
    query = answer.query
    columns = answer.result?.columns
    rows = answer.result?.rows
    truncated = answer.result.map { $0.truncation != nil }
    end = answer.end
    attempts = answer.attempts
  }
}
