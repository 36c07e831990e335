/// The queries that a statement names, in WITH or as views.
struct NamedQueries {
  /// More copies than any question needs. SQLite makes one for each use of a named query as it
  /// compiles a statement, in which nothing can stop it: queries that use each other twice, level
  /// upon level, double in every one.
  static let copyLimit = 4_096
  /// Queries named within each other, one in the next.
  private static let depthLimit = 100

  /// What stands in the query of each name, in lower case, without the queries named in it.
  private var bodies: [String: [SQLToken]] = [:]
  private var rest: [SQLToken] = []

  /// Reads a statement.
  /// - Complexity: O(tokens).
  init(in sql: String) {
    let tokens = SQLLexer.tokens(of: sql)
    // By the bracket that opens it, the place of the name of a query.
    var definitions: [Int: Int] = [:]
    var lastOpen: Int?
    for index in tokens.indices where tokens[index].isSymbol("(") {
      definitions[index] = Self.name(ofQueryAt: index, in: tokens, lastOpen: lastOpen)
      lastOpen = index
    }
    let names = Set(definitions.values)
    var depth = 0
    var open: [(name: String, depth: Int)] = []
    for (index, token) in tokens.enumerated() {
      if token.isSymbol(")") {
        depth -= 1
        if open.last?.depth == depth { open.removeLast() }
      }
      if !names.contains(index) {
        // A name before a dot is that of a column's table.
        let isTable = token.isName && !(index + 1 < tokens.count && tokens[index + 1].isSymbol("."))
        if isTable, let name = open.last?.name {
          bodies[name, default: []].append(token)
        } else if isTable {
          rest.append(token)
        }
      }
      if token.isSymbol("(") {
        if let name = definitions[index] {
          open.append((tokens[name].text.lowercased(), depth))
          bodies[tokens[name].text.lowercased(), default: []] += []
        }
        depth += 1
      }
    }
  }

  /// The place of the name in `name [(columns)] AS [[NOT] MATERIALIZED] (`.
  private static func name(
    ofQueryAt bracket: Int, in tokens: [SQLToken], lastOpen: Int?
  ) -> Int? {
    var index = bracket - 1
    while index > 0, tokens[index].isWord("NOT") || tokens[index].isWord("MATERIALIZED") {
      index -= 1
    }
    guard index > 0, tokens[index].isWord("AS") else { return nil }
    index -= 1
    if tokens[index].isSymbol(")") {
      guard let lastOpen, lastOpen > 0 else { return nil }
      index = lastOpen - 1
    }
    return tokens[index].isName ? index : nil
  }

  /// Adds the query that a view stands for, and those that it names.
  mutating func add(view name: String, _ definition: NamedQueries) {
    bodies.merge(definition.bodies) { $0 + $1 }
    bodies[name.lowercased(), default: []] += definition.rest
  }

  /// The names, in lower case.
  var names: Set<String> { Set(bodies.keys) }

  /// Whether SQLite would copy queries for a statement more often than `copyLimit`; these are of the
  /// views that it may use.
  func areTooMany(for statement: NamedQueries) -> Bool {
    var all = self
    all.bodies.merge(statement.bodies) { $0 + $1 }
    var counts: [String: Int] = [:]
    return all.count(statement.rest, &counts, open: []) > Self.copyLimit
  }

  /// Whether SQLite would copy queries for a view more often than `copyLimit`.
  func areTooMany(for view: String) -> Bool {
    var counts: [String: Int] = [:]
    let name = view.lowercased()
    return count(bodies[name] ?? [], &counts, open: [name]) > Self.copyLimit
  }

  /// The queries that are compiled for a part of a statement; no more than are of interest.
  private func count(
    _ tokens: [SQLToken], _ counts: inout [String: Int], open: Set<String>
  ) -> Int {
    guard open.count < Self.depthLimit else { return Self.copyLimit + 1 }
    var sum = 1
    for token in tokens {
      let name = token.text.lowercased()
      // One that uses itself is run again and again, and compiled once.
      guard let body = bodies[name], !open.contains(name) else { continue }
      let copies = counts[name] ?? count(body, &counts, open: open.union([name]))
      counts[name] = copies
      sum += copies
      if sum > Self.copyLimit { return sum }
    }
    return sum
  }
}
