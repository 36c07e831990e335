/// The rows that a query gave.
public struct SQLResult: Sendable, Hashable {
  /// The names of the columns, as the query gives them.
  public var columns: [String]
  /// The rows, each with a value for every column.
  public var rows: [[SQLValue]]
  /// What cut the rows, if anything did.
  public var truncation: Truncation?

  /// A limit that a result met.
  public enum Truncation: String, Sendable, Hashable, Codable {
    /// There are more rows than `Limits.sqlRowCount`.
    case rows
    /// There are more bytes than `Limits.sqlByteCount`.
    case bytes
  }

  /// Makes a result.
  public init(columns: [String], rows: [[SQLValue]], truncation: Truncation? = nil) {
    self.columns = columns
    self.rows = rows
    self.truncation = truncation
  }

  /// The result as CSV (RFC 4180): names of columns first, lines that end in CR LF, NULL as an
  /// empty field, an empty text as `""`, a blob in hexadecimal digits.
  public var csv: String {
    ([columns.map(Self.field)] + rows.map { $0.map(Self.field) })
      .map { $0.joined(separator: ",") + "\r\n" }.joined()
  }

  private static func field(_ value: SQLValue) -> String {
    switch value {
    case .null: ""
    case .text(let text): field(text)
    case .blob(let bytes): SQLValue.hexadecimal(bytes)
    default: value.description
    }
  }

  private static func field(_ text: String) -> String {
    let needsQuotes =
      text.isEmpty
      || text.unicodeScalars.contains { $0 == "," || $0 == "\"" || $0 == "\r" || $0 == "\n" }
    return needsQuotes ? "\"\(text.replacing("\"", with: "\"\""))\"" : text
  }
}
