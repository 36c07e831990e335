/// Tells a model how to correct a query that failed.
///
/// It holds names of the schema, so it is text from outside and belongs between marks.
struct FailureAdvice {
  private static let nameCount = 40

  let schema: SQLSchema
  let query: String
  /// The functions that a query may call, in lower case.
  let functions: Set<String>
  private let references: TableReferences

  init(on query: String, schema: SQLSchema, functions: Set<String>) {
    self.query = query
    self.schema = schema
    self.functions = functions
    references = TableReferences(in: query, schema: schema)
  }

  /// SQLite's message and what to do about it.
  func text(on failure: SQLFailure) -> String {
    let advice = advice(on: failure)
    let end = advice.isEmpty || failure.description.last?.isPunctuation == true ? "" : "."
    return (["SQLite says: \(failure.description)\(end)"] + advice).joined(separator: "\n")
  }

  private func advice(on failure: SQLFailure) -> [String] {
    switch failure.kind {
    case .noSuchTable(let name):
      [
        Self.meant(
          NearestNames.names(like: name, among: schema.tables.map(\.name)).map(SQLName.written)),
        "The tables are: \(tableNames).",
      ].compactMap(\.self)
    case .noSuchColumn(let name): columnAdvice(name)
    case .noSuchFunction(let name):
      [functionAdvice(name)]
    case .ambiguousColumn(let name):
      [
        "Write the table or its alias before it: "
          + Self.list(owners(of: name).map { "\($0).\(SQLName.written(name))" }) + "."
      ]
    case .syntax, .incomplete: syntaxAdvice()
    case .misplacedFunction(let name):
      ["\(name) may not stand there: filter groups with HAVING, or use a subquery."]
    case .wrongArgumentCount(let function): ["Check the arguments of \(function)."]
    case .refused(let what):
      what.hasPrefix("the function ")
        ? [functionAdvice(String(what.dropFirst("the function ".count)))]
        : readsSchema
          ? [
            "The schema is no table that can be read: its tables and columns are told above, and a "
              + "query reads those alone. The tables are: \(tableNames)."
          ]
          : ["Write one SELECT statement that reads the tables of the schema, and nothing else."]
    case .severalStatements: ["Write one SELECT statement alone."]
    case .tooSlow, .tooMuchMemory:
      ["Join on keys, filter early, and read no more rows than the question asks for."]
    case .tooLarge:
      failure.description.hasPrefix("string or blob too big")
        ? [
          "A value that the query reads or makes is larger than allowed: leave its column out, or "
            + "filter rows by other columns first."
        ] : ["Write a shorter query, or one with a smaller result."]
    case .other: failure.description.hasPrefix("unrecognized token") ? syntaxAdvice() : []
    }
  }

  private var tableNames: String { Self.list(schema.tables.map { SQLName.written($0.name) }) }

  /// Whether the query looks for the schema in tables of SQLite's own.
  private var readsSchema: Bool {
    SQLLexer.tokens(of: query).contains { token in
      let name = token.text.lowercased()
      return token.isName && (name.hasPrefix("pragma_") || name.hasPrefix("sqlite_"))
    }
  }

  // MARK: Columns

  private func columnAdvice(_ name: String) -> [String] {
    let parts = name.split(separator: ".").map(String.init)
    let column = parts.last ?? name
    var lines: [String] = []
    var tables = references.tables
    if parts.count > 1 {
      let qualifier = parts[parts.count - 2]
      if let table = references.table(named: qualifier) {
        tables = [table]
      } else {
        let known = references.references.map {
          $0.name == $0.table.name
            ? SQLName.written($0.name)
            : "\(SQLName.written($0.name)) for \(SQLName.written($0.table.name))"
        }
        lines.append(
          "The query has no table or alias \(qualifier); it has: \(Self.list(known)).")
      }
    }
    let near = NearestNames.names(like: column, among: tables.flatMap(\.columns).map(\.name))
    lines += [Self.meant(near.map(SQLName.written))].compactMap(\.self)
    let elsewhere = NearestNames.names(
      like: column, among: schema.tables.flatMap(\.columns).map(\.name), count: 2
    ).filter { !near.contains($0) }
    for other in elsewhere {
      lines.append(
        "\(SQLName.written(other)) is a column of "
          + Self.list(owners(of: other, inQuery: false)) + ".")
    }
    for table in tables.prefix(6) {
      let columns = table.columns.map { SQLName.written($0.name) }
      lines.append("The columns of \(SQLName.written(table.name)) are: \(Self.list(columns)).")
    }
    return lines
  }

  /// The tables that have a column, by the names that the query gives them, as SQL.
  private func owners(of column: String, inQuery: Bool = true) -> [String] {
    func has(_ table: SQLSchema.Table) -> Bool {
      table.columns.contains { $0.name.lowercased() == column.lowercased() }
    }
    let owners =
      inQuery
      ? references.references.filter { has($0.table) }.map(\.name)
      : schema.tables.filter(has).map(\.name)
    return owners.map(SQLName.written)
  }

  // MARK: Syntax

  private func syntaxAdvice() -> [String] {
    let tokens = SQLLexer.tokens(of: query)
    var lines: [String] = []
    if tokens.contains(where: { $0.kind == .unterminated }) {
      lines.append("A quoted text or a comment does not end.")
    }
    let open = tokens.reduce(0) { $0 + ($1.isSymbol("(") ? 1 : $1.isSymbol(")") ? -1 : 0) }
    if open > 0 { lines.append("The query has \(open) '(' more than ')'.") }
    if open < 0 { lines.append("The query has \(-open) ')' more than '('.") }
    lines += tokens.indices.compactMap { index in
      let pair = tokens[index].text + (index + 1 < tokens.count ? tokens[index + 1].text : "")
      return tokens[index].kind == .word || tokens[index].kind == .symbol
        ? SQLVocabulary.dialectHints[tokens[index].text.uppercased()]
          ?? (pair == "::" ? SQLVocabulary.dialectHints[pair] : nil) : nil
    }
    lines += misspeltKeywords(tokens)
    var known: Set<String> = []
    return lines.filter { known.insert($0).inserted }
  }

  private func misspeltKeywords(_ tokens: [SQLToken]) -> [String] {
    var names = Set(schema.tables.flatMap { [$0.name] + $0.columns.map(\.name) })
    names.formUnion(references.references.map(\.name))
    let lowered = Set(names.map { $0.lowercased() })
    var seen: Set<String> = []
    var lines: [String] = []
    for index in tokens.indices {
      let word = tokens[index].text
      guard tokens[index].kind == .word, word.utf8.count > 2,
        !SQLVocabulary.keywords.contains(word.uppercased()),
        !lowered.contains(word.lowercased()),
        !(index + 1 < tokens.count && tokens[index + 1].isSymbol(".")),
        !(index > 0 && (tokens[index - 1].isWord("AS") || tokens[index - 1].isSymbol("."))),
        !SQLVocabulary.functions.contains(word.lowercased()), seen.insert(word).inserted
      else { continue }
      let near = NearestNames.names(like: word, among: Self.keywords, count: 2)
      if !near.isEmpty { lines.append("\(word) is no keyword: did you mean \(Self.list(near))?") }
      if seen.count == Self.wordCount || lines.count == Self.lineCount { break }
    }
    return lines
  }

  /// Unknown words that are looked at, and those of them that are told: an answer may be all words.
  private static let (wordCount, lineCount) = (64, 8)
  private static let keywords = SQLVocabulary.keywords.sorted()

  // MARK: Words

  private func functionAdvice(_ name: String) -> String {
    let lowered = name.lowercased()
    if let hint = SQLVocabulary.functionHints[lowered], callsOnlyFunctions(hint) {
      return "Instead of \(name) write \(hint)."
    }
    let near = NearestNames.names(like: lowered, among: functions.sorted())
    return Self.meant(near) ?? "It may not be called here; write the query without \(name)."
  }

  /// Whether this SQLite has all functions that an expression calls.
  private func callsOnlyFunctions(_ expression: String) -> Bool {
    let tokens = SQLLexer.tokens(of: expression)
    return zip(tokens, tokens.dropFirst()).allSatisfy { token, next in
      token.kind != .word || !next.isSymbol("(") || functions.contains(token.text.lowercased())
        || token.isWord("CAST")
    }
  }

  private static func meant(_ names: [String]) -> String? {
    names.isEmpty ? nil : "Did you mean \(names.joined(separator: " or "))?"
  }

  private static func list(_ names: [String]) -> String {
    let shown = names.prefix(nameCount).joined(separator: ", ")
    return names.count > nameCount ? "\(shown) and \(names.count - nameCount) more" : shown
  }
}
