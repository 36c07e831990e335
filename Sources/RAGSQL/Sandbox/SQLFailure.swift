/// Why a query gave no result. It is the query's fault, not the database's.
public struct SQLFailure: Error, Sendable, Hashable, CustomStringConvertible {
  /// What is wrong, as far as SQLite's message tells it.
  public enum Kind: Sendable, Hashable {
    case noSuchTable(String)
    /// The column as the query names it, with its table where it does.
    case noSuchColumn(String)
    case noSuchFunction(String)
    case ambiguousColumn(String)
    /// A syntax error, at a word.
    case syntax(near: String)
    /// The query ends too early.
    case incomplete
    /// An aggregate or window function where none may stand.
    case misplacedFunction(String)
    case wrongArgumentCount(function: String)
    /// The sandbox does not allow it.
    case refused(String)
    case severalStatements
    /// It ran longer than `Limits.sqlDuration`.
    case tooSlow
    /// It took too much memory.
    case tooMuchMemory
    /// A value, the query or the result is larger than a limit.
    case tooLarge
    case other
  }

  /// What is wrong.
  public var kind: Kind
  /// SQLite's message, or the sandbox's.
  public var description: String

  /// Makes a failure.
  public init(_ kind: Kind, _ description: String) {
    self.kind = kind
    self.description = description
  }

  /// Makes a failure of a message of SQLite.
  init(message: String) {
    func rest(after prefix: String) -> String? {
      message.hasPrefix(prefix) ? String(message.dropFirst(prefix.count)) : nil
    }
    /// What stands between two parts of the message.
    func name(after prefix: String, before suffix: String) -> String? {
      guard let rest = rest(after: prefix), rest.hasSuffix(suffix) else { return nil }
      return String(rest.dropLast(suffix.count))
    }
    let kind: Kind =
      if let name = rest(after: "no such table: ") {
        .noSuchTable(Self.withoutSchema(name))
      } else if let name = rest(after: "no such column: ") {
        .noSuchColumn(Self.withoutHint(name))
      } else if let name = rest(after: "no such function: ") {
        .noSuchFunction(name)
      } else if let name = rest(after: "ambiguous column name: ") {
        .ambiguousColumn(name)
      } else if let near = name(after: "near \"", before: "\": syntax error") {
        .syntax(near: near)
      } else if message == "incomplete input" {
        .incomplete
      } else if let name = name(after: "wrong number of arguments to function ", before: "()") {
        .wrongArgumentCount(function: name)
      } else if let name = rest(after: "misuse of aggregate: ")
        ?? rest(after: "misuse of aggregate function ")
        ?? rest(after: "misuse of window function ")
      {
        .misplacedFunction(name.hasSuffix("()") ? String(name.dropLast(2)) : name)
      } else if message.hasPrefix("string or blob too big")
        || message.hasPrefix("LIKE or GLOB pattern too complex")
        || message.hasPrefix("Expression tree is too large")
        || message.hasPrefix("too many ") || message.hasPrefix("parser stack overflow")
        || message.hasPrefix("query aborted")
      {
        .tooLarge
      } else {
        .other
      }
    self.init(kind, message)
  }

  /// `main.t` is `t`.
  private static func withoutSchema(_ name: String) -> String {
    name.hasPrefix("main.") ? String(name.dropFirst(5)) : name
  }

  /// Newer versions of SQLite write `"name" - should this be a string literal in single-quotes?`.
  private static func withoutHint(_ name: String) -> String {
    guard let hint = name.firstRange(of: " - should this be") else { return name }
    return String(name[..<hint.lowerBound].filter { $0 != "\"" })
  }
}
