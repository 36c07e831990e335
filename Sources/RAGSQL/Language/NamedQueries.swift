/// The queries that a statement names, in WITH or as views.
struct NamedQueries {
  /// Words and signs of a statement with those of each named query wherever it is used: more than
  /// any question needs. SQLite copies a named query for each use as it compiles a statement, in
  /// which nothing can stop it: queries that use each other twice, level upon level, double in
  /// every one.
  static let tokenLimit = 30_000
  /// Queries named within each other, one in the next.
  private static let depthLimit = 100

  /// A part of a statement, without the queries named in it.
  private struct Part {
    var tokenCount = 0
    /// What may name a query, in lower case.
    var names: [String] = []

    static func + (left: Part, right: Part) -> Part {
      Part(tokenCount: left.tokenCount + right.tokenCount, names: left.names + right.names)
    }
  }

  /// The query of each name, in lower case.
  private var bodies: [String: Part] = [:]
  private var rest = Part()

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
      // A name before a dot is that of a column's table. SQLite takes a string for a name too.
      let isBeforeDot = index + 1 < tokens.count && tokens[index + 1].isSymbol(".")
      let isName = !isBeforeDot && !names.contains(index) && Self.isName(token)
      let found = isName ? [token.text.lowercased()] : []
      if let name = open.last?.name {
        bodies[name, default: Part()].tokenCount += 1
        bodies[name]?.names += found
      } else {
        rest.tokenCount += 1
        rest.names += found
      }
      if token.isSymbol("(") {
        if let name = definitions[index] {
          open.append((tokens[name].text.lowercased(), depth))
          bodies[tokens[name].text.lowercased(), default: Part()].tokenCount += 0
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
    return isName(tokens[index]) ? index : nil
  }

  private static func isName(_ token: SQLToken) -> Bool { token.isName || token.kind == .string }

  /// Adds the query that a view stands for, and those that it names.
  mutating func add(view name: String, _ definition: NamedQueries) {
    bodies.merge(definition.bodies) { $0 + $1 }
    bodies[name.lowercased()] = (bodies[name.lowercased()] ?? Part()) + definition.rest
  }

  /// The names, in lower case.
  var names: Set<String> { Set(bodies.keys) }

  /// Whether a statement has too many words and signs with the queries that it uses; these are of
  /// the views that it may use.
  func areTooMany(for statement: NamedQueries) -> Bool {
    var all = self
    all.bodies.merge(statement.bodies) { $0 + $1 }
    var counts: [String: Int] = [:]
    return all.count(statement.rest, &counts, open: []) > Self.tokenLimit
  }

  /// Whether a view has too many words and signs with the queries that it uses.
  func areTooMany(for view: String) -> Bool {
    var counts: [String: Int] = [:]
    let name = view.lowercased()
    return count(bodies[name] ?? Part(), &counts, open: [name]) > Self.tokenLimit
  }

  /// The words and signs that are compiled for a part of a statement; no more than are of interest.
  private func count(_ part: Part, _ counts: inout [String: Int], open: Set<String>) -> Int {
    guard open.count < Self.depthLimit else { return Self.tokenLimit + 1 }
    var sum = part.tokenCount
    for name in part.names {
      if sum > Self.tokenLimit { return sum }
      // One that uses itself is run again and again, and compiled once.
      guard let body = bodies[name], !open.contains(name) else { continue }
      let copies = counts[name] ?? count(body, &counts, open: open.union([name]))
      counts[name] = copies
      sum += copies
    }
    return sum
  }
}
