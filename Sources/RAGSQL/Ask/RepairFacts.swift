/// What a prompt must carry for a model to repair a query that failed, where the right query is
/// known: a measure of prompts that needs no model.
package struct RepairFacts {
  private let query: String
  private let gold: String
  private let error: String
  private let kind: String
  private let schema: SQLSchema

  /// Makes the facts of a query that failed with an error. `kind` tells how it is broken; of
  /// `unknown_alias`, `other_dialect` and `unbalanced` more is asked than of others.
  package init(
    query: String, gold: String, error: String, kind: String, schema: SQLSchema
  ) {
    self.query = query
    self.gold = gold
    self.error = error
    self.kind = kind
    self.schema = schema
  }

  /// What a prompt lacks: SQLite's message, the tables and columns of the right query in the
  /// schema, and, in the problem, the names of it that the broken one does not have.
  package func missing(in prompt: String) -> [String] {
    let problem = Self.part("problem", of: prompt)
    let words = Self.names(in: gold)
    let said = Set(NameWords.words(of: problem)).union(Self.names(in: String(problem)))
    var missing = problem.contains(error) ? [] : ["message"]
    missing += words.subtracting(Self.names(in: query)).subtracting(said).sorted()
      .map { "name \($0)" }
    switch kind {
    case "unknown_alias" where !problem.contains("has no table or alias"): missing.append("alias")
    case "other_dialect" where !problem.contains("LIMIT n"): missing.append("LIMIT")
    case "unbalanced" where !problem.contains("more than"): missing.append("parenthesis")
    default: break
    }
    let definitions = Self.part("schema", of: prompt).split(separator: "\n\n")
    for table in TableReferences(in: gold, schema: schema).tables {
      let start = "CREATE \(table.isView ? "VIEW" : "TABLE") \(SQLName.written(table.name)) ("
      let definition = definitions.first { $0.contains(start) } ?? ""
      if definition.isEmpty { missing.append("table \(table.name)") }
      for column in table.columns where words.contains(column.name.lowercased()) {
        if !definition.contains("\n  \(SQLName.written(column.name)) ") {
          missing.append("column \(column.name)")
        }
      }
    }
    return missing
  }

  private static func names(in sql: String) -> Set<String> {
    Set(SQLLexer.tokens(of: sql).filter(\.isName).map { $0.text.lowercased() })
  }

  /// The part of a prompt between a pair of marks, the last of its name.
  private static func part(_ name: String, of prompt: String) -> Substring {
    guard let start = prompt.ranges(of: "<\(name)-").last,
      let end = prompt[start.upperBound...].firstRange(of: "</\(name)-")
    else { return "" }
    return prompt[start.upperBound..<end.lowerBound]
  }
}
