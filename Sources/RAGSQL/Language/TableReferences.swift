/// The tables that a query reads, and the names it gives them.
struct TableReferences {
  /// A name that stands for a table in the query.
  struct Reference: Hashable {
    /// The alias, or the table's own name.
    var name: String
    var table: SQLSchema.Table
  }

  let references: [Reference]

  /// Finds them in the tokens after FROM, JOIN and commas; a table named there without reason
  /// does no harm, as they only serve advice.
  init(in sql: String, schema: SQLSchema) {
    let tables = Dictionary(
      schema.tables.map { ($0.name.lowercased(), $0) }, uniquingKeysWith: { first, _ in first })
    let tokens = SQLLexer.tokens(of: sql)
    var found: [Reference] = []
    for (index, token) in tokens.enumerated() where token.isName && index > 0 {
      let before = tokens[index - 1]
      guard
        before.isWord("FROM") || before.isWord("JOIN") || before.isSymbol(",")
          || before.isSymbol("("),
        let table = tables[token.text.lowercased()]
      else { continue }
      let next = tokens.dropFirst(index + 1)
      let alias = next.first?.isWord("AS") ?? false ? next.dropFirst().first : next.first
      let isAlias =
        alias.map {
          $0.kind == .quotedName
            || $0.kind == .word && !SQLVocabulary.keywords.contains($0.text.uppercased())
        } ?? false
      let reference = Reference(
        name: isAlias ? alias?.text ?? table.name : table.name, table: table)
      if !found.contains(reference) { found.append(reference) }
    }
    references = found
  }

  /// The tables, each once.
  var tables: [SQLSchema.Table] {
    var known: Set<String> = []
    return references.map(\.table).filter { known.insert($0.name).inserted }
  }

  /// The table that a name in front of a column stands for.
  func table(named name: String) -> SQLSchema.Table? {
    references.first { $0.name.lowercased() == name.lowercased() }?.table
  }
}
