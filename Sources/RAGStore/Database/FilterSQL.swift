import GRDB
import RAGCore

/// A ``Filter`` as a condition on the table `document`.
struct FilterSQL {
  let condition: SQL

  init(_ filter: Filter) {
    condition = Self.condition(filter)
  }

  private static func condition(_ filter: Filter) -> SQL {
    switch filter {
    case .and(let filters): joined(filters, " AND ", whenEmpty: "1")
    case .or(let filters): joined(filters, " OR ", whenEmpty: "0")
    case .not(let filter): "NOT (\(condition(filter)))"
    case .exists(let field): any(field) { "\($0.text) IS NOT NULL OR \($0.number) IS NOT NULL" }
    case .hasPrefix(let field, let prefix):
      any(field) { "substr(\($0.text), 1, \(prefix.unicodeScalars.count)) = \(prefix)" }
    case .equals(let field, let value): any(field) { comparison($0, "=", value) }
    case .isIn(let field, let values):
      any(field) { operand in
        joinedSQL(values.map { comparison(operand, "=", $0) }, " OR ", whenEmpty: "0")
      }
    case .range(let field, let bounds):
      any(field) { operand in
        var parts: [SQL] = []
        if let lower = bounds.lower {
          parts.append(comparison(operand, bounds.includesLower ? ">=" : ">", lower))
        }
        if let upper = bounds.upper {
          parts.append(comparison(operand, bounds.includesUpper ? "<=" : "<", upper))
        }
        return joinedSQL(parts, " AND ", whenEmpty: "1")
      }
    }
  }

  /// Where a value of a field stands: a column of `document`, or a row of `metadata`.
  private struct Operand {
    var text: SQL
    var number: SQL
    /// Whether a comparison of what is no number has to say no: of rows, an unknown one is left out.
    var isColumn = false
  }

  /// True when any value of the field meets `test`.
  private static func any(_ field: String, _ test: (Operand) -> SQL) -> SQL {
    if let column = columns[field] {
      // As of metadata: text that is a number compares as one too, and other text with none.
      let text: SQL = "document.\(sql: column)"
      let isNumber: SQL = "CAST(CAST(\(text) AS REAL) AS TEXT) IN (\(text), \(text) || '.0')"
      let operand = Operand(
        text: text, number: "CASE WHEN \(isNumber) THEN CAST(\(text) AS REAL) END",
        isColumn: true)
      return "(\(text) IS NOT NULL AND (\(test(operand))))"
    }
    let operand = Operand(text: "metadata.text", number: "metadata.number")
    // One list of documents: with EXISTS, SQLite walks the index of values once for each of them.
    return """
      document.id IN (SELECT metadata.document FROM metadata \
      WHERE metadata.field = \(field) AND (\(test(operand))))
      """
  }

  /// The fields that are columns; all others are rows of `metadata`.
  private static let columns = [
    "id": "key", "path": "path", "title": "title", "language": "language",
    "mediaType": "mediaType",
  ]

  private static func comparison(_ operand: Operand, _ sign: String, _ value: MetadataValue) -> SQL
  {
    switch value {
    case .string(let text): "\(operand.text) \(sql: sign) \(text)"
    case .number(let number):
      operand.isColumn
        ? "IFNULL(\(operand.number) \(sql: sign) \(number), 0)"
        : "\(operand.number) \(sql: sign) \(number)"
    case .bool(let flag): "\(operand.text) \(sql: sign) \(flag ? "true" : "false")"
    case .list(let values):
      joinedSQL(values.map { comparison(operand, sign, $0) }, " OR ", whenEmpty: "0")
    }
  }

  private static func joined(_ filters: [Filter], _ separator: String, whenEmpty: SQL) -> SQL {
    joinedSQL(filters.map(condition), separator, whenEmpty: whenEmpty)
  }

  /// The parts joined in a balanced tree, as SQLite bounds the depth of an expression.
  private static func joinedSQL(_ parts: [SQL], _ separator: String, whenEmpty: SQL) -> SQL {
    if parts.count < 2 { return parts.first ?? whenEmpty }
    let (left, right) = (parts[..<(parts.count / 2)], parts[(parts.count / 2)...])
    return """
      (\(joinedSQL(Array(left), separator, whenEmpty: whenEmpty)))\(sql: separator)\
      (\(joinedSQL(Array(right), separator, whenEmpty: whenEmpty)))
      """
  }
}
