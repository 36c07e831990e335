/// Values of columns, for a prompt: those that a question names, and a few of the others.
struct ColumnValues {
  /// Longer values are cut in a prompt and not looked for in a question.
  private static let scalarCount = 40
  /// Rows of a table that are looked at.
  private static let searchedRowCount = 5_000
  private static let sampledRowCount = 100
  private static let shortestNamedCount = 3

  let sandbox: SQLSandbox
  /// Values of one column at most.
  let count: Int

  /// The values of a text column that the question holds as whole words, the longest first.
  ///
  /// What SQLite cannot read in time gives none.
  func named(
    in question: String, _ table: SQLSchema.Table, _ column: SQLSchema.Column
  ) async throws -> [String] {
    guard Self.mayBeText(column), !table.isView else { return [] }
    let (name, from) = (SQLName.quoted(column.name), SQLName.quoted(table.name))
    let text = SQLName.literal(question.lowercased())
    let found = try await values(
      """
      SELECT DISTINCT v FROM (SELECT \(name) AS v FROM \(from) LIMIT \(Self.searchedRowCount))
      WHERE typeof(v) = 'text' AND length(v) BETWEEN \(Self.shortestNamedCount)
      AND \(Self.scalarCount) AND instr(\(text), lower(v)) > 0 LIMIT 50
      """)
    let asked = " " + NameWords.words(of: question.lowercased()).joined(separator: " ") + " "
    return Array(
      found.map(\.description).filter { value in
        let words = NameWords.words(of: value.lowercased()).joined(separator: " ")
        return !words.isEmpty && asked.contains(" \(words) ")
      }
      .sorted { ($1.utf8.count, $0) < ($0.utf8.count, $1) }.prefix(count)
      .map { Self.literal(.text($0)) })
  }

  /// The first values of a column.
  func samples(_ table: SQLSchema.Table, _ column: SQLSchema.Column) async throws -> [String] {
    guard !table.isView else { return [] }
    let (name, from) = (SQLName.quoted(column.name), SQLName.quoted(table.name))
    let found = try await values(
      """
      SELECT DISTINCT CASE typeof(v) WHEN 'text' THEN substr(v, 1, \(2 * Self.scalarCount))
      ELSE v END FROM (SELECT \(name) AS v FROM \(from) LIMIT \(Self.sampledRowCount))
      WHERE v IS NOT NULL AND typeof(v) <> 'blob' LIMIT \(count)
      """)
    return found.map(Self.literal)
  }

  /// A value as it stands in SQL, on one line and not too long.
  private static func literal(_ value: SQLValue) -> String {
    guard case .text(let text) = value else { return value.description }
    let line = text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    let scalars = line.unicodeScalars
    guard scalars.count > scalarCount else {
      return SQLName.literal(line)
    }
    let cut = String(String.UnicodeScalarView(scalars.prefix(scalarCount)))
    return SQLName.literal(cut + "…")
  }

  private static func mayBeText(_ column: SQLSchema.Column) -> Bool {
    let type = column.type.uppercased()
    return type.isEmpty || ["CHAR", "TEXT", "CLOB", "STRING"].contains { type.contains($0) }
  }

  private func values(_ sql: String) async throws -> [SQLValue] {
    do {
      return try await sandbox.run(sql).rows.compactMap(\.first)
    } catch is SQLFailure {
      return []
    }
  }
}
