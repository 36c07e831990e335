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
    case .exists(let field): any(field, "1")
    case .hasPrefix(let field, let prefix):
      any(field, "substr(value.text, 1, \(prefix.unicodeScalars.count)) = \(prefix)")
    case .equals(let field, let value): any(field, comparison("=", value))
    case .isIn(let field, let values):
      any(field, joinedSQL(values.map { comparison("=", $0) }, " OR ", whenEmpty: "0"))
    case .range(let field, let bounds): any(field, within(bounds))
    }
  }

  /// True when any value of the field meets `test`.
  ///
  /// One list of documents: with EXISTS, SQLite walks the index of values once for each of them.
  /// It asks the test of each part of the values by itself, by that part's index.
  private static func any(_ field: String, _ test: SQL) -> SQL {
    "document.id IN (SELECT value.document FROM (\(values(of: field))) AS value WHERE \(test))"
  }

  /// The values of a field, a row each: of its column, where it has one, and the metadata of its
  /// name.
  private static func values(of field: String) -> SQL {
    let metadata: SQL = "SELECT document, text, number FROM metadata WHERE field = \(field)"
    guard let column = columns[field] else { return metadata }
    // As of metadata: text that is a number compares as one too, and other text with none.
    let text: SQL = "\(sql: column)"
    let isNumber: SQL = "CAST(CAST(\(text) AS REAL) AS TEXT) IN (\(text), \(text) || '.0')"
    return """
      \(metadata) UNION ALL \
      SELECT id, \(text), CASE WHEN \(isNumber) THEN CAST(\(text) AS REAL) END FROM document \
      WHERE \(text) IS NOT NULL
      """
  }

  /// The fields that are columns of `document`; others are rows of `metadata` alone.
  static let columns = [
    "id": "key", "path": "path", "title": "title", "language": "language",
    "mediaType": "mediaType",
  ]

  private static func within(_ bounds: Filter.Bounds) -> SQL {
    var parts: [SQL] = []
    if let lower = bounds.lower {
      parts.append(comparison(bounds.includesLower ? ">=" : ">", lower))
    }
    if let upper = bounds.upper {
      parts.append(comparison(bounds.includesUpper ? "<=" : "<", upper))
    }
    return joinedSQL(parts, " AND ", whenEmpty: "1")
  }

  private static func comparison(_ sign: String, _ value: MetadataValue) -> SQL {
    switch value {
    case .string(let text): "value.text \(sql: sign) \(text)"
    case .number(let number): "value.number \(sql: sign) \(number)"
    case .bool(let flag): "value.text \(sql: sign) \(flag ? "true" : "false")"
    case .list(let values):
      joinedSQL(values.map { comparison(sign, $0) }, " OR ", whenEmpty: "0")
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

extension StoreReader {
  /// The fields that a filter may find documents by, in order: documents' own and their metadata's.
  /// - Complexity: O(fields), each sought in the index of values.
  package func fields() throws -> [String] {
    let metadata = try String.fetchAll(
      database,
      sql: """
        WITH RECURSIVE known (field) AS (
          SELECT min(field) FROM metadata UNION ALL
          SELECT (SELECT min(field) FROM metadata WHERE metadata.field > known.field)
          FROM known WHERE field IS NOT NULL)
        SELECT field FROM known WHERE field IS NOT NULL
        """)
    return Set(FilterSQL.columns.keys).union(metadata).sorted()
  }
}
